/**
 * The session as a signed token.
 *
 * In scope: shape, signing, checking, and the changes that login, logout and orders make to it; pure but for the
 * clock inside `jose`. Out of scope: cookies (`cookie.ts`).
 * The browser holds the token but cannot change it, and it contains no commercetools token.
 */
import { jwtVerify, SignJWT } from "jose";

/** What the server remembers about a visitor. Everything is optional: a first visit has an empty session. */
export interface Session {
  customerId?: string;
  /** First name, for the greeting in the header. */
  customerName?: string;
  /** Cart ids by store key: a cart never changes its store, so a visitor may have one in each. */
  carts?: Record<string, string>;
  store?: string;
  locale?: string;
  /** Ids of the latest orders placed in this browser, newest first, so that a guest can see a confirmation. */
  orders?: string[];
}

/** Life of a session, in seconds: 30 days. */
export const SESSION_SECONDS = 30 * 24 * 60 * 60;

const ISSUER = "kessel-shop";
const AUDIENCE = "session";
const MAX_ORDERS = 5;
const TEXT_MEMBERS = ["customerId", "customerName", "store", "locale"] as const;

/** Signs `session` with HMAC-SHA256. */
export async function signSession(secret: string, session: Session): Promise<string> {
  return new SignJWT({ session: { ...session } })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setIssuedAt()
    .setExpirationTime(`${SESSION_SECONDS}s`)
    .sign(keyOf(secret));
}

/** The session of a token; an empty one when the token is missing, expired, foreign or tampered with. */
export async function readSession(secret: string, token: string | undefined): Promise<Session> {
  if (!token) return {};
  try {
    const options = { issuer: ISSUER, audience: AUDIENCE, algorithms: ["HS256"] };
    const { payload } = await jwtVerify(token, keyOf(secret), options);
    return toSession(payload.session);
  } catch {
    return {};
  }
}

/** The session with another cart in `store`, or with none. */
export function withCart(session: Session, store: string, cartId: string | undefined): Session {
  const { [store]: _, ...others } = session.carts ?? {};
  return { ...session, carts: cartId ? { ...others, [store]: cartId } : others };
}

/** The session after a sign-in; what it knew of another customer is gone. */
export function withCustomer(session: Session, customer: { id: string; name: string }): Session {
  const { store, locale, carts, orders } = session;
  const sameOrGuest = session.customerId === undefined || session.customerId === customer.id;
  const kept = sameOrGuest ? { carts, orders } : {};
  return { store, locale, ...kept, customerId: customer.id, customerName: customer.name };
}

/** The session after a sign-out: only the choice of store stays. */
export function withoutCustomer({ store, locale }: Session): Session {
  return { store, locale };
}

/** The session after an order in `store`: its cart is used up. */
export function withOrder(session: Session, store: string, orderId: string): Session {
  return { ...withCart(session, store, undefined), orders: [orderId, ...(session.orders ?? [])].slice(0, MAX_ORDERS) };
}

function keyOf(secret: string): Uint8Array {
  return new TextEncoder().encode(secret);
}

function toSession(value: unknown): Session {
  if (typeof value !== "object" || value === null) return {};
  const record = value as Record<string, unknown>;
  const session: Session = {};
  for (const name of TEXT_MEMBERS) {
    const text = record[name];
    if (typeof text === "string") session[name] = text;
  }
  if (typeof record.carts === "object" && record.carts !== null) {
    const texts = Object.entries(record.carts).filter((entry): entry is [string, string] => typeof entry[1] === "string");
    session.carts = Object.fromEntries(texts);
  }
  if (Array.isArray(record.orders)) session.orders = record.orders.filter((id) => typeof id === "string");
  return session;
}
