// The list and the pane beside it: which row is open, and j, k through the rows.

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

function step(by) {
  const links = rows();
  const focused = links.indexOf(document.activeElement);
  const from = focused >= 0 ? focused : links.findIndex((row) => row.hasAttribute("aria-current"));
  const next = links[Math.min(Math.max(from + by, 0), links.length - 1)];
  next?.focus();
  next?.closest("li").scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  const elsewhere = event.target.closest("input, textarea, select, dialog") || document.querySelector("dialog[open]");
  if (elsewhere || event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }
  if (event.key === "j" || event.key === "k") {
    event.preventDefault();
    step(event.key === "j" ? 1 : -1);
  }
});

document.addEventListener("htmx:afterSettle", (event) => {
  markOpenRow();
  // Where the list gives way to what was opened, the focus goes along.
  if (event.detail.target === pane && queue.offsetParent === null) {
    pane.querySelector("[tabindex='-1']")?.focus();
  }
});
