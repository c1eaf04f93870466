/**
 * The look-alike launcher: a button where Tidio's will be.
 *
 * In scope: one button in a shadow root, no request, no storage, no inline style text (constructed style
 * sheets are outside `style-src`). Out of scope: what a click means.
 */
import type { LauncherOptions } from "./types.js";

const STYLE = `button{position:fixed;z-index:999999998;bottom:24px;inset-inline-end:24px;width:60px;height:60px;padding:0;border:0;border-radius:50%;background:var(--c);color:#fff;cursor:pointer;box-shadow:0 4px 16px #0004;transition:transform .15s}
button.start{inset-inline:24px auto}
button:hover{transform:scale(1.06)}
button:focus-visible{outline:3px solid #fff;outline-offset:-6px}
button[aria-busy=true]{opacity:.7;cursor:progress}
svg{width:28px;height:28px;vertical-align:middle}
@media(prefers-reduced-motion:reduce){button{transition:none}}
@media(forced-colors:active){button{border:2px solid}}
@media print{button{display:none}}`;

/** The launcher on the page. */
export interface Launcher {
  busy(busy: boolean): void;
  remove(): void;
}

/** Shows the launcher. `near` is told once when the pointer or the focus comes close, `use` on every click. */
export function showLauncher(options: LauncherOptions, near: (() => void)[], use: () => void): Launcher {
  const host = document.createElement("div");
  host.id = "commercetools-tidio-launcher";
  const root = host.attachShadow({ mode: "open" });
  dress(root, STYLE);

  const button = document.createElement("button");
  button.type = "button";
  button.className = options.position ?? "end";
  button.ariaHasPopup = "dialog";
  button.ariaLabel = options.label ?? "Open chat";
  button.style.setProperty("--c", options.color ?? "#0566ff");
  button.append(icon());
  for (const event of ["pointerenter", "focus"]) button.addEventListener(event, () => near.splice(0).forEach((run) => run()));
  button.addEventListener("click", use);
  root.append(button);
  // A script in the head runs before there is a body; Turbo's and Astro's routers replace it, htmx what is in it.
  const follow = (): void => {
    if (host.isConnected || !document.body) return;
    document.body.append(host);
    observer.observe(document.body, { childList: true });
  };
  // In the next frame: a script that takes away what it does not know would else be answered without end.
  let frame = 0;
  const observer = new MutationObserver(() => {
    frame = requestAnimationFrame(follow);
  });
  observer.observe(document.documentElement, { childList: true });
  follow();
  return {
    busy: (busy) => {
      button.ariaBusy = `${busy}`;
    },
    remove() {
      observer.disconnect();
      cancelAnimationFrame(frame);
      host.remove();
    },
  };
}

/** Gives a shadow root its style; as an element where style sheets cannot be constructed (Safari before 16.4). */
export function dress(root: ShadowRoot, style: string): void {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    root.adoptedStyleSheets = [sheet];
  } catch {
    root.append(Object.assign(document.createElement("style"), { textContent: style }));
  }
}

function icon(): SVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("fill", "currentColor");
  svg.ariaHidden = "true";
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", "M4 3h16a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H9l-5 4v-4a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2z");
  svg.append(path);
  return svg;
}
