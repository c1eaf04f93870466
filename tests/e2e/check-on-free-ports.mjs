/** `demo-check.mjs` against a demo of its own on free ports, so that it can run beside another demo. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { startDemo } from "./demo.mjs";

const demo = await startDemo();
try {
  const env = {
    ...process.env,
    SHOP_URL: demo.shopUrl,
    EDGE_URL: demo.edgeUrl,
    TIDIO_URL: demo.stack.tidio.url,
    COMMERCETOOLS_URL: demo.stack.commercetools.url,
  };
  const script = fileURLToPath(new URL("demo-check.mjs", import.meta.url));
  const [code] = await once(spawn(process.execPath, [script], { env, stdio: "inherit" }), "exit");
  process.exitCode = code ?? 1;
} finally {
  if (process.env.SHOW_WORKER_LOG) process.stdout.write(`\n${demo.stack.worker.tail(60)}\n`);
  await demo.stop();
}
