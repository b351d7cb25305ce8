// How long what was just done can be taken back: counts the seconds down, then takes the button away.

const deadlines = new WeakMap();

function tick() {
  for (const form of document.querySelectorAll("form[data-seconds]")) {
    if (!deadlines.has(form)) {
      deadlines.set(form, performance.now() + form.dataset.seconds * 1000);
    }
    const left = Math.ceil((deadlines.get(form) - performance.now()) / 1000);
    if (left > 0) {
      form.querySelector("[data-left]").textContent = `${left} s`;
    } else {
      takeAway(form.closest(".message") ?? form);
    }
  }
}

/** Whoever stands on the button must not lose their place. */
function takeAway(element) {
  const hadFocus = element.contains(document.activeElement);
  element.remove();
  if (hadFocus) {
    document.getElementById("main").focus();
  }
}

setInterval(tick, 1000);
document.addEventListener("htmx:afterSettle", tick);
document.addEventListener("htmx:oobAfterSwap", tick);
tick();
