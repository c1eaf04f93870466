/** Whole-page messages: empty, missing, broken. */
import type { ReactNode } from "react";

interface NoticeProps {
  title: string;
  text: string;
  /** Picture key of `public/illustrations`. */
  picture: "empty" | "down" | "missing";
  children?: ReactNode;
  testid?: string;
}

export function Notice({ title, text, picture, children, testid }: NoticeProps) {
  return (
    <section className="notice" data-testid={testid}>
      {/* Lazy: the framework would preload the picture of a message that is not shown. */}
      <img loading="lazy" src={`/illustrations/${picture}.svg`} alt="" width={240} height={180} />
      <h1 className="notice__title">{title}</h1>
      <p className="notice__text">{text}</p>
      <div className="notice__actions">{children}</div>
    </section>
  );
}
