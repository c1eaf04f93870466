// A server without the types of a browser.
import { contentSecurityPolicy } from "commercetools-tidio/csp";
import { MAX_TTL_SECONDS, mintToken } from "commercetools-tidio/server";

export const lifetime: number = MAX_TTL_SECONDS;
export const header = (nonce: string): string => contentSecurityPolicy({ edge: "https://edge.example", nonce });
export const token = (customerId: string): Promise<string> =>
  mintToken({ secret: new Uint8Array(32), kid: "k", audience: "a", projectKey: "p", customerId });
