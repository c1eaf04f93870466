// Start: needs a key and a body; `ready` comes only after the server has registered the visitor.
async function start() {
  openCodeFrame();
  window.tidioChatApi = api;
  if (SETTINGS.neverReady) return;
  const reply = await registerUntilDone();
  if (reply && SETTINGS.readyDelayMs) await new Promise((resolve) => setTimeout(resolve, SETTINGS.readyDelayMs));
  if (!reply || !isAlive()) return;
  isBanned = reply.banned;
  asksFirst = reply.pre_chat;
  status = reply.status;
  listen(receive);
  watchPages();
  addEventListener("resize", fit);
  if (!isBanned) {
    mount();
    dispatch("setStatus", status);
  }
  becomeReady();
}

if (!isWelcome()) {
  // The vendor's widget says nothing here either.
} else if (KEY.length !== KEY_LENGTH) {
  console.warn("tidio: no public key of 32 characters was found in this page");
} else if (document.body) {
  start();
} else {
  addEventListener("DOMContentLoaded", start);
}
