/**
 * The shop's Content-Security-Policy: the package's, and this shop's own sources.
 *
 * In scope: one policy text. Out of scope: what chat needs (the package knows) and sending it (`proxy.ts`).
 */
import { contentSecurityPolicy } from "commercetools-tidio/csp";

/** What the policy is made for. */
export interface CspOptions {
  /** Fresh for every page; scripts that carry it may run. */
  nonce: string;
  /** Origin of the chat edge; `null` for a shop without chat. */
  edgeUrl: string | null;
  /** Where the chat's files and connections come from, when not from Tidio. */
  chatOrigins: readonly string[];
  /** Where product pictures come from, besides the shop itself. */
  imageOrigins: readonly string[];
}

/** The header's value. */
export function policyOf({ nonce, edgeUrl, chatOrigins, imageOrigins }: CspOptions): string {
  return contentSecurityPolicy({
    nonce,
    edge: edgeUrl ?? undefined,
    widgetOrigins: chatOrigins,
    directives: {
      "img-src": ["data:", ...imageOrigins],
      "font-src": ["data:"],
      // Next.js writes style attributes, for example for pictures.
      "style-src": ["'unsafe-inline'"],
    },
  });
}
