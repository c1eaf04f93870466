/**
 * Asks for chat in place, when the shopper wants it and may not have it yet. Loaded on that click only.
 *
 * In scope: a small notice with the shop's text. Out of scope: what an answer allows, which the module decides. It
 * is no modal: the page stays usable, and closing it without an answer is no answer.
 */
import { dress } from "../launcher.js";
import type { NoticeOptions } from "../types.js";

const STYLE = `div{position:fixed;z-index:999999998;bottom:96px;inset-inline-end:24px;box-sizing:border-box;width:min(340px,calc(100vw - 48px));max-height:calc(100vh - 120px);overflow:auto;padding:20px;border-radius:12px;background:#fff;color:#1a1a1a;font:16px/1.5 system-ui,sans-serif;box-shadow:0 8px 32px #0005}
div.start{inset-inline:24px auto}
p{margin:0 0 16px}
a{color:inherit}
button{min-height:44px;margin:0;margin-inline-end:8px;padding:8px 18px;border:2px solid var(--c);border-radius:8px;background:#fff;color:#1a1a1a;font:inherit;cursor:pointer}
button.yes{background:var(--c);color:#fff}
button:focus-visible,a:focus-visible,p:focus-visible{outline:3px solid #1a1a1a;outline-offset:2px}
@media(forced-colors:active){div{border:1px solid}}
@media print{div{display:none}}`;

/** Shows the notice; `answer` is told once: yes, no, or nothing when it was closed. */
export function showNotice(options: NoticeOptions, look: { color?: string; position?: string }, answer: (said: boolean | undefined) => void): void {
  const back = document.activeElement as HTMLElement | null;
  const host = document.createElement("div");
  host.id = "commercetools-tidio-notice";
  const root = host.attachShadow({ mode: "open" });
  dress(root, STYLE);

  const box = document.createElement("div");
  box.className = look.position === "start" ? "start" : "end";
  box.style.setProperty("--c", look.color ?? "#0566ff");
  box.setAttribute("role", "dialog");
  const text = document.createElement("p");
  text.id = "text";
  text.textContent = options.text ?? "Chat is provided by Tidio, which receives your messages and stores data in this browser. Start the chat?";
  box.setAttribute("aria-labelledby", "text");
  if (options.privacy) {
    const link = document.createElement("a");
    link.href = options.privacy.url;
    link.textContent = options.privacy.label;
    text.append(" ", link);
  }
  const done = (said: boolean | undefined): void => {
    host.remove();
    // The launcher, or whatever else the shopper came from.
    back?.focus?.();
    answer(said);
  };
  const button = (label: string, said: boolean): HTMLButtonElement => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = label;
    made.className = said ? "yes" : "no";
    made.addEventListener("click", () => done(said));
    return made;
  };
  const yes = button(options.accept ?? "Start chat", true);
  box.append(text, yes, button(options.decline ?? "No, thanks", false));
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") done(undefined);
  });
  root.append(box);
  document.body.append(host);
  yes.focus();
}
