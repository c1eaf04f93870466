// Middle: the conversation, with what happened in the shop between the messages.
function renderHead() {
  const person = model.person;
  const head = byId("thread-head");
  byId("composer").hidden = !person;
  if (!person) {
    head.replaceChildren(h("h2", {}, "No conversation selected"));
    return;
  }
  const parts = [
    face(nameOf(person)),
    h("div", { class: "title" }, h("h2", {}, nameOf(person)), h("p", {}, presence(person))),
    person.department ? h("span", { class: "badge desk-badge", title: "Department" }, person.department) : null,
    h("button", { type: "button", class: "plain", onclick: () => act("ban", { ...here(), banned: !person.banned }) }, person.banned ? "Unban" : "Ban"),
    h("button", { type: "button", class: "solve", onclick: () => act("solve", here()), disabled: person.solved }, person.solved ? "Solved" : "Solve"),
  ];
  head.replaceChildren(...parts.filter(Boolean));
}

function presence(person) {
  if (person.online) return `Online · ${person.browser || "browser unknown"}`;
  if (person.seen_at) return `Last seen ${clockTime(person.seen_at)}`;
  return "Known from the shop, has not opened the chat";
}

function here() {
  return { project: model.project, id: model.selected };
}

// Everything that happened, oldest first; page views in a row become one line.
function story(person) {
  const steps = [
    ...person.messages.map((message) => ({ kind: "message", at: message.at, message })),
    ...person.events.map((event) => ({ kind: "event", at: event.at, event })),
    ...person.pages.map((page) => ({ kind: "page", at: page.at, pages: [page] })),
  ].sort((one, two) => one.at - two.at);
  const joined = [];
  for (const step of steps) {
    const last = joined[joined.length - 1];
    if (step.kind === "page" && last && last.kind === "page") last.pages.push(...step.pages);
    else joined.push(step);
  }
  return joined;
}

function renderThread() {
  const log = byId("log");
  const person = model.person;
  if (!person) {
    log.replaceChildren(h("p", { class: "hint" }, "Choose somebody on the left. Conversations, events and contact data update live."));
    return;
  }
  const stays = log.scrollHeight - log.scrollTop - log.clientHeight > 60 && log.dataset.person === person.id;
  log.dataset.person = person.id;
  const steps = story(person).map(storyLine);
  if (!person.messages.length) steps.push(h("p", { class: "hint" }, "No messages yet."));
  log.replaceChildren(...steps);
  if (!stays) log.scrollTop = log.scrollHeight;
}

function storyLine(step) {
  if (step.kind === "page") return pageLine(step);
  if (step.kind === "event") return eventLine(step.event);
  const { from, author, text, at } = step.message;
  return h(
    "div", { class: `message ${from}` },
    h("p", {}, text),
    h("small", {}, `${author || (from === "contact" ? "Visitor" : "Agent")} · ${clockTime(at)}`),
  );
}

function pageLine({ pages, at }) {
  const last = pages[pages.length - 1];
  const label = pages.length === 1 ? "Opened " : `Opened ${pages.length} pages, last `;
  return h("p", { class: "step" }, h("i", { class: "dot page" }), label, link(last.url, last.title || last.url), h("time", {}, clockTime(at)));
}

function eventLine(event) {
  const data = event.data && typeof event.data === "object" ? Object.entries(event.data) : [];
  const extra = data.map(([key, value]) => `${key} ${typeof value === "object" ? JSON.stringify(value) : value}`).join(", ");
  return h(
    "p", { class: "step" },
    h("i", { class: "dot event" }), "Event ", h("b", {}, event.name), extra ? ` (${extra})` : "",
    h("time", {}, clockTime(event.at)),
  );
}
