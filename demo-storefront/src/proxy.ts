/**
 * Runs before every page: sends the Content-Security-Policy, if the shop is told to (`SHOP_CSP`).
 *
 * In scope: the nonce, for Next.js and for the chat bridge. Out of scope: the policy itself (`csp.ts`).
 */
import { NextResponse, type NextRequest } from "next/server";
import { config as shop } from "./config";
import { policyOf } from "./csp";

/** Request header that tells the layout the nonce of this page. */
const NONCE_HEADER = "x-nonce";

export function proxy(request: NextRequest): NextResponse {
  const { csp, chat, chatOrigins, imageOrigins } = shop();
  if (csp === "off") return NextResponse.next();
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64");
  const policy = policyOf({ nonce, edgeUrl: chat?.edgeUrl ?? null, chatOrigins, imageOrigins });
  const header = csp === "report" ? "Content-Security-Policy-Report-Only" : "Content-Security-Policy";
  const headers = new Headers(request.headers);
  headers.set(NONCE_HEADER, nonce);
  headers.set(header, policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set(header, policy);
  return response;
}

/** Pages only: files need no policy. */
export const config = { matcher: ["/((?!_next/|api/|products/[^/]+\\.svg|illustrations/|icon\\.svg).*)"] };
