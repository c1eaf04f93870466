/**
 * What agents can see: the emulator's JSON twin of the inbox, and the inbox page itself.
 *
 * In scope: reading, and replying as an agent. Out of scope: what is expected.
 */

/** Public keys of the two projects of the seed. */
export const PROJECTS = { eu: "demodemodemodemodemodemodemo0001", us: "demodemodemodemodemodemodemo0002" };

/** Everybody of one project, contacts and mere visitors. */
export async function people(tidioUrl, publicKey) {
  const answer = await fetch(`${tidioUrl}/__emulator/inbox?project=${publicKey}`);
  const { projects } = await answer.json();
  const [project] = projects;
  return [...project.contacts, ...project.visitors];
}

/** The people that satisfy a question. */
export async function find(tidioUrl, publicKey, question) {
  return (await people(tidioUrl, publicKey)).filter(question);
}

/** Answers a visitor as the first agent. */
export async function reply(tidioUrl, publicKey, id, text) {
  const answer = await fetch(`${tidioUrl}/inbox/api/reply`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ project: publicKey, id, text }),
  });
  if (!answer.ok) throw new Error(`the inbox answered ${answer.status}`);
}

/** Opens the inbox page and chooses a person. */
export async function openInbox(page, inboxUrl, { project, name }) {
  await page.goto(inboxUrl, { waitUntil: "load" });
  await page.locator("#projects button", { hasText: project }).click();
  await page.locator("#list button.row", { hasText: name }).first().click();
  await page.locator("#contact h2", { hasText: name }).waitFor();
}

/** What the contact panel of the inbox page shows, by property name. */
export function panel(page) {
  return page.locator("#contact [data-property]").evaluateAll((nodes) =>
    Object.fromEntries(nodes.map((node) => [node.dataset.property, node.href ?? node.textContent])),
  );
}
