// Rules and groups put in another order: dragged by their grip, or moved by their arrows, or by Alt and an arrow key.
//
// What stands in the page is moved at once and told to the server, one move after the other. Where the server refuses,
// such as when somebody else changed the order, it is put back. Without this script the arrows are plain buttons.
//
//   data-groups, data-group, data-dimension   all groups; one of them by its id, and its kind: rules move within a kind
//   data-rules, data-rule                     the list of a group's rules; one of them by its id
//   data-grip                                 what a rule or group is dragged by
//   data-step                                 the buttons that move one on: up or down
//   data-name                                 what a rule or group is called, to say where it is now

const order = document.getElementById("order");
const said = document.getElementById("draft-said");
let turn = Promise.resolve();

const isRule = (moved) => moved.matches("[data-rule]");
const groupOf = (moved) => moved.closest("[data-group]");
const peers = (list, moved) => [...list.children].filter((one) => one.matches(isRule(moved) ? "[data-rule]" : "[data-group]"));

function listsFor(moved) {
  if (!isRule(moved)) {
    return [moved.parentElement];
  }
  const alike = document.querySelectorAll(`[data-group][data-dimension="${groupOf(moved).dataset.dimension}"] [data-rules]`);
  return [...alike];
}

function placeOf(moved) {
  return { list: moved.parentElement, before: moved.nextElementSibling };
}

function put(moved, { list, before }) {
  list.insertBefore(moved, before);
}

function whereNow(moved) {
  const row = peers(moved.parentElement, moved);
  const inside = isRule(moved) ? ` in ${groupOf(moved).dataset.name}` : "";
  return `“${moved.dataset.name}” is number ${row.indexOf(moved) + 1} of ${row.length}${inside}.`;
}

function refreshSteps() {
  for (const step of document.querySelectorAll("[data-step]")) {
    const moved = step.closest("[data-rule], [data-group]");
    step.disabled = !oneOn(moved, step.dataset.step);
  }
}

// One place on, into the next group of the kind at the end of one; null where there is no further.
function oneOn(moved, step) {
  const list = moved.parentElement;
  const row = peers(list, moved);
  const at = row.indexOf(moved) + (step === "up" ? -1 : 1);
  if (row[at]) {
    return { list, before: step === "up" ? row[at] : row[at].nextElementSibling };
  }
  if (!isRule(moved)) {
    return null;
  }
  const lists = listsFor(moved);
  const beside = lists[lists.indexOf(list) + (step === "up" ? -1 : 1)];
  return beside ? { list: beside, before: step === "up" ? null : beside.firstElementChild } : null;
}

function move(moved, to) {
  const from = placeOf(moved);
  if (to.list === from.list && (to.before === from.before || to.before === moved)) {
    return;
  }
  put(moved, to);
  refreshSteps();
  const next = peers(moved.parentElement, moved)[peers(moved.parentElement, moved).indexOf(moved) + 1];
  const sent = { moved: moved.id, before: next?.id.split("-")[1] ?? "", group: isRule(moved) ? groupOf(moved).dataset.group : "" };
  turn = turn.then(() => tell(moved, from, sent));
}

async function tell(moved, from, sent) {
  let refused = false;
  const watch = ({ detail }) => {
    refused = detail.failed || detail.xhr.status >= 400;
  };
  order.addEventListener("htmx:afterRequest", watch, { once: true });
  const token = order.querySelector("[name='csrfmiddlewaretoken']").value;
  const seen = document.getElementById("order-seen").value;
  await htmx.ajax("POST", order.action, {
    source: order,
    swap: "none",
    values: { ...sent, seen, csrfmiddlewaretoken: token },
  });
  if (refused && moved.isConnected) {
    put(moved, from);
    refreshSteps();
  }
}

// Arrows and keys.

function step(moved, way) {
  const to = oneOn(moved, way);
  if (to) {
    move(moved, to);
  } else {
    said.textContent = `${whereNow(moved)} There is no further.`;
  }
}

order?.addEventListener("submit", (event) => {
  const button = event.submitter;
  event.preventDefault();
  if (button?.dataset.step) {
    step(button.closest("[data-rule], [data-group]"), button.dataset.step);
    (button.disabled ? button.parentElement.querySelector("[data-step]:enabled") : button)?.focus();
  }
});

document.addEventListener("keydown", (event) => {
  const way = { ArrowUp: "up", ArrowDown: "down" }[event.key];
  const held = event.target;
  if (!order || !event.altKey || !way || held.closest("[data-condition], form[data-guard]")) {
    return;
  }
  const moved = held.closest("[data-rule]:not(.rule-open)") ?? (held.closest(".group-head") && groupOf(held));
  if (moved) {
    event.preventDefault();
    step(moved, way);
    held.focus();
  }
});

// Dragging, by pointer events: they serve mouse, pen and finger alike.

let drag = null;

function startDrag(event) {
  const grip = event.target.closest("[data-grip]");
  const moved = grip?.closest("[data-rule]") ?? (grip && groupOf(grip));
  if (!order || !moved || event.button !== 0 || moved.matches(".rule-open")) {
    return;
  }
  event.preventDefault();
  grip.setPointerCapture(event.pointerId);
  drag = { moved, grip, to: null };
  moved.classList.add("dragged");
}

function overDrag(event) {
  if (!drag) {
    return;
  }
  unmark();
  drag.to = placeAt(event.clientY);
  mark(drag.to);
  const edge = 60;
  if (event.clientY < edge || event.clientY > innerHeight - edge) {
    scrollBy(0, event.clientY < edge ? -18 : 18);
  }
}

// The place that is nearest to where the pointer is, among those where what is dragged may stand.
function placeAt(y) {
  let nearest = null;
  for (const list of listsFor(drag.moved)) {
    const row = peers(list, drag.moved);
    const edges = row.map((one) => [one.getBoundingClientRect().top, one]);
    const last = row.at(-1)?.nextElementSibling ?? null;
    edges.push([(row.at(-1) ?? list).getBoundingClientRect().bottom, last]);
    for (const [edge, before] of edges) {
      if (!nearest || Math.abs(edge - y) < nearest.far) {
        nearest = { far: Math.abs(edge - y), list, before };
      }
    }
  }
  return nearest;
}

function mark(to) {
  const row = to && peers(to.list, drag.moved);
  const before = to?.before && row.includes(to.before) ? to.before : null;
  (before ?? row?.at(-1) ?? to?.list)?.classList.add(before ? "drop-before" : "drop-last");
}

function unmark() {
  document.querySelectorAll(".drop-before, .drop-last").forEach((one) => one.classList.remove("drop-before", "drop-last"));
}

function endDrag(event) {
  if (!drag) {
    return;
  }
  const { moved, to } = drag;
  drag = null;
  unmark();
  moved.classList.remove("dragged");
  if (event.type === "pointerup" && to) {
    move(moved, to);
  }
}

document.addEventListener("pointerdown", startDrag);
document.addEventListener("pointermove", overDrag);
document.addEventListener("pointerup", endDrag);
document.addEventListener("pointercancel", endDrag);
document.addEventListener("keydown", (event) => event.key === "Escape" && endDrag(event));

// What is added, saved or deleted may be first or last now.
document.addEventListener("htmx:afterSettle", refreshSteps);
