// Bubble and panel, built with DOM calls only, so that strict pages (Trusted Types) can hold them.
const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  chat: "M12 3C6.5 3 2 6.7 2 11.2c0 2.6 1.5 4.9 3.8 6.4-.1 1-.5 2.2-1.4 3.2-.2.2 0 .5.3.5 1.9-.2 3.6-1 4.8-1.9.8.1 1.6.2 2.5.2 5.5 0 10-3.7 10-8.300S17.500 3 12 3Z",
  close: "M6.3 5 5 6.300 10.700 12 5 17.700 6.300 19 12 13.300 17.700 19 19 17.700 13.300 12 19 6.300 17.700 5 12 10.700Z",
  send: "M3.400 20.400 21 12.900c.8-.3.8-1.500 0-1.800L3.400 3.600c-.7-.3-1.400.3-1.200 1l1.700 6 9.600 1.400-9.600 1.400-1.700 6c-.2.700.5 1.300 1.200 1Z",
};

const panel = { unread: 0, launcher: null, accent: null, focus() {} };

function element(doc, name, attributes = {}, ...children) {
  const node = doc.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== false) node.setAttribute(key, value);
  }
  node.append(...children);
  return node;
}

function icon(doc, name) {
  const svg = doc.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = doc.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

function initials(name) {
  return String(name || "?").split(" ").map((part) => part[0]).slice(0, 2).join("");
}

function buildPanel(doc) {
  doc.documentElement.lang = LANGUAGE;
  const style = element(doc, "style");
  style.textContent = SETTINGS.style;
  doc.head.append(style);
  panel.doc = doc;
  buildLauncher(doc);
  const header = buildHeader(doc);
  panel.log = element(doc, "div", { class: "log", role: "log", "aria-live": "polite", tabindex: "0" });
  panel.form = buildPrechat(doc);
  panel.composer = buildComposer(doc);
  const note = element(doc, "p", { class: "note" }, T.note);
  panel.box = element(
    doc, "section", { class: "panel", id: "panel", role: "dialog", "aria-label": "Chat" },
    header, panel.log, panel.form, panel.composer, note,
  );
  doc.body.append(panel.box, panel.launcher);
  doc.addEventListener("keydown", (event) => event.key === "Escape" && close());
  if (panel.accent) paint(panel.accent);
}

function buildLauncher(doc) {
  panel.badge = element(doc, "span", { class: "badge" });
  panel.launcher = element(
    doc, "button", { class: "launcher", type: "button", "aria-controls": "panel" },
    icon(doc, "chat"), icon(doc, "close"), panel.badge,
  );
  panel.launcher.addEventListener("click", () => (view.isOpen ? close() : open()));
}

function buildHeader(doc) {
  const faces = element(doc, "div", { class: "faces", "aria-hidden": "true" });
  for (const operator of state.operators.slice(0, 3)) faces.append(element(doc, "span", {}, initials(operator.name)));
  panel.status = element(doc, "p", { class: "status" });
  const leave = element(doc, "button", { class: "leave", type: "button", "aria-label": T.close }, icon(doc, "close"));
  leave.addEventListener("click", close);
  leave.addEventListener("mouseenter", () => dispatch("headerCloseHover", { type: "on" }));
  leave.addEventListener("mouseleave", () => dispatch("headerCloseHover", { type: "off" }));
  return element(
    doc, "header", {},
    faces, element(doc, "div", { class: "head" }, element(doc, "h1", {}, T.hello), panel.status), leave,
  );
}

function buildComposer(doc) {
  const input = element(doc, "textarea", { rows: "1", "aria-label": T.write, placeholder: T.write, maxlength: "5000" });
  const button = element(doc, "button", { type: "submit", "aria-label": T.send }, icon(doc, "send"));
  const form = element(doc, "form", { class: "composer" }, input, button);
  const submit = () => {
    const text = input.value.trim();
    input.value = "";
    if (text) sendVisitorMessage(text);
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  });
  panel.focus = () => (needsPrechat() ? panel.form.elements.name : input).focus();
  return form;
}

function buildPrechat(doc) {
  const field = (name, type, label) =>
    element(doc, "label", {}, label, element(doc, "input", { name, type, required: "", autocomplete: name }));
  const consent = element(doc, "input", { name: "emailConsent", type: "checkbox" });
  consent.checked = features.prechatSubscriptionCheckboxDefaultValue === true;
  const form = element(
    doc, "form", { class: "prechat" },
    field("name", "text", T.name), field("email", "email", T.email),
    element(doc, "label", { class: "check" }, consent, T.news),
    element(doc, "button", { type: "submit" }, T.begin),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { name, email } = form.elements;
    finishPrechat({ name: name.value, email: email.value, ...(consent.checked && { emailConsent: { value: "subscribed" } }) });
  });
  return form;
}

function paint(accent) {
  panel.accent = accent;
  if (panel.doc) panel.doc.documentElement.style.setProperty("--accent", accent);
}

function render() {
  if (!isMounted()) return;
  const asking = needsPrechat();
  panel.status.textContent = status === "online" ? T.online : T.offline;
  panel.status.className = `status ${status}`;
  panel.launcher.setAttribute("aria-expanded", String(view.isOpen));
  const news = panel.unread ? ` (${panel.unread} ${T.unread})` : "";
  panel.launcher.setAttribute("aria-label", (view.isOpen ? T.close : T.open) + news);
  panel.badge.textContent = panel.unread || "";
  panel.badge.hidden = !panel.unread;
  panel.form.hidden = !asking;
  panel.composer.hidden = asking;
  renderLog();
}

function renderLog() {
  const { doc, log } = panel;
  const hello = element(doc, "div", { class: "line operator" }, element(doc, "p", {}, T.start));
  log.replaceChildren(hello, ...state.messages.map((message) => messageLine(doc, message)));
  log.scrollTop = log.scrollHeight;
}

function messageLine(doc, message) {
  const operator = state.operators.find((one) => one.id === message.operator);
  const others = message.from === "bot" ? T.bot : (operator && operator.name) || T.agent;
  const who = message.from === "visitor" ? T.you : others;
  const time = new Date(message.at).toLocaleTimeString(LANGUAGE, { hour: "2-digit", minute: "2-digit" });
  return element(
    doc, "div", { class: `line ${message.from}` },
    element(doc, "p", {}, message.text), element(doc, "small", {}, `${who} · ${time}`),
  );
}
