import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { describe, expect, it } from "vitest";
import { ConfigError, readConfig, secretName } from "@/config";
import { guessMarket, parseMarkets } from "@/markets";

const read = (name: string) => parseEnv(readFileSync(new URL(`../../${name}`, import.meta.url), "utf8"));
const DEMO = read(".env.demo");

function problemsOf(env: Record<string, string | undefined>): readonly string[] {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe("configuration", () => {
  it("takes the demo's file", () => {
    const config = readConfig(DEMO);
    expect(config.demo).toBe(true);
    expect(config.chat?.keyId).toBe("demo-1");
    expect(config.markets.map(({ store }) => store)).toEqual(["de", "uk", "us"]);
  });

  const cases: [string, Record<string, string | undefined>, string[]][] = [
    [
      "names all that is missing",
      {},
      ["CTP_PROJECT_KEY", "CTP_API_URL", "CTP_AUTH_URL", "CTP_CLIENT_ID", "CTP_CLIENT_SECRET", "SESSION_SECRET"].map((name) => `${name} is missing`),
    ],
    ["refuses a short key", { ...DEMO, SESSION_SECRET: "short" }, ["SESSION_SECRET is shorter than 32 characters"]],
    ["refuses a URL that is none", { ...DEMO, CTP_API_URL: "localhost" }, ["CTP_API_URL is not an http(s) URL"]],
    ["wants the identity key that the key id names", { ...DEMO, BRIDGE_KEY_ID: "shop-2" }, ["IDENTITY_KEY_SHOP_2 is missing"]],
    ["wants no identity key without chat", { ...DEMO, BRIDGE_EDGE_URL: "", IDENTITY_KEY_DEMO_1: "" }, []],
    ["refuses an unknown mode", { ...DEMO, BRIDGE_MODE: "later" }, ["BRIDGE_MODE is not interaction, idle, immediate"]],
    ["refuses an unknown policy", { ...DEMO, SHOP_CSP: "on" }, ["SHOP_CSP is not off, report or enforce"]],
    ["refuses odd markets", { ...DEMO, SHOP_MARKETS: '[{"store":"de"}]' }, ["SHOP_MARKETS: a market has no valid locale"]],
  ];
  it.each(cases)("%s", (_, env, problems) => expect(problemsOf(env)).toEqual(problems));

  it("never repeats a value", () => {
    const error = new ConfigError(problemsOf({ ...DEMO, SESSION_SECRET: "hush" }));
    expect(error.message).not.toContain("hush");
  });

  it("has an example that names every variable of the code", () => {
    const source = readFileSync(new URL("../config.ts", import.meta.url), "utf8");
    const used = [...source.matchAll(/(?:need\("|env\.|secret\(")([A-Z_]{4,})/g)].map(([, name]) => name);
    const example = Object.keys(read(".env.example"));
    expect(used.filter((name) => name && !example.includes(name))).toEqual([]);
  });

  it("makes the secret's name from the key id", () => expect(secretName("demo-1")).toBe("IDENTITY_KEY_DEMO_1"));
});

describe("first visit", () => {
  const markets = parseMarkets(undefined);
  const cases: [string | null, string][] = [
    ["de-DE,de;q=0.9,en;q=0.8", "de"],
    ["de-AT", "de"],
    ["en-US,en;q=0.9", "us"],
    ["en-GB", "uk"],
    ["en", "uk"],
    ["fr,en-US;q=0.8,de;q=0.5", "us"],
    ["de;q=0,en-US", "us"],
    ["fr", "de"],
    [null, "de"],
    ["*;;;", "de"],
  ];
  it.each(cases)("%s shops in %s", (header, store) => expect(guessMarket(markets, header)?.store).toBe(store));
});
