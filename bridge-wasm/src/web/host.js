// What the module asks of the page, as functions that never throw.
//
// Imported by `host.rs`. Kept in JavaScript because a caught call costs a `try` here and an error path in every
// caller there; see the table of sizes in ARCHITECTURE.md. No decisions.

/** A member; `undefined` when it is absent, `null`, or its getter throws. */
export function get(of, member) {
  try {
    return of[member] ?? undefined;
  } catch {}
}

/** Sets a member where the page lets it. */
export function set(of, member, value) {
  try {
    of[member] = value;
  } catch {}
}

let policy;

/**
 * Sets the address of a script, through a Trusted Types policy where the browser has them. The address was checked
 * by `wire::script_url`, so the policy has nothing left to refuse.
 */
export function set_src(script, url) {
  try {
    policy ??= globalThis.trustedTypes?.createPolicy("commercetools-tidio", { createScriptURL: (url) => url });
    script.src = policy ? policy.createScriptURL(url) : url;
  } catch {}
}

/** Calls a method; `undefined` when there is none or it throws. */
export function call(of, method, ...values) {
  try {
    return of[method](...values) ?? undefined;
  } catch {}
}

/** Whether a member could be removed. */
export function remove(of, member) {
  try {
    return delete of[member];
  } catch {
    return false;
  }
}

/** A JSON text as a value, `undefined` when it is none. */
export function parse(text) {
  try {
    return JSON.parse(text) ?? undefined;
  } catch {}
}

/** The claims of a compact token, unverified; `undefined` when it is none. */
export function claims(token) {
  try {
    return parse(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));
  } catch {}
}

const cookies = () => get(document, "cookie")?.split("; ") ?? [];

/** The decoded value of a cookie; `undefined` when there is none. */
export function cookie(name) {
  try {
    return decodeURIComponent(cookies().find((pair) => pair.startsWith(name + "=")).slice(name.length + 1));
  } catch {}
}

/** Expires every cookie whose name starts so, under every domain that it may have been set for. */
export function clear_cookies(prefix) {
  const labels = location.hostname.split(".");
  for (const pair of cookies()) {
    if (!pair.startsWith(prefix)) continue;
    const expired = pair.split("=")[0] + "=; Max-Age=0; Path=/";
    set(document, "cookie", expired);
    labels.forEach((_, index) => set(document, "cookie", expired + "; Domain=" + labels.slice(index).join(".")));
  }
}

/** `done(value)` or `done(undefined, true)` for what a method answers, now or later. */
export function ask(of, method, done) {
  new Promise((resolve) => resolve(of[method]())).then(done, () => done(undefined, true));
}

/** Sends a request; `done(body, status)`, without a body when it is not JSON, status 0 when nothing came. */
export function send(url, body, done) {
  const settings = body && {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    // A last word still arrives while the page goes away.
    keepalive: true,
  };
  new Promise((resolve) => resolve(fetch(url, { credentials: "omit", ...settings }))).then(
    (answer) => answer.json().then((value) => done(value, answer.status), () => done(undefined, answer.status)),
    () => done(undefined, 0),
  );
}
