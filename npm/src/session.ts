/**
 * The shop's session source as something the module can ask.
 *
 * In scope: the shop's own server, and loading the readers of rarer sources. Out of scope: believing an answer.
 */
import type { Session, SessionSource } from "./types.js";

/** The source as a function, or as it is where the module reads it itself. */
export async function sessionOf(source: SessionSource | undefined): Promise<SessionSource | undefined> {
  if (typeof source !== "object" || source === null || "localStorage" in source) return source;
  if ("url" in source) return () => fromUrl(source.url);
  try {
    return (await import("./late/session.js")).pageSession(source) ?? source;
  } catch {
    return source;
  }
}

async function fromUrl(url: string): Promise<Session | null> {
  const response = await fetch(url, { credentials: "same-origin", cache: "no-store" });
  return response.ok ? response.json() : null;
}
