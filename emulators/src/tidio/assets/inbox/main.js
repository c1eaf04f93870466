// State, choices and live updates.
const model = { projects: [], project: null, people: [], selected: null, person: null };

async function refresh() {
  model.projects = (await read("projects")) || [];
  if (!model.projects.some((project) => project.public_key === model.project)) {
    model.project = model.projects.length ? model.projects[0].public_key : null;
  }
  if (!model.project) return;
  model.people = (await read(`people?project=${model.project}`)) || [];
  if (!model.selected && model.people.length) model.selected = model.people[0].id;
  model.person = model.selected ? await read(`person?project=${model.project}&id=${encodeURIComponent(model.selected)}`) : null;
  if (model.person) model.selected = model.person.id;
  else model.selected = null;
  if (model.person && model.person.unread && document.visibilityState === "visible") act("seen", here());
  render();
}

function render() {
  renderProjects();
  renderList();
  renderHead();
  renderThread();
  renderContact();
  renderOperators();
}

function renderOperators() {
  const project = model.projects.find((one) => one.public_key === model.project);
  const select = byId("operator");
  if (!project || select.dataset.project === project.public_key) return;
  select.dataset.project = project.public_key;
  select.replaceChildren(...project.operators.map((one) => h("option", { value: one.id }, one.name)));
  const first = project.operators[0];
  if (first) byId("me").replaceChildren(face(first.name));
}

function choose(project, person) {
  model.project = project;
  model.selected = person;
  const query = new URLSearchParams({ project, ...(person && { contact: person }) });
  history.replaceState(null, "", `/inbox?${query}`);
  if (person) act("seen", { project, id: person });
  refresh();
}

// News come in bursts; one read serves them all.
let planned = null;
function refreshSoon() {
  if (planned) return;
  planned = setTimeout(() => {
    planned = null;
    refresh();
  }, 60);
}

function sendReply() {
  const text = byId("reply").value.trim();
  if (!text || !model.selected) return;
  byId("reply").value = "";
  act("reply", { ...here(), text, operator: byId("operator").value });
}

byId("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  sendReply();
});
byId("reply").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  sendReply();
});
byId("filter").addEventListener("input", renderList);

const asked = new URLSearchParams(location.search);
model.project = asked.get("project");
model.selected = asked.get("contact");
refresh();
const news = new EventSource("/inbox/api/stream");
news.onmessage = refreshSoon;
news.onopen = refreshSoon;
setInterval(renderList, 30_000);
