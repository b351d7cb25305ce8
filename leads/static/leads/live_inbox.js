// The inbox as things change elsewhere: rows are brought up to date in their place, new ones come in when nobody is
// looking at the list and are offered otherwise, and an open MQL says that it has changed.

const GATHER_TIME = 150;
const OWN_TIME = 2000;
const { changed: changedAddress } = document.body.dataset;

export class Inbox {
  #changed = new Set();
  #gone = new Set();
  #all = false;
  #timer = 0;
  #underWay = false;
  /** When the pane was last filled, by this tab. */
  #filledAt = Date.now();

  constructor() {
    document.addEventListener("visibilitychange", () => this.#soon());
    document.addEventListener("htmx:afterSettle", ({ detail }) => {
      if (detail.target?.closest?.("[data-pane]")) {
        this.#filledAt = Date.now();
      }
    });
    document.addEventListener("click", (event) => {
      if (event.target.closest("[data-live-new]")) {
        this.#showNew();
      } else if (event.target.closest("[data-live-show]")) {
        window.htmx.ajax("GET", location.pathname + location.search, { target: "[data-pane]", swap: "innerHTML" });
      }
    });
  }

  take(news) {
    for (const id of news.changed) {
      this.#changed.add(id);
      this.#gone.delete(id);
    }
    for (const id of news.gone) {
      this.#gone.add(id);
      this.#changed.delete(id);
    }
    this.#all ||= news.all;
    this.#tellPane(news);
    this.#soon();
  }

  // The list

  #soon() {
    clearTimeout(this.#timer);
    if (!document.hidden && (this.#all || this.#changed.size || this.#gone.size)) {
      this.#timer = setTimeout(() => this.#update(), GATHER_TIME);
    }
  }

  async #update() {
    const list = document.getElementById("mql-list");
    if (!list || this.#underWay) {
      list && this.#soon();
      return;
    }
    this.#underWay = true;
    const [changed, gone, all] = [this.#changed, this.#gone, this.#all];
    [this.#changed, this.#gone, this.#all] = [new Set(), new Set(), false];
    try {
      const html = await freshList(list);
      if (document.getElementById("mql-list") !== list) {
        // The list was filled otherwise meanwhile: what it shows now may be older.
        changed.forEach((id) => this.#changed.add(id));
        gone.forEach((id) => this.#gone.add(id));
        this.#all ||= all;
      } else if (html) {
        bringUpToDate(list, html, { changed, gone, all });
      }
    } finally {
      this.#underWay = false;
      this.#soon();
    }
  }

  async #showNew() {
    const list = document.getElementById("mql-list");
    const html = list && (await freshList(list));
    if (html) {
      const [first] = arrivalsIn(list, parsed(html));
      swap(list, html);
      rowsIn(document)?.scrollTo({ top: 0 });
      document.getElementById(first)?.querySelector("[data-row]")?.focus();
    }
  }

  // The pane

  #tellPane(news) {
    const open = document.querySelector("[data-pane] [data-mql]");
    const id = Number(open?.dataset.mql);
    const concerned = open && (news.gone.includes(id) || news.changed.includes(id));
    if (!concerned) {
      return;
    }
    const heardAt = Date.now();
    // What this tab did itself fills the pane at about the same time.
    setTimeout(async () => {
      const notice = open.isConnected && open.querySelector("[data-live-notice]");
      if (notice && this.#filledAt < heardAt - OWN_TIME / 2) {
        notice.innerHTML = news.gone.includes(id)
          ? '<p class="live-changed">This MQL is with another team now.</p>'
          : await changeOf(id);
      }
    }, OWN_TIME / 2);
  }
}

async function changeOf(id) {
  const answer = await fetch(changedAddress.replace("/0/", `/${id}/`)).catch(() => null);
  return answer?.ok && !answer.redirected ? answer.text() : "";
}

async function freshList(list) {
  const headers = { "HX-Request": "true", "HX-Target": "mql-list" };
  // As many rows as were shown: one that is not among the first is not gone for that.
  const address = `${list.getAttribute("hx-get")}&rows=${itemsIn(list).length}`;
  const answer = await fetch(address, { headers }).catch(() => null);
  return answer?.ok && !answer.redirected ? answer.text() : "";
}

function parsed(html) {
  return new DOMParser().parseFromString(html, "text/html").getElementById("mql-list");
}

function swap(list, html) {
  window.htmx.swap(list, html, { swapStyle: "outerHTML" });
}

function rowsIn(place) {
  return place.querySelector("[data-rows]");
}

function itemsIn(place) {
  return [...place.querySelectorAll("[data-rows] > [id^='mql-row-']")];
}

function arrivalsIn(list, fresh) {
  const shown = new Set(itemsIn(list).map((item) => item.id));
  return itemsIn(fresh)
    .map((item) => item.id)
    .filter((id) => !shown.has(id));
}

/** Whether somebody reads the list, types above it or has chosen rows of it: then nothing may move. */
function isInUse(list) {
  const queue = list.closest("[data-queue]");
  return (
    queue.contains(document.activeElement) ||
    queue.matches(":hover") ||
    (rowsIn(list)?.scrollTop ?? 0) > 0 ||
    (queue.offsetParent !== null && window.scrollY > 0) ||
    Boolean(list.querySelector("input:checked, details[open]")) ||
    Boolean(document.querySelector("dialog[open]"))
  );
}

function bringUpToDate(list, html, { changed, gone, all }) {
  const fresh = parsed(html);
  if (!fresh) {
    return;
  }
  const arrivals = arrivalsIn(list, fresh);
  if (arrivals.length && !isInUse(list)) {
    swap(list, html);
    arrivals.forEach((id) => document.getElementById(id)?.setAttribute("data-fresh", ""));
    say(arrivals.length, { offered: false });
    return;
  }
  for (const item of itemsIn(list)) {
    const id = Number(item.id.replace("mql-row-", ""));
    const now = fresh.querySelector(`#${CSS.escape(item.id)}`);
    if (now && (all || changed.has(id))) {
      patch(item, now);
    } else if (!now && (gone.has(id) || changed.has(id))) {
      item.setAttribute("data-gone", "");
    }
  }
  patchCounts(list, fresh);
  if (arrivals.length) {
    say(arrivals.length, { offered: true });
  }
}

/** Put what a row says now in its place, with the focus, the mark of what is open and what was ticked. */
function patch(item, now) {
  if (item.dataset.shown === now.outerHTML) {
    return;
  }
  const focused = item.contains(document.activeElement);
  const row = document.importNode(now, true);
  row.dataset.shown = now.outerHTML;
  row.toggleAttribute("data-open", item.hasAttribute("data-open"));
  const current = item.querySelector("[data-row]")?.getAttribute("aria-current");
  current && row.querySelector("[data-row]")?.setAttribute("aria-current", current);
  for (const box of item.querySelectorAll("input[type='checkbox']:checked")) {
    const twin = row.querySelector(`input[name="${CSS.escape(box.name)}"][value="${CSS.escape(box.value)}"]`);
    twin && (twin.checked = true);
  }
  item.replaceWith(row);
  window.htmx.process(row);
  focused && row.querySelector("[data-row]")?.focus({ preventScroll: true });
}

function patchCounts(list, fresh) {
  for (const link of fresh.querySelectorAll("nav a")) {
    const old = [...list.querySelectorAll("nav a")].find((each) => each.getAttribute("href") === link.getAttribute("href"));
    const [from, to] = [link.querySelector(".tab-count"), old?.querySelector(".tab-count")];
    if (from && to && from.textContent !== to.textContent) {
      to.textContent = from.textContent;
    }
  }
}

/** Say how many are new: as a button over the list where they are not shown yet. */
function say(number, { offered }) {
  const place = document.querySelector("[data-live-arrivals]");
  const words = number === 1 ? "1 new" : `${number} new`;
  if (offered) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-primary button-small";
    button.dataset.liveNew = "";
    button.textContent = words;
    place.replaceChildren(button);
  } else {
    const said = document.createElement("span");
    said.className = "visually-hidden";
    said.textContent = `${words} in the list`;
    place.replaceChildren(said);
  }
}

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  // The list is new, and so is nothing that waits.
  if (detail.target?.id === "mql-list" || detail.elt?.id === "mql-list") {
    document.querySelector("[data-live-new]")?.remove();
  }
});
