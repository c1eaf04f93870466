// window.tidioChatApi. Calls made before `ready` wait in a queue; a banned visitor's calls do nothing.
const FEATURES = [
  "widgetLabelStatus", "mobileHash", "allowAttachments", "customBranding",
  "prechatSubscriptionCheckboxDefaultValue", "allowClose", "allowEmojis",
];
const VISITOR_KEYS = ["distinct_id", "email", "name", "phone", "tags", "properties", "emailConsent"];
const NEW_CONVERSATION_MS = 24 * 60 * 60 * 1000;
const LAST_MESSAGE_KEY = `${STATE_KEY}_lastMessageFromVisitorTimestamp`;

const features = {};
const waiting = [];
let isReady = false;
let isBanned = false;
let status = "online";
let asksFirst = false;
let heldMessage = null;
let styleCount = 0;

// The payload travels on `event.data`, as the vendor's widget does it.
function dispatch(name, data) {
  const event = new Event(`tidioChat-${name}`);
  event.data = data;
  document.dispatchEvent(event);
}

function isPlain(value) {
  return typeof value === "string" || typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value));
}

function pick(object, keys) {
  const kept = {};
  if (!object || typeof object !== "object") return kept;
  for (const key of keys) if (object[key] !== undefined) kept[key] = object[key];
  return kept;
}

function flat(object) {
  if (!object || typeof object !== "object") return {};
  return Object.fromEntries(Object.entries(object).filter(([, value]) => isPlain(value)));
}

function needsPrechat() {
  return asksFirst && !state.prechatDone && !(state.visitor && state.visitor.email);
}

function finishPrechat(form) {
  state.prechatDone = true;
  Object.assign(state.visitor, pick(form, ["name", "email"]));
  save();
  send({ type: "data", data: form });
  dispatch("preFormFilled", { form_data: form });
  render();
  panel.focus();
  if (heldMessage) sendVisitorMessage(heldMessage);
  heldMessage = null;
}

function sendVisitorMessage(text) {
  if (needsPrechat()) {
    heldMessage = text;
    open();
    return;
  }
  const last = storage.read(LAST_MESSAGE_KEY) || 0;
  if (Date.now() - last > NEW_CONVERSATION_MS) dispatch("conversationStart");
  storage.write(LAST_MESSAGE_KEY, Date.now());
  const message = { from: "visitor", text, at: Date.now(), pending: true };
  state.messages.push(message);
  save();
  render();
  send({ type: "message", text }).then((kept) => {
    if (!kept || !kept.id) return;
    message.id = kept.id;
    delete message.pending;
    save();
  });
  dispatch("messageFromVisitor", { message: text, fromBot: false, type: "text" });
}

function receive(news) {
  if (news.type === "deleted") {
    setTimeout(() => {
      hangUp();
      unmount();
      storage.clear();
    }, 1000);
  } else if (news.type === "banned") {
    isBanned = news.banned;
    if (isBanned) unmount();
  } else if (news.type === "history") {
    news.messages.forEach(receiveMessage);
  } else if (news.type === "message") {
    receiveMessage(news);
  }
}

function receiveMessage(news) {
  const isKnown = state.messages.some((one) => one.id === news.id || (one.pending && news.from === "visitor" && one.text === news.text));
  if (isKnown) return;
  state.messages.push(news);
  save();
  if (news.from !== "visitor" && !view.isOpen) panel.unread += 1;
  render();
  if (news.from !== "visitor") dispatch("messageFromOperator", { message: news.text, fromBot: news.from === "bot" });
}

const actions = {
  open,
  close,
  show() {
    view.isHidden = false;
    mount();
  },
  hide() {
    view.isHidden = true;
    view.isOpen = false;
    unmount();
  },
  display(visible = true) {
    if (visible) actions.show();
    else actions.hide();
  },
  setColorPalette(hex) {
    if (/^#[0-9a-f]{6}$/i.test(hex)) paint(hex);
  },
  track(name, data = {}, done) {
    if (typeof name !== "string" || !name) return;
    send({ type: "event", name, data }).then(() => typeof done === "function" && done());
  },
  messageFromVisitor(text) {
    if (typeof text === "string" && text.trim()) sendVisitorMessage(text);
  },
  messageFromOperator(text) {
    if (typeof text !== "string" || !text) return;
    state.messages.push({ from: "operator", text, at: Date.now(), id: `local-${state.messages.length}` });
    save();
    render();
    dispatch("messageFromOperator", { message: text, fromBot: false });
  },
  setVisitorData(given) {
    const data = pick(given, VISITOR_KEYS);
    if (!Object.keys(data).length) return;
    if (data.distinct_id) data.distinct_id = cutDistinctId(data.distinct_id);
    if (data.properties) data.properties = flat(data.properties);
    Object.assign(state.visitor, pick(data, ["distinct_id", "email", "name", "phone"]));
    save();
    send({ type: "data", data });
  },
  addVisitorTags(list) {
    if (!Array.isArray(list)) return;
    const tags = list.filter((tag) => typeof tag === "string" && tag);
    const fresh = tags.filter((tag) => !(state.visitor.tags || []).includes(tag));
    if (!fresh.length) return;
    state.visitor.tags = [...(state.visitor.tags || []), ...new Set(fresh)];
    save();
    send({ type: "tags", tags: fresh });
  },
  setContactProperties(given) {
    const properties = flat(given);
    if (!Object.keys(properties).length) return;
    state.visitor.properties = { ...state.visitor.properties, ...properties };
    save();
    send({ type: "properties", properties });
  },
  setVisitorCurrency(given) {
    const { code, exchangeRate } = given || {};
    if (typeof code !== "string" || !code || typeof exchangeRate !== "number" || !Number.isFinite(exchangeRate)) return;
    const currency = { code, exchangeRate };
    if (JSON.stringify(currency) === JSON.stringify(state.visitor.currency)) return;
    state.visitor.currency = currency;
    save();
    send({ type: "currency", currency });
  },
  setFeatures(given) {
    Object.assign(features, pick(given, FEATURES));
  },
  adjustStyles(css) {
    if (!isMounted() || typeof css !== "string") return undefined;
    const id = `tidio-style-${(styleCount += 1)}`;
    const style = element(panel.doc, "style", { id });
    style.textContent = css;
    panel.doc.head.append(style);
    return id;
  },
  removeStyles(id) {
    const style = isMounted() && panel.doc.getElementById(id);
    if (style) style.remove();
  },
  setDeviceType(type) {
    features.deviceType = type;
    fit();
  },
};
Object.assign(actions, {
  popUpOpen: actions.open,
  popUpHide: actions.close,
  chatDisplay: actions.display,
  setColorPallete: actions.setColorPalette,
});

function perform(name, args) {
  if (!isReady) {
    waiting.push([name, args]);
    return undefined;
  }
  if (isBanned || !isAlive()) return undefined;
  return actions[name](...args);
}

function on(name, callback) {
  if (typeof callback !== "function") return;
  if (name === "ready" && isReady) callback();
  else document.addEventListener(`tidioChat-${name}`, (event) => callback(event.data));
}

const api = { on, method: (name, ...args) => (actions[name] ? perform(name, args) : undefined) };
for (const name of Object.keys(actions)) api[name] = (...args) => perform(name, args);

function becomeReady() {
  isReady = true;
  for (const [name, args] of waiting.splice(0)) perform(name, args);
  dispatch("ready");
  if (SETTINGS.readyTwice) setTimeout(() => dispatch("ready"), 50);
}
