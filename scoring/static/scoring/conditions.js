// Rows of conditions: suggestions of fields and values that are really there, operators that suit, checks as one types.
//
// The server checks all of it again, and without this script the rows are a plain formset. A page has them by these
// attributes, as templates/admin/scoring/_conditions.html and _condition_row.html write them:
//
//   data-conditions          around all rows, with
//     data-scope             fit, engagement or people: which fields there are. Read anew at each use, so that a rule may go
//                            to another group. Empty: no suggestions, no checks.
//     data-url               where hints are had, rows checked (…check/) and people counted (…count/)
//     data-prefix            of the formset, whose …-TOTAL_FORMS counts added rows. Left out: rows are added as they are.
//   data-condition-rows      the list that holds the rows, in order
//   data-condition-template  a template of an empty row, with __prefix__ for its number
//   data-condition-add       the button that adds a row; data-condition-said beside it says what was done, with an undo
//   data-condition           a row, and within it
//     data-condition-field, -op, -value   the three inputs (text, select, text)
//     data-condition-value-part           what is hidden while the operator takes no value
//     data-condition-position             a hidden input that gets the row's place
//     data-condition-delete               the checkbox that removes it, inside data-condition-delete-part, which is hidden.
//                                         Without one, a row that is removed leaves the page.
//     data-condition-up, -down, -remove   buttons
//     data-condition-answer               where the answer to what was typed is written
//   data-conditions-count    where the people are counted for whom all rows hold. Left out: nobody is.
//
// After every change the element with data-conditions gets the event `conditions:changed`, which bubbles. Rows that come later,
// by htmx or by cloning, are dressed as they come.

import { suggest } from "./combobox.js";

const TYPING = 350;
const MOST_SHOWN = 60;
const asked = new Map();
const had = new Map();
const timers = new WeakMap();
const number = new Intl.NumberFormat("en");

function part(row, name) {
  return row.querySelector(`[data-condition-${name}]`);
}

function rowsOf(box) {
  return [...box.querySelectorAll("[data-condition]")].filter((row) => !row.hidden);
}

function scopeOf(place) {
  return place.closest("[data-conditions]").dataset.scope ?? "";
}

function later(key, call) {
  clearTimeout(timers.get(key));
  timers.set(key, setTimeout(call, TYPING));
}

// Hints: the fields with their operators and values, of a scope.

async function hintsFor(box) {
  const scope = scopeOf(box);
  if (!scope) {
    return null;
  }
  const address = `${box.dataset.url}?scope=${scope}`;
  if (!asked.has(address)) {
    asked.set(address, fetched(address));
  }
  return asked.get(address);
}

async function fetched(address) {
  const answer = await fetch(address, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok) {
    asked.delete(address);
    return null;
  }
  had.set(address, await answer.json());
  return had.get(address);
}

// What a list of suggestions can show at once: of the scope that the rows have by now.
function hintsNow(box) {
  hintsFor(box);
  return had.get(`${box.dataset.url}?scope=${scopeOf(box)}`);
}

function known(told, name) {
  const field = told.fields.find((one) => one.name === name);
  if (field) {
    return field;
  }
  const isProperty = told.prefixes.some((prefix) => name.startsWith(prefix) && name !== prefix);
  return isProperty ? { name, holds: "property", ops: told.property_ops, values: [] } : null;
}

function matching(entries, text, names) {
  const wanted = text.trim().toLowerCase();
  const at = (entry) => Math.min(...names(entry).map((name) => rank(name.toLowerCase(), wanted)));
  return entries
    .map((entry) => [at(entry), entry])
    .filter(([place]) => place < 3)
    .sort(([one], [other]) => one - other)
    .map(([, entry]) => entry)
    .slice(0, MOST_SHOWN);
}

function rank(name, wanted) {
  if (!wanted || name.startsWith(wanted)) {
    return 0;
  }
  return name.includes(`.${wanted}`) || name.includes(` ${wanted}`) || name.includes(`_${wanted}`) ? 1 : name.includes(wanted) ? 2 : 3;
}

function fieldOptions(told, search) {
  return matching(told.fields, search, (field) => [field.name, field.words]).map((field) => ({
    value: field.name,
    words: field.words,
    count: field.known ? counted(field.known, field, told) : "",
  }));
}

function valueOptions(told, row, search) {
  const op = part(row, "op").value;
  if (op === "in_domain_list") {
    return matching(told.lists, search, ([name]) => [name]).map(([name, size]) => ({
      value: name,
      words: "domain list",
      count: size === 1 ? "1 domain" : `${number.format(size)} domains`,
    }));
  }
  const field = known(told, part(row, "field").value.trim());
  if (!field || !told.ops[op]?.suggests) {
    return [];
  }
  const several = told.ops[op].several;
  const text = part(row, "value").value;
  const before = several ? text.slice(0, text.lastIndexOf(",") + 1) : "";
  const held = new Set(before.split(",").map((word) => word.trim().toLowerCase()));
  const values = field.values.filter(([value]) => !held.has(String(value).toLowerCase()));
  return matching(values, search.slice(before.length), ([value]) => [String(value)]).map(([value, count]) => ({
    value: before ? `${before} ${value}` : String(value),
    shown: String(value),
    count: count === null ? "" : counted(count, field, told),
  }));
}

function counted(count, field, told) {
  const unit = field.counts === "people" ? ["person", "people"] : ["time", "times"];
  return `${told.estimated ? "≈ " : ""}${number.format(count)} ${unit[count === 1 ? 0 : 1]}`;
}

// A row: what its field and operator leave open.

function dress(box, row) {
  if (row.dataset.dressed) {
    return;
  }
  row.dataset.dressed = "true";
  for (const name of ["up", "down", "remove"]) {
    part(row, name)?.removeAttribute("hidden");
  }
  part(row, "delete-part")?.setAttribute("hidden", "");
  row.hidden = Boolean(part(row, "delete")?.checked);
  const suggesting = (options) => (search) => {
    const told = hintsNow(box);
    return told ? options(told, search) : [];
  };
  suggest(part(row, "field"), suggesting(fieldOptions));
  suggest(part(row, "value"), suggesting((told, search) => valueOptions(told, row, search)));
  hintsFor(box).then((told) => told && fit(row, told, false));
}

function fit(row, told, chosen) {
  const field = known(told, part(row, "field").value.trim());
  const op = part(row, "op");
  for (const option of op.options) {
    const suits = !field || !option.value || field.ops.includes(option.value);
    option.hidden = option.disabled = !suits && !(option.selected && !chosen);
  }
  if (chosen && field && !field.ops.includes(op.value)) {
    op.value = field.ops[0];
  }
  fitValue(row, told);
}

function fitValue(row, told) {
  const op = told.ops[part(row, "op").value];
  const field = known(told, part(row, "field").value.trim());
  const value = part(row, "value");
  const takesNone = Boolean(op && !op.takes);
  (part(row, "value-part") ?? value).hidden = takesNone;
  if (takesNone && value.value) {
    value.dataset.before = value.value;
    value.value = "";
  } else if (!takesNone && !value.value && value.dataset.before) {
    value.value = value.dataset.before;
    delete value.dataset.before;
  }
  const example = field?.values.length ? field.values[0][0] : null;
  value.placeholder = !op || takesNone ? "" : op.suggests && !op.several && example !== null ? `as in ${example}` : op.takes;
}

// What the server says of it.

function token() {
  return document.querySelector("[name='csrfmiddlewaretoken']")?.value ?? "";
}

async function ask(box, path, data, signal) {
  const headers = { "X-CSRFToken": token() };
  return fetch(`${box.dataset.url}${path}`, { method: "POST", body: data, headers, signal });
}

async function check(box, row) {
  const scope = scopeOf(box);
  const [field, op, value] = ["field", "op", "value"].map((name) => part(row, name));
  if (!scope || !field.value.trim()) {
    answer(row, []);
    return;
  }
  const sent = new FormData();
  for (const [name, held] of Object.entries({ scope, field: field.value, op: op.value, typed_value: value.value })) {
    sent.append(name, held);
  }
  const given = await ask(box, "check/", sent).catch(() => null);
  const isStill = field.value === sent.get("field") && op.value === sent.get("op") && value.value === sent.get("typed_value");
  if (given?.ok && isStill) {
    answer(row, (await given.json()).faults);
  }
}

function answer(row, faults) {
  const place = part(row, "answer");
  const wrong = new Set(faults.map(([name]) => name.replace("typed_", "")));
  place.replaceChildren(
    ...faults.map(([, said]) => {
      const line = document.createElement("p");
      line.textContent = said;
      return line;
    }),
  );
  // A value that is still to come is no mistake.
  const isBegun = part(row, "value").value.trim() === "" && wrong.size === 1 && wrong.has("value");
  row.classList.toggle("condition-wrong", faults.length > 0 && !isBegun);
  row.classList.toggle("condition-begun", isBegun);
  for (const name of ["field", "op", "value"]) {
    part(row, name).ariaInvalid = wrong.has(name) && !isBegun ? "true" : null;
  }
}

async function count(box) {
  const place = box.querySelector("[data-conditions-count]");
  if (!place || !scopeOf(box)) {
    return;
  }
  const sent = new FormData();
  sent.append("scope", scopeOf(box));
  for (const row of rowsOf(box)) {
    for (const [name, as] of [["field", "field"], ["op", "op"], ["value", "typed_value"]]) {
      sent.append(as, part(row, name).value);
    }
  }
  box.counting?.abort();
  box.counting = new AbortController();
  place.ariaBusy = "true";
  const given = await ask(box, "count/", sent, box.counting.signal).catch(() => null);
  if (given?.ok) {
    place.innerHTML = await given.text();
  }
  if (given) {
    place.ariaBusy = "false";
  }
}

// Adding, removing, moving.

function changed(box) {
  rowsOf(box).forEach((row, index) => {
    const position = part(row, "position");
    if (position) {
      position.value = index;
    }
  });
  later(box, () => count(box));
  box.dispatchEvent(new CustomEvent("conditions:changed", { bubbles: true }));
}

function add(box) {
  const total = box.querySelector(`[name='${box.dataset.prefix}-TOTAL_FORMS']`);
  const index = total?.value ?? box.querySelectorAll("[data-condition]").length;
  const holder = document.createElement("template");
  holder.innerHTML = box.querySelector("[data-condition-template]").innerHTML.replaceAll("__prefix__", index);
  const row = holder.content.querySelector("[data-condition]");
  box.querySelector("[data-condition-rows]").append(row);
  if (total) {
    total.value = Number(index) + 1;
  }
  dress(box, row);
  part(row, "field").focus();
  changed(box);
}

function remove(box, row) {
  const others = rowsOf(box).filter((one) => one !== row);
  const next = others.find((one) => row.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING) ?? others.at(-1);
  const gone = part(row, "delete");
  if (gone) {
    gone.checked = true;
    row.hidden = true;
    say(box, "Removed.", () => {
      gone.checked = false;
      row.hidden = false;
      part(row, "field").focus();
      changed(box);
    });
  } else {
    row.remove();
    say(box, "Removed.");
  }
  (next ? part(next, "remove") : box.querySelector("[data-condition-add]"))?.focus();
  changed(box);
}

function move(box, row, step, button) {
  const rows = rowsOf(box);
  const at = rows.indexOf(row) + step;
  if (at < 0 || at >= rows.length) {
    say(box, step < 0 ? "It is the first already." : "It is the last already.");
    return;
  }
  rows[at][step < 0 ? "before" : "after"](row);
  button.focus();
  say(box, `Moved to place ${at + 1} of ${rows.length}.`);
  changed(box);
}

function say(box, words, undo = null) {
  const place = box.querySelector("[data-condition-said]");
  if (!place) {
    return;
  }
  place.textContent = words;
  if (undo) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Undo";
    button.addEventListener("click", () => {
      place.textContent = "";
      undo();
    });
    place.append(" ", button);
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-condition-add], [data-condition-remove], [data-condition-up], [data-condition-down]");
  const box = button?.closest("[data-conditions]");
  if (!box) {
    return;
  }
  const row = button.closest("[data-condition]");
  if (button.matches("[data-condition-add]")) {
    add(box);
  } else if (button.matches("[data-condition-remove]")) {
    remove(box, row);
  } else {
    move(box, row, button.matches("[data-condition-up]") ? -1 : 1, button);
  }
});

for (const kind of ["input", "change"]) {
  document.addEventListener(kind, async (event) => {
    const row = event.target.closest?.("[data-condition]");
    const box = row?.closest("[data-conditions]");
    if (!box) {
      return;
    }
    const told = await hintsFor(box);
    if (told && kind === "change" && event.target.matches("[data-condition-field]")) {
      fit(row, told, true);
    } else if (told && event.target.matches("[data-condition-op]")) {
      fitValue(row, told);
    }
    later(row, () => check(box, row));
    changed(box);
  });
}

function dressAll(place) {
  for (const box of place.querySelectorAll("[data-conditions]")) {
    box.querySelector("[data-condition-add]")?.removeAttribute("hidden");
    box.querySelectorAll("[data-condition]").forEach((row) => dress(box, row));
    if (!box.dataset.dressed) {
      box.dataset.dressed = "true";
      // The server counts what is saved. After a save that was refused there is more to count.
      if (box.querySelector("[data-conditions-count]")?.textContent.trim() === "") {
        count(box);
      }
    }
  }
}

dressAll(document);
document.addEventListener("htmx:load", (event) => dressAll(event.target.parentElement ?? document));
