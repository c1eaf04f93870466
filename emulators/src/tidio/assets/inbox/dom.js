// Small helpers: elements, times, faces.
function h(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "onclick") node.addEventListener("click", value);
    else if (key === "onchange") node.addEventListener("change", value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const byId = (id) => document.getElementById(id);

function clockTime(ms) {
  return new Date(ms).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}

function ago(ms) {
  const minutes = Math.floor((Date.now() - ms) / 60_000);
  if (minutes < 1) return "now";
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h`;
  return `${Math.floor(minutes / 1440)} d`;
}

const HUES = [222, 168, 334, 24, 264, 198, 142, 4];

function hue(text) {
  let sum = 0;
  for (const letter of String(text)) sum = (sum * 31 + letter.codePointAt(0)) % 9973;
  return HUES[sum % HUES.length];
}

// Initials on a colour that belongs to the name; a bare V for somebody nobody has named.
function face(name, size) {
  const words = name.startsWith(ANONYMOUS) ? [ANONYMOUS] : name.split(/\s+/);
  const letters = words.map((word) => word[0]).slice(0, 2).join("").toUpperCase();
  return h("span", { class: `face ${size || ""}`, style: `--hue:${hue(name)}`, "aria-hidden": "true" }, letters);
}

const ANONYMOUS = "Visitor ";

function nameOf(person) {
  const identity = person.identity && typeof person.identity === "object" ? person.identity : person;
  return identity.name || identity.email || `${ANONYMOUS}${person.id.slice(0, 4)}`;
}

const SAFE_LINK = /^https?:\/\//;

function link(url, text, className) {
  if (!SAFE_LINK.test(url)) return h("span", { class: className }, text);
  return h("a", { href: url, target: "_blank", rel: "noreferrer", class: className, title: url }, text);
}

async function read(path) {
  const reply = await fetch(`/inbox/api/${path}`);
  return reply.ok ? reply.json() : null;
}

async function act(path, body) {
  const reply = await fetch(`/inbox/api/${path}`, { method: "POST", body: JSON.stringify(body) });
  return reply.ok;
}
