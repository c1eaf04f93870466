// Every entry, as a shop writes it, and what its types refuse.
import { type Bridge, type BridgeOptions, createBridge, pageBridge, type Status } from "commercetools-tidio";
import { chatDirectives, contentSecurityPolicy, type Directives } from "commercetools-tidio/csp";
import { mintToken } from "commercetools-tidio/server";

const options: BridgeOptions = {
  edge: "https://edge.example",
  store: "de",
  locale: "de-DE",
  consent: { source: "onetrust", chat: ["C0003"], share: ["C0003"] },
  session: async () => ({ token: "t" }),
  launcher: { label: "Chat", position: "start" },
};
const bridge: Bridge = createBridge(options);
const off: () => void = bridge.on("status", ({ state, code, engine }: Status) => console.log(state, code, engine));
bridge.track("checkout_failed", { total: 129, currency: "EUR" });
pageBridge()?.open();
off();

export const token: Promise<string> = mintToken({ secret: "s", kid: "k", audience: "a", projectKey: "p", customerId: "c" });
export const policy: string = contentSecurityPolicy({ edge: options.edge, nonce: "n", directives: { "img-src": ["'self'"] } });
export const added: Directives = chatDirectives({ edge: options.edge });

// @ts-expect-error the edge is missing
createBridge({ store: "de", locale: "de-DE", consent: { source: "auto" } });
// @ts-expect-error no such source
createBridge({ ...options, consent: { source: "one-trust" } });
// @ts-expect-error no such mode
createBridge({ ...options, mode: "lazy" });
// @ts-expect-error no such session member
createBridge({ ...options, session: () => ({ email: "a@example.com" }) });
// @ts-expect-error no such event
bridge.on("ready", () => {});
// @ts-expect-error values that travel are flat
bridge.track("event", { cart: { total: 1 } });
// @ts-expect-error the key id is missing
mintToken({ secret: "s", audience: "a", projectKey: "p" });
