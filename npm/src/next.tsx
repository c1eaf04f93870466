"use client";
/** The Next.js entry: the React component behind a client boundary, so that a layout on the server can use it. */
export { TidioBridge, useTidioBridge, useTidioStatus } from "./react.js";
export type { TidioBridgeProps } from "./react.js";
export type * from "./types.js";
