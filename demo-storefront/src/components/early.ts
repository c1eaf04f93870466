"use client";
/** Hands that are faster than the page's code: on a slow phone a shopper chooses before React listens. */
import { type RefObject, useEffect } from "react";

/**
 * Sends the form of a field whose value the shopper changed before anybody heard it. The browser keeps such a value.
 *
 * @param field with `autoComplete="off"`, or a browser that restores old values on the way back is taken for a shopper
 * @param shown the value that the server has written
 */
export function useEarlyChoice(field: RefObject<HTMLInputElement | HTMLSelectElement | null>, shown: string): void {
  // Once, with what was there first: every later change is heard by the field itself.
  useEffect(() => {
    const chosen = field.current?.value;
    if (chosen && chosen !== shown) field.current?.form?.requestSubmit();
  }, []);
}

/** Takes over the one of some radio buttons that was chosen before anybody heard it; they keep their state themselves. */
export function useEarlyRadio(group: RefObject<HTMLFieldSetElement | null>, choose: (value: string) => void): void {
  useEffect(() => {
    const chosen = group.current?.querySelector<HTMLInputElement>(":checked")?.value;
    if (chosen) choose(chosen);
  }, []);
}
