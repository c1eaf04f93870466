/**
 * The shop's Content-Security-Policy with chat in it. Pure.
 *
 * In scope: one policy text. Out of scope: sending it (`proxy.ts`).
 */

/** What the policy is made for. */
export interface CspOptions {
  /** Fresh for every page; scripts that carry it may run, and so may scripts that those insert. */
  nonce: string;
  /** Origin of the chat edge; `null` for a shop without chat. */
  edgeUrl: string | null;
  /** Where the chat's files and connections come from. Default: Tidio's. */
  chatOrigins: readonly string[];
  /** Where product pictures come from, besides the shop itself. */
  imageOrigins: readonly string[];
}

/** Tidio's own hosts, by directive, as shops that use it list them. */
const TIDIO: Readonly<Record<string, readonly string[]>> = {
  "script-src": ["https://code.tidio.co"],
  "connect-src": ["https://socket.tidio.co", "wss://socket.tidio.co", "https://sentry-new.tidio.co", "https://uploads.tidio.com"],
  "img-src": [
    "https://code.tidio.co",
    "https://avatars.tidiochat.com",
    "https://tidio-images-messenger.s3.us-east-1.amazonaws.com",
    "https://cdnjs.cloudflare.com",
    "https://unpkg.com",
  ],
  "media-src": ["https://code.tidio.co"],
  "font-src": ["https://code.tidio.co"],
};

/** The header's value. */
export function contentSecurityPolicy({ nonce, edgeUrl, chatOrigins, imageOrigins }: CspOptions): string {
  const chat = (directive: string) => (edgeUrl === null ? [] : chatOrigins.length > 0 ? chatOrigins : (TIDIO[directive] ?? []));
  const directives: Record<string, readonly string[]> = {
    "default-src": ["'self'"],
    // The wasm module of the chat bridge; without this word its JavaScript twin runs instead.
    "script-src": ["'self'", `'nonce-${nonce}'`, "'wasm-unsafe-eval'", ...chat("script-src")],
    // The widget draws itself with style elements.
    "style-src": ["'self'", "'unsafe-inline'"],
    "img-src": ["'self'", "data:", ...imageOrigins, ...chat("img-src")],
    "font-src": ["'self'", "data:", ...chat("font-src")],
    "media-src": ["'self'", ...chat("media-src")],
    "connect-src": ["'self'", ...(edgeUrl === null ? [] : [edgeUrl]), ...chat("connect-src")],
    "object-src": ["'none'"],
    "base-uri": ["'self'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
  };
  return Object.entries(directives)
    .map(([name, values]) => `${name} ${values.join(" ")}`)
    .join("; ");
}
