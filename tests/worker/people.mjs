/** The seeded customers as commercetools knows them, and their contacts as Tidio knows them. */
import { eventually } from "../lib/browser.mjs";
import { ANNA, JAMES, recordOf } from "../e2e/expected.mjs";
import { PROJECTS, find } from "../e2e/inbox.mjs";

export { PROJECTS };

/** Anna and James: id, e-mail, cart, last order. */
export async function seeded(stack) {
  const [anna, james] = await Promise.all([ANNA, JAMES].map((person) => recordOf(stack.commercetools.url, person)));
  return { anna, james };
}

/** Contacts of one project with this e-mail. */
export function contacts(stack, email, project = PROJECTS.eu) {
  return find(stack.tidio.url, project, (one) => one.contact && one.identity.email === email);
}

/** The one contact of a customer, once the edge has written it. */
export function contactOnce(stack, email, { project = PROJECTS.eu, timeoutMs = 90_000 } = {}) {
  return eventually(
    `${email} is a verified contact`,
    async () => {
      const found = await contacts(stack, email, project);
      return found.length > 0 && found[0].properties.ct_identity === "verified" && found[0];
    },
    timeoutMs,
  );
}
