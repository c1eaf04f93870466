// The visible part: div#tidio-chat with a frame in the corner of the page.
const LAYER = "999999999";
const CLOSED = { width: 104, height: 104 };
const OPEN = { width: 412, height: 716 };
const MOBILE_WIDTH = 520;

const view = { root: null, frame: null, isOpen: false, isHidden: false, openings: 0 };

function isMobile() {
  return (
    features.deviceType === "mobile" || /Android|iPhone|iPad|Mobile/.test(navigator.userAgent) || innerWidth <= MOBILE_WIDTH
  );
}

// False also after the page itself has taken the elements out.
function isMounted() {
  return Boolean(view.frame && view.frame.isConnected);
}

function mount() {
  if (isMounted()) return;
  view.root = document.createElement("div");
  view.root.id = "tidio-chat";
  view.frame = document.createElement("iframe");
  view.frame.id = "tidio-chat-iframe";
  view.frame.title = "Tidio Chat";
  view.frame.setAttribute("allowtransparency", "true");
  Object.assign(view.frame.style, {
    position: "fixed", zIndex: LAYER, right: "0", bottom: "0", border: "0", margin: "0",
    background: "transparent", colorScheme: "none", maxWidth: "100%", maxHeight: "100%", display: "block",
  });
  view.root.appendChild(view.frame);
  document.body.appendChild(view.root);
  buildPanel(view.frame.contentDocument);
  fit();
  render();
}

function unmount() {
  if (!view.root) return;
  view.root.remove();
  view.root = null;
  view.frame = null;
  dispatch("resize", { width: 0, height: 0, iframe: null });
}

function fit() {
  if (!isMounted()) return;
  const full = view.isOpen && isMobile();
  const size = view.isOpen ? OPEN : CLOSED;
  const width = full ? innerWidth : Math.min(size.width, innerWidth);
  const height = full ? innerHeight : Math.min(size.height, innerHeight);
  view.frame.style.width = full ? "100%" : `${width}px`;
  view.frame.style.height = full ? "100%" : `${height}px`;
  const page = view.frame.contentDocument.documentElement;
  page.classList.toggle("open", view.isOpen);
  page.classList.toggle("mobile", full);
  dispatch("resize", { width, height, iframe: view.frame });
}

function open() {
  if (!isMounted() || view.isOpen) return;
  dispatch("beforeOpen");
  view.isOpen = true;
  view.openings += 1;
  panel.unread = 0;
  if (isMobile() && features.mobileHash !== false) history.replaceState(history.state, "", "#mobile-widget");
  fit();
  render();
  panel.focus();
  dispatch("open");
  dispatch("popUpShow");
  // The vendor's widget reports the first opening of a page twice: panel, then chat view.
  if (view.openings === 1) dispatch("open");
}

function close() {
  if (!isMounted() || !view.isOpen) return;
  dispatch("beforeClose");
  view.isOpen = false;
  if (location.hash === "#mobile-widget") history.replaceState(history.state, "", location.pathname + location.search);
  fit();
  render();
  panel.launcher.focus();
  dispatch("close");
  dispatch("popUpHide");
}
