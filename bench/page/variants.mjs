/**
 * The ways to have a chat on a page that are compared.
 *
 * In scope: names, settings of the shop, markup. Out of scope: running them.
 */

/** The snippet that the vendor's panel offers, pasted before the end of the body. */
const snippet = ({ standIn, publicKey }) => `<script src="${standIn}/${publicKey}.js" async></script>`;

/**
 * The pattern of react-live-chat-loader 2.11 with its defaults, for a vendor that it does not know: a look-alike button
 * at once, and the vendor's script after 5,000 ms of idle slots, each counted only when it and the one before it were
 * the longest possible; never with Save-Data or on 2G. As in the package's `useChat` and `LiveChatLoaderProvider`,
 * including the connection that is opened ahead to the vendor.
 */
const idleLoader = ({ standIn, publicKey }) => `<link href="${standIn}" rel="preconnect" crossorigin=""><script>
(() => {
  const load = () => document.body.append(Object.assign(document.createElement("script"), { src: "${standIn}/${publicKey}.js" }));
  const button = Object.assign(document.createElement("div"), { ariaLabel: "Load Chat", role: "button", onclick: load });
  button.style.cssText = "position:fixed;right:20px;bottom:20px;width:64px;height:64px;border-radius:100px;background:#1f93ff";
  document.body.append(button);
  document.addEventListener("tidioChat-ready", () => button.remove());
  const connection = navigator.connection;
  if (connection && (connection.saveData || /2g/.test(connection.effectiveType))) return;
  let idle = 0;
  let before = 0;
  requestIdleCallback(function look(deadline) {
    if (idle > 5000) return load();
    const left = deadline.timeRemaining();
    if (before > 49 && left > 49) idle += left;
    before = left;
    requestIdleCallback(look);
  });
})();
</script>`;

/**
 * - `consent`: whether the visitor has agreed to everything before the page loads; if not, the shop's banner asks.
 * - `mode`: of the bridge; none for a shop without it.
 * - `loads`: whether a chat loads without anybody touching the page.
 */
export const VARIANTS = [
  { name: "no chat", consent: true },
  { name: "vendor snippet", consent: true, loads: true, markup: snippet },
  { name: "idle loader", consent: true, loads: true, markup: idleLoader },
  { name: "bridge, interaction", consent: true, mode: "interaction" },
  { name: "bridge, idle", consent: true, loads: true, mode: "idle" },
  { name: "bridge, immediate", consent: true, loads: true, mode: "immediate" },
  { name: "no chat, not asked yet", consent: false },
  { name: "bridge, not asked yet", consent: false, mode: "immediate" },
];
