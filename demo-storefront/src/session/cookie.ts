/**
 * The session cookie: HTTP-only, SameSite=Lax, written by server actions only.
 *
 * In scope: reading and writing it, and what follows from it for a request (market). Out of scope: its contents.
 */
import "server-only";
import { cookies, headers } from "next/headers";
import { cache } from "react";
import { config } from "../config";
import { findMarket, guessMarket, type Market } from "../markets";
import { readSession, SESSION_SECONDS, signSession, type Session } from "./token";

/** Name of the cookie. */
const SESSION_COOKIE = "kessel_session";

/** The visitor's session. Never fails: without a valid cookie it is empty. */
export async function getSession(): Promise<Session> {
  const jar = await cookies();
  return readSession(config().sessionSecret, jar.get(SESSION_COOKIE)?.value);
}

/** Stores `session`. Only in server actions and route handlers. */
export async function saveSession(session: Session): Promise<void> {
  const { sessionSecret, secureCookies } = config();
  const jar = await cookies();
  jar.set(SESSION_COOKIE, await signSession(sessionSecret, session), {
    httpOnly: true,
    sameSite: "lax",
    secure: secureCookies,
    path: "/",
    maxAge: SESSION_SECONDS,
  });
}

/** The market of this request: the one chosen, else the one that fits the browser's languages. */
export const getMarket = cache(async (): Promise<Market> => {
  const session = await getSession();
  return marketOf(session, (await headers()).get("accept-language"));
});

function marketOf(session: Session, acceptLanguage: string | null): Market {
  const { markets } = config();
  const market = findMarket(markets, session.store, session.locale) ?? guessMarket(markets, acceptLanguage);
  if (!market) throw new Error("no market is configured");
  return market;
}
