// A server component: the whole shop side of a Next.js shop that needs no client code of its own.
import { TidioBridge } from "commercetools-tidio/next";
import { Status } from "./status";

export const dynamic = "force-dynamic";

export default function Layout({ children }) {
  return (
    <html lang="de">
      <body>
        {children}
        <Status />
        <TidioBridge
          edge={process.env.EDGE}
          store="de"
          locale="de-DE"
          mode="immediate"
          consent={{ source: "vanilla-cookieconsent" }}
          session={{ url: "/api/chat-token" }}
        />
      </body>
    </html>
  );
}
