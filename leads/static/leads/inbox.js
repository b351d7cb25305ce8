// The list and the pane beside it: which row is open.

const pane = document.querySelector("[data-pane]");
const queue = document.querySelector("[data-queue]");

function rows() {
  return [...queue.querySelectorAll("[data-row]")];
}

function markOpenRow() {
  const open = pane.querySelector("[data-mql]")?.dataset.mql;
  for (const row of rows()) {
    const item = row.closest("li");
    const isOpen = item.id === `mql-row-${open}`;
    item.toggleAttribute("data-open", isOpen);
    if (isOpen) {
      row.setAttribute("aria-current", "true");
    } else {
      row.removeAttribute("aria-current");
    }
  }
}

/** Requests that the pane waits for, whatever their answers turn out to change. */
const awaited = new Set();

function stopWaiting(xhr) {
  if (awaited.delete(xhr) && !awaited.size) {
    pane.removeAttribute("aria-busy");
    markOpenRow();
  }
}

// Pressed, and not answered yet: the row is marked and the pane set back at once.
document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.target !== pane) {
    return;
  }
  awaited.add(detail.xhr);
  pane.setAttribute("aria-busy", "true");
  const item = detail.elt.matches("[data-row]") && detail.elt.closest("li");
  if (item) {
    queue.querySelectorAll("li[data-open]").forEach((open) => open.removeAttribute("data-open"));
    item.setAttribute("data-open", "");
  }
});

// A list that is read again keeps the pages that were added to it.
document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.elt.id === "mql-list") {
    detail.parameters.rows = rows().length;
  }
});

// What an answer brought is complete when it has settled. One that brings nothing is over when it is there.
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (!detail.successful || detail.xhr.status === 204) {
    stopWaiting(detail.xhr);
  }
});

document.addEventListener("htmx:afterSettle", (event) => {
  stopWaiting(event.detail.xhr);
  markOpenRow();
  // Where the list gives way to what was opened, the focus goes along.
  if (event.detail.target === pane && queue.offsetParent === null) {
    pane.querySelector("[tabindex='-1']")?.focus();
  }
});
