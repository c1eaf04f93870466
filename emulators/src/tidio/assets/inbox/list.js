// Left: projects and people.
const IDENTITY = {
  verified: { text: "Verified", hint: "The shop has proven who this is" },
  claimed: { text: "Claimed", hint: "Said so by the visitor, not proven" },
  guest: { text: "Guest", hint: "Nobody has said who this is" },
};

function identityBadge(value) {
  const known = IDENTITY[value];
  if (!known) return null;
  return h("span", { class: `badge ${value}`, title: known.hint, "data-property": "ct_identity" }, known.text);
}

function renderProjects() {
  const tabs = model.projects.map((project) =>
    h(
      "button",
      {
        type: "button", role: "tab", "aria-selected": String(project.public_key === model.project),
        onclick: () => choose(project.public_key, null),
      },
      project.name,
      project.unread ? h("span", { class: "count" }, String(project.unread)) : null,
    ),
  );
  byId("projects").replaceChildren(...tabs);
}

function renderList() {
  const wanted = byId("filter").value.trim().toLowerCase();
  const shown = model.people.filter((person) =>
    !wanted || `${nameOf(person)} ${person.email || ""} ${person.id}`.toLowerCase().includes(wanted));
  const empty = h("li", { class: "empty" }, wanted ? "Nobody matches." : "Nobody has come by yet. Visitors appear here as soon as the widget loads.");
  byId("list").replaceChildren(...(shown.length ? shown.map(listRow) : [empty]));
}

function listRow(person) {
  const line = person.last_message
    ? `${person.last_from_operator ? "You: " : ""}${person.last_message}`
    : person.last_page ? `On “${person.last_page}”` : person.contact ? "Contact, no visit yet" : "Visitor";
  return h(
    "li", {},
    h(
      "button",
      {
        type: "button", class: `row${person.id === model.selected ? " on" : ""}${person.unread ? " unread" : ""}`,
        "aria-current": person.id === model.selected ? "true" : undefined,
        onclick: () => choose(model.project, person.id),
      },
      h("span", { class: `who${person.online ? " online" : ""}` }, face(nameOf(person))),
      h(
        "span", { class: "text" },
        h("span", { class: "top" }, h("strong", {}, nameOf(person)), h("time", {}, ago(person.updated_at))),
        h("span", { class: "bottom" }, h("span", { class: "last" }, line), person.unread ? h("span", { class: "count" }, String(person.unread)) : null),
        h("span", { class: "marks" }, identityBadge(person.identity), person.solved ? h("span", { class: "badge solved" }, "Solved") : null),
      ),
    ),
  );
}
