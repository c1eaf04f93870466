import { SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import { readSession, signSession, withCart, withCustomer, withOrder, withoutCustomer, type Session } from "@/session/token";

const SECRET = "test-secret-0123456789abcdef0123456789";
const FULL: Session = {
  customerId: "c-1",
  customerName: "Anna",
  carts: { de: "cart-1" },
  store: "de",
  locale: "de-DE",
  orders: ["o-1"],
};

async function foreign(change: (jwt: SignJWT) => SignJWT, alg = "HS256"): Promise<string> {
  const jwt = new SignJWT({ session: FULL })
    .setProtectedHeader({ alg })
    .setIssuer("kessel-shop")
    .setAudience("session")
    .setIssuedAt()
    .setExpirationTime("1h");
  return change(jwt).sign(new TextEncoder().encode(SECRET));
}

describe("signing", () => {
  it("gives back what was signed", async () => {
    expect(await readSession(SECRET, await signSession(SECRET, FULL))).toEqual(FULL);
  });

  const refused: [string, () => Promise<string | undefined>][] = [
    ["nothing", async () => undefined],
    ["an empty text", async () => ""],
    ["no token at all", async () => "not.a.token"],
    ["another key", () => signSession(`${SECRET}x`, FULL)],
    ["another audience", () => foreign((jwt) => jwt.setAudience("chat"))],
    ["another issuer", () => foreign((jwt) => jwt.setIssuer("somebody"))],
    ["an expired token", () => foreign((jwt) => jwt.setExpirationTime(1))],
    ["another algorithm", () => foreign((jwt) => jwt, "HS384")],
    ["one flipped character", async () => flip(await signSession(SECRET, FULL))],
    ["an unsigned token", async () => `${btoa('{"alg":"none"}')}.${btoa('{"session":{"customerId":"c-2"}}')}.`],
  ];
  it.each(refused)("treats %s as an empty session", async (_, token) => {
    expect(await readSession(SECRET, await token())).toEqual({});
  });

  it("drops members that are not texts", async () => {
    const odd = { customerId: 7, store: "de", orders: ["o-1", 2], carts: { de: "cart-1", uk: 3 } } as unknown as Session;
    expect(await readSession(SECRET, await signSession(SECRET, odd))).toEqual({ store: "de", orders: ["o-1"], carts: { de: "cart-1" } });
  });
});

describe("changes", () => {
  const guest: Session = { store: "de", locale: "de-DE", carts: { de: "cart-1", uk: "cart-2" }, orders: ["o-1"] };
  const cases: [string, Session, Session][] = [
    ["a cart replaces the one of its store only", withCart(guest, "de", "cart-9"), { ...guest, carts: { de: "cart-9", uk: "cart-2" } }],
    ["a cart that is gone is forgotten", withCart(guest, "de", undefined), { ...guest, carts: { uk: "cart-2" } }],
    ["a guest keeps carts when signing in", withCustomer(guest, { id: "c-1", name: "Anna" }), { ...guest, customerId: "c-1", customerName: "Anna" }],
    [
      "another customer inherits nothing",
      withCustomer({ ...guest, customerId: "c-1", customerName: "Anna" }, { id: "c-2", name: "James" }),
      { store: "de", locale: "de-DE", customerId: "c-2", customerName: "James" },
    ],
    ["signing out leaves the choice of store", withoutCustomer(FULL), { store: "de", locale: "de-DE" }],
    ["an order uses up its cart", withOrder(guest, "de", "o-2"), { ...guest, carts: { uk: "cart-2" }, orders: ["o-2", "o-1"] }],
  ];
  it.each(cases)("%s", (_, actual, expected) => expect(actual).toEqual(expected));

  it("remembers five orders", () => {
    const many = ["1", "2", "3", "4", "5", "6"].reduce((session, id) => withOrder(session, "de", id), {} as Session);
    expect(many.orders).toEqual(["6", "5", "4", "3", "2"]);
  });
});

function flip(token: string): string {
  const at = token.length - 5;
  return token.slice(0, at) + (token[at] === "A" ? "B" : "A") + token.slice(at + 1);
}
