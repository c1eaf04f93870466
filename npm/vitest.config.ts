import { defineConfig } from "vitest/config";

// Three projects: `unit` needs nothing; `browser` and `package` need the built package and a Chromium.
export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", include: ["test/**/*.test.ts"], testTimeout: 60_000 } },
      {
        test: {
          name: "browser",
          include: ["test-browser/**/*.test.ts"],
          testTimeout: 90_000,
          // A poll waits for what will come; how long a slow machine takes for it is no part of a test.
          expect: { poll: { timeout: 20_000 } },
          hookTimeout: 60_000,
          // One Chromium at a time: the machines that run this have two cores.
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "package",
          include: ["test-package/*.test.ts"],
          // A production build of Next.js on a busy machine.
          testTimeout: 180_000,
          hookTimeout: 180_000,
          expect: { poll: { timeout: 30_000 } },
          fileParallelism: false,
        },
      },
    ],
  },
});
