/** The framework-free entry. Importing it does nothing. */
export { createBridge, pageBridge } from "./bridge.js";
export type * from "./types.js";
