/**
 * The proof for the chat edge: a short-lived token that says who the visitor of this session is.
 *
 * In scope: minting it from the server's own session. Out of scope: believing anything the browser says about itself;
 * the request's body and query are not read.
 */
import { mintToken } from "commercetools-tidio/server";
import { config } from "@/config";
import { findCart } from "@/commerce/carts";
import { getMarket, getSession } from "@/session/cookie";

/** Life of a token, in seconds. The bridge asks for a new one when it needs one. */
const TOKEN_SECONDS = 600;

export async function GET(): Promise<Response> {
  const { chat, commerce } = config();
  if (!chat) return answer({ error: "chat is not configured" }, 404);
  const [session, market] = [await getSession(), await getMarket()];
  // The token also serves when the catalogue does not: then without a cart.
  const cart = await findCart(session, market).catch(() => null);
  const token = await mintToken({
    secret: chat.secret,
    kid: chat.keyId,
    audience: chat.edgeUrl,
    projectKey: commerce.projectKey,
    store: market.store,
    ...(session.customerId ? { customerId: session.customerId } : {}),
    ...(cart ? { cartId: cart.id } : {}),
    ttlSeconds: TOKEN_SECONDS,
  });
  return answer({ token, customerId: session.customerId, cartId: cart?.id }, 200);
}

export const POST = GET;

function answer(body: object, status: number): Response {
  return Response.json(body, { status, headers: { "Cache-Control": "private, no-store" } });
}
