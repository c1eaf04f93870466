/** The entry for a shop's server: minting identity tokens. Importing it does nothing. */
export { MAX_TTL_SECONDS, mintToken } from "./token.js";
export type { MintTokenOptions } from "./token.js";
