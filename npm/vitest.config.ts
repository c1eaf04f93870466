import { defineConfig } from "vitest/config";

// Two projects: `unit` needs nothing, `browser` needs the built package and a Chromium.
export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", include: ["test/**/*.test.ts"] } },
      {
        test: {
          name: "browser",
          include: ["test-browser/**/*.test.ts"],
          testTimeout: 90_000,
          hookTimeout: 60_000,
          // One Chromium at a time: the machines that run this have two cores.
          fileParallelism: false,
        },
      },
    ],
  },
});
