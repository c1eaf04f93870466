// CommonJS on a server: `require` of an ES module, which every supported Node has without a flag.
const assert = require("node:assert/strict");

const { createBridge } = require("commercetools-tidio");
const { TidioBridge } = require("commercetools-tidio/react");
const { useTidioStatus } = require("commercetools-tidio/next");
const { mintToken } = require("commercetools-tidio/server");
const { contentSecurityPolicy } = require("commercetools-tidio/csp");
require("commercetools-tidio/auto");

for (const one of [createBridge, TidioBridge, useTidioStatus, mintToken, contentSecurityPolicy]) assert.equal(typeof one, "function");
assert.equal(createBridge({}).status().state, "waiting");
mintToken({ secret: "0123456789abcdef0123456789abcdef", kid: "k", audience: "a", projectKey: "p" }).then((token) => {
  assert.equal(token.split(".").length, 3);
  console.log(require.resolve("commercetools-tidio"));
});
