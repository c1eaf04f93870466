// Right: who this is, and what the shop says about them.
let shownValues = {};
let shownPerson = null;

function renderContact() {
  const panel = byId("contact");
  const person = model.person;
  if (!person) {
    panel.replaceChildren(h("p", { class: "hint" }, "Contact data appears here."));
    return;
  }
  const before = shownPerson === person.id ? shownValues : null;
  const scroll = shownPerson === person.id ? panel.scrollTop : 0;
  shownPerson = person.id;
  shownValues = { ...person.properties };
  panel.replaceChildren(
    card(person),
    ...person.groups.map((group) => groupSection(group, before)),
    section("Tags", person.tags.length ? h("p", { class: "tags" }, ...person.tags.map((tag) => h("span", {}, tag))) : null),
    section("Tickets", person.tickets.length ? h("div", {}, ...person.tickets.map(ticketRow)) : null),
    section("Viewed pages", viewedPages(person)),
    section("Technical", technical(person)),
  );
  panel.scrollTop = scroll;
}

function section(title, body) {
  return body ? h("section", { class: "group" }, h("h3", {}, title), body) : "";
}

function card(person) {
  const { identity } = person;
  return h(
    "header", { class: "card" },
    face(nameOf(person), "large"),
    h(
      "div", {},
      h("h2", {}, nameOf(person)),
      h(
        "p", { class: "marks" },
        identityBadge(person.properties.ct_identity),
        h("span", { class: `badge ${person.online ? "online" : "offline"}` }, person.online ? "Online" : "Offline"),
        person.banned ? h("span", { class: "badge banned" }, "Banned") : null,
      ),
    ),
    h(
      "dl", {},
      ...pair("E-mail", identity.email && h("a", { href: `mailto:${identity.email}` }, identity.email)),
      ...pair("Phone", identity.phone),
      ...pair("Language", identity.language && identity.language.toUpperCase()),
    ),
  );
}

function pair(label, value, className) {
  return value ? [h("dt", {}, label), h("dd", { class: className }, value)] : [];
}

// Short facts stand side by side, everything else line by line; links go to the heading.
function groupSection(group, before) {
  const links = group.items.filter((item) => item.type === "url");
  const values = group.items.filter((item) => item.type !== "url" && item.name !== "ct_identity");
  const isShort = values.length > 2 && values.every((item) => String(item.value).length <= 14);
  const rows = values.map((item) => {
    const flash = before && before[item.name] !== item.value ? "flash" : "";
    const parts = [h("dt", {}, item.label || item.name), h("dd", { class: flash, "data-property": item.name }, propertyValue(item))];
    return isShort ? h("div", {}, ...parts) : parts;
  });
  const anchors = links.map((item) => {
    const anchor = link(item.value, `${item.label || item.name} ↗`, "out");
    anchor.dataset.property = item.name;
    return anchor;
  });
  if (!rows.length && !anchors.length) return "";
  return h(
    "section", { class: "group" },
    h("h3", {}, group.title || "Properties", ...anchors),
    rows.length ? h("dl", { class: isShort ? "tiles" : "" }, ...rows.flat()) : "",
  );
}

function propertyValue(item) {
  const text = String(item.value);
  if (item.name.endsWith("_id")) return h("code", { title: text }, text);
  if (!text.includes("\n")) return text;
  return h("ul", { class: "lines" }, ...text.split("\n").map((line) => h("li", {}, line)));
}

function viewedPages(person) {
  const latest = person.pages.slice(-4).reverse();
  if (!latest.length) return null;
  return h(
    "ul", { class: "pages" },
    ...latest.map((page) => h("li", {}, link(page.url, page.title || page.url), h("time", {}, clockTime(page.at)))),
  );
}

function ticketRow(ticket) {
  const states = ["open", "pending", "solved"];
  const select = h(
    "select",
    {
      "aria-label": `Status of ticket ${ticket.id}`,
      onchange: (event) => act("ticket", { project: model.project, ticket: ticket.id, status: event.target.value }),
    },
    ...states.map((name) => h("option", { value: name, selected: name === ticket.status }, name)),
  );
  const desk = model.person.departments.find((one) => one.id === ticket.assigned_department_id);
  return h(
    "details", { class: "ticket" },
    h("summary", {}, h("b", {}, `#${ticket.id}`), " ", ticket.subject, h("span", { class: `badge ${ticket.status}` }, ticket.status)),
    h("p", { class: "desk" }, `${desk ? desk.name : "Unassigned"} · ${ticket.priority} `, select),
    ...ticket.messages.map((message) =>
      h("p", { class: `entry ${message.message_type}` }, h("small", {}, message.message_type === "internal" ? "Note" : message.author_type), message.message_content)),
  );
}

function technical(person) {
  const dropped = Object.entries(person.dropped).map(([name, count]) => `${name} ×${count}`).join(", ");
  return h(
    "dl", {},
    ...pair("Distinct id", person.identity.distinct_id && h("code", { title: person.identity.distinct_id }, person.identity.distinct_id)),
    ...pair("Contact id", h("code", { title: person.id }, person.id)),
    ...pair("Page loads", String(person.page_loads)),
    ...pair("Currency", person.currency && `${person.currency.code} × ${person.currency.exchangeRate}`),
    ...pair("Dropped", dropped, "warn"),
  );
}
