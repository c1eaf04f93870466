/** The printed parts of `docs/csp.md` are what `commercetools-tidio/csp` says. */
import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { chatNeeds, contentSecurityPolicy } from "../src/csp.js";

const EDGE = "https://chat-edge.shop.example";
const BEGIN = "<!-- policy: printed by `UPDATE_DOCS=1 npx vitest run csp.docs` in `npm/` -->\n";
const END = "<!-- end of policy -->\n";
const file = new URL("../../docs/csp.md", import.meta.url);

const BY = { bridge: "the bridge", tidio: "Tidio" };

function table(): string {
  const rows = chatNeeds({ edge: EDGE, trustedTypes: true })
    .sort((a, b) => a.directive.localeCompare(b.directive) || a.by.localeCompare(b.by))
    .map(({ directive, source, by, reason }) => [`\`${directive}\``, `\`${source}\``, BY[by], reason]);
  const head = [["directive", "source", "needed by", "for"], Array<string>(4).fill("---")];
  return [...head, ...rows].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

function whole(): string {
  const policy = contentSecurityPolicy({ edge: EDGE, nonce: "R4nd0m" });
  return `\`\`\`text\n${policy.replaceAll("; ", ";\n")}\n\`\`\`\n`;
}

it("prints every source with its reason, and the whole policy", () => {
  const text = readFileSync(file, "utf8");
  const [before, rest] = text.split(BEGIN);
  const [printed, after] = rest?.split(END) ?? [];
  expect(after, "the marks around the printed part").toBeDefined();
  const expected = `\n${table()}\nAll of it, for the edge \`${EDGE}\` and the nonce \`R4nd0m\`, without Trusted Types:\n\n${whole()}\n`;
  if (process.env["UPDATE_DOCS"]) writeFileSync(file, `${before}${BEGIN}${expected}${END}${after}`);
  else expect(printed).toBe(expected);
});
