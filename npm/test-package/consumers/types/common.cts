// CommonJS under TypeScript: `require` of an ES module, which `nodenext` knows of.
import server = require("commercetools-tidio/server");
import core = require("commercetools-tidio");

export const token: Promise<string> = server.mintToken({ secret: "s", kid: "k", audience: "a", projectKey: "p" });
export const bridge: core.Bridge = core.createBridge({ edge: "", store: "", locale: "", consent: { source: "auto" } });
