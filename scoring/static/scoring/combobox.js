// A text field that suggests: the list of the WAI-ARIA combobox pattern. What is typed counts, whether it is suggested or not.
//
// suggest(input, options) asks `options(search)` for [{ value, shown, words, count }]: with what is typed as one types, and with ""
// as one opens the list, which then has everything. `shown` stands for the value, `words` and `count` beside it; all may be
// left out. Choosing one writes its value and sends `input` and `change`, as typing does.

let lists = 0;

export function suggest(input, options) {
  const list = document.createElement("ul");
  let shown = [];
  let active = -1;
  list.id = `suggestions-${(lists += 1)}`;
  list.className = "suggestions";
  list.role = "listbox";
  list.popover = "manual";
  list.ariaLabel = "Suggestions";
  input.after(list);
  input.role = "combobox";
  input.ariaAutoComplete = "list";
  input.ariaExpanded = "false";
  input.setAttribute("aria-controls", list.id);

  function open(search) {
    shown = document.activeElement === input ? options(search) : [];
    if (!shown.length) {
      close();
      return;
    }
    list.replaceChildren(...shown.map((option, index) => drawn(option, `${list.id}-${index}`)));
    list.showPopover();
    place();
    input.ariaExpanded = "true";
    activate(-1);
  }

  function close() {
    if (list.matches(":popover-open")) {
      list.hidePopover();
    }
    input.ariaExpanded = "false";
    activate(-1);
  }

  function place() {
    const { left, bottom, top, width } = input.getBoundingClientRect();
    const below = innerHeight - bottom;
    const upwards = below < 200 && top > below;
    list.style.left = `${left}px`;
    list.style.minWidth = `${width}px`;
    list.style.maxHeight = `${Math.min(320, (upwards ? top : below) - 12)}px`;
    list.style.top = upwards ? "auto" : `${bottom + 4}px`;
    list.style.bottom = upwards ? `${innerHeight - top + 4}px` : "auto";
  }

  function activate(index) {
    list.children[active]?.removeAttribute("aria-selected");
    active = index;
    const option = list.children[index];
    if (!option) {
      input.removeAttribute("aria-activedescendant");
      return;
    }
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option.id);
  }

  function choose(index) {
    input.value = shown[index].value;
    close();
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
    close();
  }

  input.addEventListener("input", () => open(input.value));
  input.addEventListener("click", () => open(""));
  input.addEventListener("blur", close);
  addEventListener("scroll", (event) => event.target !== list && close(), { capture: true, passive: true });
  addEventListener("resize", close);
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role='option']");
    if (option) {
      choose([...list.children].indexOf(option));
    }
  });
  input.addEventListener("keydown", (event) => {
    const isOpen = input.ariaExpanded === "true";
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!isOpen) {
        open("");
      }
      const step = event.key === "ArrowDown" ? 1 : -1;
      activate(active < 0 && step < 0 ? shown.length - 1 : Math.max(0, Math.min(active + step, shown.length - 1)));
    } else if (event.key === "Enter" && isOpen && active >= 0) {
      event.preventDefault();
      choose(active);
    } else if (event.key === "Escape" && isOpen) {
      event.stopPropagation();
      close();
    }
  });
}

function drawn({ value, shown, words, count }, id) {
  const option = document.createElement("li");
  option.id = id;
  option.role = "option";
  const name = document.createElement("span");
  name.className = "suggestion-value";
  name.textContent = shown ?? value;
  option.append(name);
  for (const [text, className] of [
    [words, "suggestion-words"],
    [count, "suggestion-count"],
  ]) {
    if (text) {
      const part = document.createElement("span");
      part.className = className;
      part.textContent = text;
      option.append(part);
    }
  }
  return option;
}
