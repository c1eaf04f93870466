import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  // The first test of a file waits for its imports, on a slow machine longer than the usual five seconds.
  test: { include: ["src/**/*.test.ts"], testTimeout: 60_000 },
});
