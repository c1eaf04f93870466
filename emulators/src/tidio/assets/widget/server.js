// The line to the emulator. It runs in the hidden code frame, so taking that frame out of the page cuts
// the line, as it does with the vendor's widget.
const RETRY_FIRST_MS = 500;
const RETRY_MOST_MS = 60_000;

let codeFrame = null;
let line = null;
let queue = Promise.resolve();
let unsent = [];

function isAlive() {
  return Boolean(codeFrame && codeFrame.isConnected && codeFrame.contentWindow);
}

function openCodeFrame() {
  codeFrame = document.createElement("iframe");
  codeFrame.id = "tidio-chat-code";
  codeFrame.title = "Tidio Chat code";
  codeFrame.hidden = true;
  codeFrame.style.display = "none";
  codeFrame.tabIndex = -1;
  codeFrame.setAttribute("aria-hidden", "true");
  document.body.appendChild(codeFrame);
}

async function call(path, body) {
  const reply = await codeFrame.contentWindow.fetch(`${SETTINGS.origin}/widget/${KEY}/${path}`, {
    method: "POST",
    body: JSON.stringify(body),
    credentials: "omit",
    keepalive: true,
  });
  if (!reply.ok) throw new Error(`tidio: ${reply.status}`);
  return reply.json();
}

// Reports leave one after the other, in the order of the calls. A lost one is not repeated.
function send(report) {
  const due = { report, reply: null };
  unsent.push(due);
  const sent = queue.then(() => handOver(due));
  queue = sent.catch((error) => console.warn(error.message));
  return queue;
}

function handOver(due) {
  unsent = unsent.filter((other) => other !== due);
  if (!due.reply) due.reply = isAlive() && state.visitor ? call(`${state.visitor.id}/send`, due.report) : Promise.resolve(null);
  return due.reply;
}

// The vendor's widget writes to an open socket, so what a page says just before it is left is under way already.
addEventListener("pagehide", () => unsent.forEach(handOver));

function pageReport() {
  return { url: document.tidioLocationURL || location.href, title: document.title };
}

function browserName() {
  const agent = navigator.userAgent;
  const name = [["Edg/", "Edge"], ["Firefox/", "Firefox"], ["Chrome/", "Chrome"], ["Safari/", "Safari"]]
    .find(([mark]) => agent.includes(mark));
  const system = [["Windows", "Windows"], ["Android", "Android"], ["iPhone", "iOS"], ["Mac OS", "macOS"], ["Linux", "Linux"]]
    .find(([mark]) => agent.includes(mark));
  return `${name ? name[1] : "Browser"} on ${system ? system[1] : "unknown"}`;
}

// Registers this page load and takes over what the server knows. A different visitor brings a clean state.
async function register() {
  const identify = readIdentify();
  const changed = Boolean(identify) && JSON.stringify(identify) !== JSON.stringify(state.identify);
  const reply = await call("register", {
    visitor: state.visitor && state.visitor.id,
    identify: identify || state.identify,
    identify_changed: changed,
    language: LANGUAGE,
    browser: browserName(),
    ...pageReport(),
  });
  if (!isAlive()) throw new Error("tidio: taken out of the page");
  if (!state.visitor || state.visitor.id !== reply.visitor.id) storage.clear();
  state.visitor = reply.visitor;
  state.messages = reply.messages;
  state.operators = reply.operators;
  if (identify) state.identify = identify;
  save();
  return reply;
}

async function registerUntilDone() {
  for (let wait = RETRY_FIRST_MS; isAlive(); wait = Math.min(wait * 2, RETRY_MOST_MS)) {
    try {
      return await register();
    } catch (error) {
      console.warn(error.message);
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
  return null;
}

// News from agents. A stream the server has ended for good means it forgot us: register again.
function listen(onNews) {
  if (line) line.close();
  line = new codeFrame.contentWindow.EventSource(`${SETTINGS.origin}/widget/${KEY}/${state.visitor.id}/events`);
  line.onmessage = (event) => onNews(JSON.parse(event.data));
  line.onerror = async () => {
    if (line.readyState !== 2 || !isAlive()) return;
    await new Promise((resolve) => setTimeout(resolve, RETRY_FIRST_MS));
    if (await registerUntilDone()) {
      render();
      listen(onNews);
    }
  };
}

function hangUp() {
  if (line) line.close();
  if (codeFrame) codeFrame.remove();
}

// Route changes: pushState is wrapped in the host page, replaceState is not.
function watchPages() {
  const report = () => setTimeout(() => send({ type: "page", ...pageReport() }), 150);
  const push = history.pushState;
  history.pushState = function pushState(...args) {
    const before = location.href;
    const result = push.apply(this, args);
    if (location.href !== before) report();
    return result;
  };
  addEventListener("popstate", report);
  addEventListener("hashchange", report);
}
