import { defineConfig } from "vitest/config";

// Three projects: `unit` needs nothing; `browser` and `package` need the built package and a Chromium.
export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", include: ["test/**/*.test.ts"] } },
      {
        test: {
          name: "browser",
          include: ["test-browser/**/*.test.ts"],
          testTimeout: 90_000,
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
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
