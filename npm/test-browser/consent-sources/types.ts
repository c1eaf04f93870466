/** A consent manager on the test page. */
export interface ConsentSource {
  /** The purpose that stands for both switches. */
  purpose: string;
  /** Puts it on the page; nobody has answered yet. */
  install(): void | Promise<void>;
  /** The shopper answers. */
  answer(yes: boolean): void | Promise<void>;
}
