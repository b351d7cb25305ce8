// The focus is never lost: where htmx replaces what had it, it goes to what stands there now.

/** By request: where the focus was in what it replaces. */
const held = new WeakMap();
const DETAIL = "#mql-pane";

function isLost() {
  const active = document.activeElement;
  // What has the focus in a dialog that was closed just now keeps it until the page is drawn again.
  return active === document.body || active === null || Boolean(active.closest("dialog:not([open])"));
}

function rowsOf(place) {
  return [...place.querySelectorAll("[data-row]")];
}

function whereIn(target) {
  // A form in the dialog says which row it is about.
  const about = document.activeElement.closest("[data-about]")?.dataset.about;
  const item = about ? document.getElementById(about) : document.activeElement.closest("li[id], tr[id]");
  const rows = rowsOf(target);
  return {
    item: item?.id,
    index: rows.findIndex((row) => item?.contains(row)),
    before: target.previousElementSibling,
  };
}

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  // A button that is disabled while its form is under way loses the focus before the answer comes.
  if (detail.elt.contains(document.activeElement) && !isLost()) {
    held.set(detail.xhr, whereIn(detail.target));
  }
});

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target.contains(document.activeElement) && !isLost()) {
    held.set(detail.xhr, whereIn(detail.target));
  }
});

function focusOn(element) {
  if (!element) {
    return;
  }
  if (!element.matches("a[href], button, input, [tabindex]")) {
    element.tabIndex = -1;
  }
  element.focus({ preventScroll: true });
  element.scrollIntoView({ block: "nearest" });
}

function sameRow(place, was) {
  const rows = rowsOf(place);
  const same = was.item && document.getElementById(was.item)?.querySelector("[data-row]");
  return same ?? rows[Math.min(was.index, rows.length - 1)];
}

document.addEventListener("htmx:afterSettle", ({ detail }) => {
  const was = held.get(detail.xhr);
  const dialog = document.querySelector("dialog[open]");
  if (!was || !isLost() || dialog) {
    return;
  }
  held.delete(detail.xhr);
  const place = detail.target.isConnected ? detail.target : detail.elt;
  if (place.matches(DETAIL)) {
    focusOn(place.querySelector("[data-next]") ?? place.querySelector("[tabindex='-1']"));
  } else if (was.index >= 0) {
    focusOn(sameRow(place, was));
  } else if (!detail.target.isConnected && was.before?.nextElementSibling) {
    const come = was.before.nextElementSibling;
    focusOn(come.querySelector("[data-row], [tabindex='-1']") ?? come);
  } else {
    focusOn(place.querySelector("[data-row], [tabindex='-1']"));
  }
});
