// A stand-in for Tidio's widget script: only what its documentation and observed behaviour promise, and what
// the bridge's own tests need. Served as text; the file name in the URL is the public key.
(() => {
  const script = document.currentScript;
  const key = script.src.match(/([a-z0-9]+)\.js/)[1];
  const mode = new URL(script.src).searchParams.get("mode") ?? window.__widgetMode ?? "good";
  window.__widgetLoads = (window.__widgetLoads ?? 0) + 1;
  if (mode === "inert") return;

  const { state, save } = memory(`tidio_state_${key}`);

  const frame = document.createElement("iframe");
  frame.id = "tidio-chat-code";
  frame.hidden = true;
  const chat = document.createElement("div");
  chat.id = "tidio-chat";
  chat.textContent = `chat of ${state.identify?.name ?? "a guest"}: ${state.messages.join(", ")}`;
  document.body.append(frame, chat);

  const calls = (window.__calls ??= []);
  const emit = (name, data) => document.dispatchEvent(Object.assign(new Event(`tidioChat-${name}`), { data }));
  let ready = false;
  const api = {
    on(name, listener) {
      if (name === "ready" && ready) listener();
      else document.addEventListener(`tidioChat-${name}`, (event) => listener(event.data));
    },
    messageFromVisitor(text) {
      state.messages.push(text);
      save();
    },
    hide() {
      calls.push(["hide"]);
      chat.hidden = true;
    },
    show() {
      calls.push(["show"]);
      chat.hidden = false;
    },
  };
  for (const name of ["open", "track", "setVisitorData", "addVisitorTags", "setContactProperties", "setVisitorCurrency"]) {
    api[name] = (...args) => {
      // By the page's own clock: a test that asks later reads no later time.
      (window.__calledAt ??= {})[name] = performance.now();
      calls.push([name, ...JSON.parse(JSON.stringify(args))]);
    };
  }
  if (mode === "sticky") Object.defineProperty(window, "tidioChatApi", { value: api, configurable: false });
  else window.tidioChatApi = api;
  if (mode === "silent") return;
  setTimeout(() => {
    ready = true;
    emit("ready");
    if (mode === "twice") emit("ready");
  }, 20);

  /** What the chat remembers of its visitor, from page to page. */
  function memory(storageKey) {
    const identify = document.tidioIdentify;
    // The vendor's widget works without storage; so does this.
    const storage = (method, ...values) => {
      try {
        return localStorage[method](storageKey, ...values);
      } catch {
        return null;
      }
    };
    const saved = JSON.parse(storage("getItem") ?? "null");
    const same = !identify || saved?.identify?.distinct_id === identify.distinct_id;
    const state = same && saved ? saved : { identify, visitor: crypto.randomUUID(), messages: [] };
    state.identify = identify ?? state.identify;
    const save = () => storage("setItem", JSON.stringify(state));
    save();
    document.cookie = "tidio_cid=1; Path=/";
    return { state, save };
  }
})();
