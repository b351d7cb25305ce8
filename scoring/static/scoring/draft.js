// The page that edits a draft, beyond what htmx does: menus that close, focus that stays with what was opened or closed,
// and a question before what was typed is left unsaved. All of it hangs on attributes:
//
//   data-part    a part of the page that opens and closes in its place; its id names it
//   data-guard   a form whose typing is not to be lost silently
//   data-leaves  a link that closes a part, and forgets what was typed into it
//   data-closes  the button of a message, with the selector of what it takes away
//   data-menu    a details element that closes when somebody turns to something else

const changed = new WeakSet();

function unsaved(place) {
  return [...place.querySelectorAll("form[data-guard]")].filter((form) => changed.has(form));
}

function note(event) {
  const form = event.target.closest?.("form[data-guard]");
  if (form) {
    changed.add(form);
  }
}

document.addEventListener("input", note);
document.addEventListener("change", note);

// A part that comes back with faults, or with what somebody else did, still holds what was typed.
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.xhr?.status === 409 || detail.xhr?.status === 422) {
    document.querySelectorAll(`#${CSS.escape(detail.target.id)} form[data-guard]`).forEach((form) => changed.add(form));
  }
});

addEventListener("beforeunload", (event) => {
  if (unsaved(document).length) {
    event.preventDefault();
  }
});

// A plain post leaves the page on purpose.
document.addEventListener("submit", ({ target }) => changed.delete(target));

document.addEventListener("htmx:confirm", (event) => {
  const link = event.target.closest?.("[data-leaves]");
  const part = link?.closest("[data-part]");
  if (part && unsaved(part).length && !confirm("Close it without saving what you typed?")) {
    event.preventDefault();
  }
});

// Whoever deletes a part goes on at the one behind it.
let behind = null;

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const part = detail.target.closest?.("li[data-part], [data-group]");
  behind = part && (part.nextElementSibling ?? part.previousElementSibling ?? part.closest("[data-group]"));
});

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (!detail.target.isConnected && document.activeElement === document.body) {
    behind?.querySelector("a, button:enabled, summary")?.focus();
  }
});

// Whoever opens a part goes on in its form, and whoever closes one at the link that opens it.
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  const refused = detail.xhr?.status === 409 && document.querySelector("form#order-changed button");
  if (refused) {
    refused.focus();
    return;
  }
  const asked = detail.requestConfig?.elt;
  const part = asked?.closest?.("[data-part], [data-menu]") ? document.getElementById(detail.target?.id) : null;
  if (!part?.matches("[data-part]") || part.contains(document.activeElement)) {
    return;
  }
  const wrong = part.querySelector("[aria-invalid='true'], .meanwhile");
  const first = part.querySelector("form[data-guard] :is(input, select, textarea):not([type='hidden'])");
  const place = wrong ?? first ?? part.querySelector("form button[type='submit'], a, summary");
  if (place?.matches(".meanwhile")) {
    place.tabIndex = -1;
  }
  place?.focus();
});

function closeMenus(except) {
  document.querySelectorAll("[data-menu][open]").forEach((menu) => {
    if (!menu.contains(except)) {
      menu.open = false;
    }
  });
}

document.addEventListener("click", ({ target }) => {
  closeMenus(target);
  const close = target.closest("[data-closes]");
  close?.closest(close.dataset.closes)?.remove();
});
document.addEventListener("focusin", ({ target }) => closeMenus(target));
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && event.target.closest("[data-menu][open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
