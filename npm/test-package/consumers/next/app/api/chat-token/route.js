// The stand-in of the edge believes a token with this name; a real one is minted, to show that the import works.
import { mintToken } from "commercetools-tidio/server";

export async function GET() {
  const token = await mintToken({
    secret: "a-secret-of-a-test-0123456789abcdef",
    kid: "test-1",
    audience: "https://edge.example",
    projectKey: "shop",
    customerId: "anna",
  });
  return Response.json({ token: token.split(".").length === 3 ? "customer-anna" : undefined });
}
