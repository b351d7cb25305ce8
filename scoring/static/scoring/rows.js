// Rows of a formset that are added and removed. Without this script there is one empty row to go on with.
//
//   data-rows          around all of them: the formset's prefix, whose …-TOTAL_FORMS counts them
//   data-row-list      the list they stand in; data-row one of them
//   data-row-template  a template of an empty row, with __prefix__ for its number
//   data-add-row, data-remove-row   buttons, hidden until this script runs
//
// After each the element with data-rows gets the event `rows:changed`, which bubbles.

function show(place) {
  place.querySelectorAll("[data-add-row], [data-remove-row]").forEach((button) => {
    button.hidden = false;
  });
}

function add(box) {
  const total = box.querySelector(`[name="${box.dataset.rows}-TOTAL_FORMS"]`);
  const html = box.querySelector("[data-row-template]").innerHTML.replaceAll("__prefix__", total.value);
  const list = box.querySelector("[data-row-list]");
  list.insertAdjacentHTML("beforeend", html);
  total.value = Number(total.value) + 1;
  show(list);
  list.lastElementChild.querySelector("input").focus();
}

// A row that is gone is one that was never filled in: the server passes over its number.
function remove(row) {
  const next = row.nextElementSibling ?? row.previousElementSibling;
  row.remove();
  next?.querySelector("input").focus();
}

document.addEventListener("click", ({ target }) => {
  const box = target.closest("[data-rows]");
  const row = target.closest("[data-remove-row]")?.closest("[data-row]");
  if (row) {
    remove(row);
  } else if (target.closest("[data-add-row]")) {
    add(box);
  } else {
    return;
  }
  box.dispatchEvent(new CustomEvent("rows:changed", { bubbles: true }));
});

show(document);
document.addEventListener("htmx:load", ({ detail }) => show(detail.elt));
