/** Customers. In scope: sign-in with cart merge, the account's own data. Out of scope: registration. */
import "server-only";
import type { Cart, Customer } from "@commercetools/platform-sdk";
import type { Market } from "../markets";
import type { Session } from "../session/token";
import { findCart } from "./carts";
import { inStore, project } from "./client";
import { call, callOptional, CommerceError } from "./errors";

/** What a sign-in yields. */
export interface SignIn {
  customer: Customer;
  cart: Cart | null;
}

/**
 * Checks a password and hands the guest's cart of this market to the customer: merged into the customer's active
 * cart, or becoming it. `null` for a wrong e-mail or password. @throws CommerceError
 */
export async function signIn(session: Session, market: Market, email: string, password: string): Promise<SignIn | null> {
  const guestCart = session.customerId ? null : await findCart(session, market);
  const cart = guestCart && {
    anonymousCart: { typeId: "cart" as const, id: guestCart.id },
    anonymousCartSignInMode: "MergeWithExistingCustomerCart" as const,
  };
  try {
    const result = await call(inStore(market).login().post({ body: { email, password, ...cart } }));
    return { customer: result.customer, cart: result.cart ?? null };
  } catch (error) {
    if (error instanceof CommerceError && error.problem === "credentials") return null;
    throw error;
  }
}

/** A customer's record. @throws CommerceError */
export function findCustomer(id: string): Promise<Customer | null> {
  return callOptional(project().customers().withId({ ID: id }).get());
}
