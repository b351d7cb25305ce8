// A key for each next step. The page says what a key does: an element with `data-key` is pressed by it, in the row that
// has the focus before what is open, and that before the rest of the page. "g i" is g, then i.

const OFF = "handoff.keys.off";
const SEQUENCE_TIME = 1500;
const PRESSED_TIME = 400;
const TYPED_INTO =
  "textarea, select, [contenteditable], input:not([type='checkbox'], [type='radio'], [type='button'], [type='submit'])";

const help = document.getElementById("keys-help");
const pane = document.querySelector("[data-pane]");

/** The key that began a sequence, and when. */
let begun = { key: "", at: 0 };
/** The key to press once the pane is there, and the row that it is meant for if it is one that was not open. */
let wanted = { key: "", item: "" };

function areOff() {
  return localStorage.getItem(OFF) === "yes";
}

// Rows

function rows() {
  return [...document.querySelectorAll("[data-row]")].filter((row) => row.checkVisibility());
}

function itemOf(row) {
  return row.closest("li, tr") ?? row;
}

function focusedRow() {
  return rows().find((row) => itemOf(row).contains(document.activeElement));
}

function focusRow(row) {
  const focusable = row.matches("a, button, [tabindex]") ? row : row.querySelector("a[href], button");
  focusable?.focus();
  itemOf(row).scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = rows();
  const focused = focusedRow() ?? all.find((row) => row.hasAttribute("aria-current"));
  const next = focused ? all.indexOf(focused) + by : 0;
  if (next < all.length) {
    all[Math.max(next, 0)] && focusRow(all[Math.max(next, 0)]);
  } else {
    showMore(document.querySelector("[data-more]"));
  }
}

/** Go on behind the last row. What comes takes the place of the link, and the focus that it has. */
function showMore(link) {
  link?.focus();
  if (link?.hasAttribute("hx-get")) {
    link.click();
  }
}

// Keys of elements

function withKey(key, within) {
  return [...within.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find(
    (element) => element.checkVisibility() && !element.disabled,
  );
}

/** What `key` presses; and the row to open first, where it is meant for one that is not open yet. */
function meantBy(key) {
  const row = focusedRow();
  const inRow = row && withKey(key, itemOf(row));
  if (inRow) {
    return { element: inRow };
  }
  if (row && pane && row.getAttribute("hx-target") === `#${pane.id}` && !row.hasAttribute("aria-current")) {
    return { row };
  }
  const open = document.querySelector("[data-mql]");
  return { element: (open && withKey(key, open)) ?? withKey(key, document) };
}

/** Whether an element is about to be replaced, or does not do yet what it will. */
function isUnderWay(element) {
  return pane?.contains(element) && (pane.hasAttribute("aria-busy") || element.closest(".htmx-added"));
}

function press(key) {
  const { element, row } = meantBy(key);
  if (row) {
    wanted = { key, item: itemOf(row).id };
    if (!row.matches(".htmx-request")) {
      row.click();
    }
  } else if (element && isUnderWay(element)) {
    wanted = { key, item: "" };
  } else if (element?.matches(TYPED_INTO)) {
    element.focus();
  } else if (element) {
    element.dataset.pressed = "";
    setTimeout(() => delete element.dataset.pressed, PRESSED_TIME);
    element.click();
  }
  return Boolean(element || row);
}

// The element is there already, folded away: open it, and go to what is to be filled in.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  const opened = opener && document.querySelector(opener.dataset.opens);
  if (opened) {
    event.preventDefault();
    opened.open = true;
    const field = opened.querySelector(opener.dataset.then);
    field?.scrollIntoView({ block: "nearest" });
    field?.focus();
  }
});

document.addEventListener("htmx:afterSettle", (event) => {
  markKeys();
  if (wanted.key && event.detail.target === pane) {
    const { key, item } = wanted;
    wanted = { key: "", item: "" };
    const open = pane.querySelector("[data-mql]");
    if (open && (!item || item === `mql-row-${open.dataset.mql}`)) {
      withKey(key, open)?.click();
    }
  }
});

// Nothing is decided late, about somebody else.
document.addEventListener("htmx:afterRequest", (event) => {
  if (!event.detail.successful) {
    wanted = { key: "", item: "" };
  }
});

/** Tell screen readers which key presses an element. */
function markKeys() {
  for (const element of document.querySelectorAll("[data-key]")) {
    if (areOff() || element.dataset.key.includes(" ")) {
      element.removeAttribute("aria-keyshortcuts");
    } else {
      element.setAttribute("aria-keyshortcuts", element.dataset.key);
    }
  }
  document.documentElement.toggleAttribute("data-keys-off", areOff());
}

// Help

function label(element) {
  if (element.dataset.keyLabel) {
    return element.dataset.keyLabel;
  }
  const words = element.cloneNode(true);
  words.querySelectorAll(".visually-hidden, svg, time").forEach((hidden) => hidden.remove());
  return words.textContent.replace("…", "").replace(/\s+/g, " ").trim();
}

function* keysOfThePage() {
  if (rows().length) {
    yield ["j", "Next in the list"];
    yield ["k", "Previous in the list"];
    yield ["Enter", "Open"];
  }
  if (document.querySelector("[data-search]")) {
    yield ["/", "Search"];
  }
  const said = new Set();
  for (const element of document.querySelectorAll("[data-key]")) {
    if (!said.has(element.dataset.key)) {
      said.add(element.dataset.key);
      yield [element.dataset.key, label(element)];
    }
  }
  yield ["Esc", "Back, or close"];
  yield ["?", "These keys"];
}

function showHelp() {
  const list = help.querySelector("[data-keys]");
  list.replaceChildren(
    ...[...keysOfThePage()].map(([keys, does]) => {
      const line = document.createElement("div");
      const term = document.createElement("dt");
      const meaning = document.createElement("dd");
      for (const key of keys.split(" ")) {
        const cap = document.createElement("kbd");
        cap.textContent = key;
        term.append(cap, " ");
      }
      meaning.textContent = does;
      line.append(term, meaning);
      return line;
    }),
  );
  help.querySelector("[data-keys-on]").checked = !areOff();
  help.showModal();
}

help.addEventListener("change", (event) => {
  if (event.target.matches("[data-keys-on]")) {
    localStorage.setItem(OFF, event.target.checked ? "no" : "yes");
    markKeys();
  }
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-shows-keys]")) {
    showHelp();
  }
});

// Keyboard

function goBack() {
  const writing = document.activeElement.closest("details[open]");
  if (writing && !writing.matches("[data-menu]")) {
    writing.open = false;
    document.querySelector(`[data-opens="#${writing.id}"]`)?.focus();
    return;
  }
  const queue = document.querySelector("[data-queue]");
  if (queue && !queue.checkVisibility()) {
    document.querySelector("[data-back]")?.click();
    return;
  }
  const row = rows().find((each) => each.hasAttribute("aria-current")) ?? rows()[0];
  row && focusRow(row);
}

/** The key as it is written on it: layouts without Latin letters are read by where the key is. */
function nameOf(event) {
  if (event.key.length === 1 && event.key > "~") {
    return event.code.startsWith("Key") ? event.code.slice(3).toLowerCase() : event.key;
  }
  return event.shiftKey ? event.key : event.key.toLowerCase();
}

function pressed(event) {
  const key = nameOf(event);
  const sequence = begun.key && Date.now() - begun.at < SEQUENCE_TIME ? `${begun.key} ${key}` : "";
  begun = { key: "", at: 0 };
  if (sequence && press(sequence)) {
    return true;
  }
  if (key === "j" || key === "k") {
    step(key === "j" ? 1 : -1);
    return true;
  }
  if (event.repeat) {
    return false;
  }
  if (key === "?") {
    showHelp();
    return true;
  }
  const search = document.querySelector("[data-search]");
  if (key === "/" && search) {
    search.focus();
    search.select();
    return true;
  }
  if (document.querySelector(`[data-key^="${CSS.escape(key)} "]`)) {
    begun = { key, at: Date.now() };
    return true;
  }
  return press(key);
}

document.addEventListener("keydown", (event) => {
  const withModifier = event.ctrlKey || event.metaKey || event.altKey;
  if (withModifier || event.isComposing || event.defaultPrevented || document.querySelector("dialog[open]")) {
    return;
  }
  if (event.key === "Escape") {
    if (!document.querySelector("[data-menu][open]")) {
      goBack();
    }
  } else if (event.key.length === 1 && !areOff() && !event.target.closest(TYPED_INTO) && pressed(event)) {
    event.preventDefault();
  }
});

document.querySelectorAll("[data-shows-keys]").forEach((button) => (button.hidden = false));
markKeys();
