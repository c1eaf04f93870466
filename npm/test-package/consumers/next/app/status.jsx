"use client";
import { useTidioBridge, useTidioStatus } from "commercetools-tidio/next";

export function Status() {
  const status = useTidioStatus();
  const chat = useTidioBridge();
  return (
    <button data-state={status?.state} data-code={status?.code ?? "none"} data-engine={status?.engine} onClick={chat.open}>
      Chat
    </button>
  );
}
