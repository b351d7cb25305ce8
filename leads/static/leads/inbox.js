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

// Pressed, and not answered yet: the row is marked and the pane set back at once.
document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.target !== pane) {
    return;
  }
  pane.setAttribute("aria-busy", "true");
  const item = detail.elt.matches("[data-row]") && detail.elt.closest("li");
  if (item) {
    queue.querySelectorAll("li[data-open]").forEach((open) => open.removeAttribute("data-open"));
    item.setAttribute("data-open", "");
  }
});

for (const ended of ["htmx:afterRequest", "htmx:sendError"]) {
  document.addEventListener(ended, ({ detail }) => {
    if (detail.target === pane) {
      pane.removeAttribute("aria-busy");
      markOpenRow();
    }
  });
}

document.addEventListener("htmx:afterSettle", (event) => {
  markOpenRow();
  // Where the list gives way to what was opened, the focus goes along.
  if (event.detail.target === pane && queue.offsetParent === null) {
    pane.querySelector("[tabindex='-1']")?.focus();
  }
});
