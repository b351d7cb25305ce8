// What HTML cannot do on any page: close messages and menus, open and close the dialog that htmx fills.

const dialog = document.getElementById("dialog");

document.addEventListener("click", (event) => {
  const closer = event.target.closest("[data-closes]");
  if (closer) {
    closer.closest(closer.dataset.closes)?.remove();
  }
  if (dialog.open && event.target.closest("[data-closes-dialog]")) {
    event.preventDefault();
    dialog.close();
  }
  for (const menu of document.querySelectorAll("[data-menu][open]")) {
    if (!menu.contains(event.target)) {
      menu.open = false;
    }
  }
});

document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("[data-menu][open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A press outside the form lands on the dialog itself.
dialog.addEventListener("mousedown", (event) => {
  const box = dialog.getBoundingClientRect();
  const outside =
    event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
  if (event.target === dialog && outside) {
    dialog.close();
  }
});

dialog.addEventListener("close", () => dialog.replaceChildren());

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target === dialog && !dialog.open) {
    dialog.showModal();
  } else if (dialog.contains(event.detail.requestConfig?.elt) && !dialog.contains(event.detail.target)) {
    // The form was answered elsewhere: by what it changed, or by a message. A list that follows what happens is no answer.
    dialog.close();
  }
});

// A form that comes back with faults: go to the first of them.
document.addEventListener("htmx:afterSettle", () => {
  if (dialog.open) {
    const fault = dialog.querySelector("[aria-invalid='true']");
    (fault?.matches("fieldset") ? fault.querySelector("input") : fault)?.focus();
  }
});

// Good news goes by itself; what went wrong stays until somebody closes it.
const READING_TIME = 8000;

function dismissMessages() {
  for (const message of document.querySelectorAll("#messages .message:not(.message-error)")) {
    // What can be taken back stays as long as it can.
    if (!message.querySelector("form[data-seconds]")) {
      setTimeout(() => message.remove(), READING_TIME);
    }
  }
}

dismissMessages();
document.addEventListener("htmx:oobAfterSwap", dismissMessages);

document.addEventListener("htmx:sendError", () => {
  const message = document.createElement("div");
  message.className = "message message-error";
  message.setAttribute("role", "alert");
  message.textContent = "The server cannot be reached. Nothing was changed: try again in a moment.";
  document.getElementById("messages").replaceChildren(message);
});
