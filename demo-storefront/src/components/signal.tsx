"use client";
/** Tells the chat bridge that something happened, once per appearance on a page. The store's triggers say what follows. */
import { useTidioBridge } from "commercetools-tidio/next";
import { useEffect, useRef } from "react";

interface SignalProps {
  name: string;
  /** `id` names the cart or order, so that a reload is not a second one; the rest goes along. */
  details?: { id?: string } & Record<string, string | number | boolean>;
}

export function Signal({ name, details }: SignalProps) {
  const bridge = useTidioBridge();
  const given = useRef(false);
  useEffect(() => {
    if (given.current) return;
    given.current = true;
    bridge.signal(name, details);
  });
  return null;
}
