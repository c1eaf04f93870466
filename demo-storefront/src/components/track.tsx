"use client";
/** Tells the chat bridge that something happened, once per appearance on a page. */
import { useTidioBridge } from "commercetools-tidio/next";
import { useEffect, useRef } from "react";

interface TrackProps {
  name: string;
  data?: Record<string, string | number | boolean>;
}

export function Track({ name, data }: TrackProps) {
  const bridge = useTidioBridge();
  const sent = useRef(false);
  useEffect(() => {
    if (sent.current) return;
    sent.current = true;
    bridge.track(name, data);
  });
  return null;
}
