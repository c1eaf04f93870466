import { TidioBridge as Quiet, useTidioBridge, useTidioStatus } from "commercetools-tidio/next";
import { TidioBridge, type TidioBridgeProps } from "commercetools-tidio/react";

const props: TidioBridgeProps = { edge: "https://edge.example", store: "de", locale: "de-DE", consent: { source: "auto" } };

export function Shop({ customer }: { customer?: { id: string } }) {
  const chat = useTidioBridge();
  const status = useTidioStatus();
  return (
    <>
      <TidioBridge {...props} sessionKey={customer?.id ?? null} onStatus={({ state }) => console.log(state)} />
      <Quiet {...props} session={{ url: "/api/chat-token" }} />
      <button onClick={chat.open}>{status?.state === "blocked" ? "Call us" : "Chat"}</button>
      {/* @ts-expect-error the store is missing */}
      <TidioBridge edge="https://edge.example" locale="de-DE" consent={{ source: "auto" }} />
    </>
  );
}
