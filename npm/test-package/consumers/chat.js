// What a shop without a framework writes. The address of the edge comes with the page's, because the test picks it.
import { createBridge } from "commercetools-tidio";

export function startChat(more = {}) {
  const bridge = createBridge({
    edge: new URL(location.href).searchParams.get("edge"),
    store: "de",
    locale: "de-DE",
    mode: "immediate",
    consent: { source: "function", read: () => ({ chat: true, share: true }) },
    session: () => ({ token: "customer-anna" }),
    ...more,
  });
  bridge.on("status", ({ state, code = "none", engine }) => Object.assign(document.documentElement.dataset, { state, code, engine }));
  bridge.start();
}
