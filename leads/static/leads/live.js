// News as it happens: the bell, the title's count, and the inbox, without moving what is being read or typed.
//
// One tab of a browser holds the stream and hands the news on to the others: a browser opens few connections to one
// server. Where no stream can be held open, news is asked for every ten seconds.

import { Inbox } from "./live_inbox.js";

const { live: address, rendered, bell: bellAddress } = document.body.dataset;
const FAILURES = 3;
const POLL_TIME = 10_000;
const STREAM_AGAIN_TIME = 120_000;
const STOPPED = [204, 401, 403, 404];

const others = new BroadcastChannel("handoff.live");
const inbox = new Inbox();

/** What was last heard of: where to go on from. */
let position = "";

// News

function take(news, at) {
  position = at || position;
  if (!news) {
    return;
  }
  if (news.bell || news.all) {
    ring();
  }
  if (news.all || news.changed.length || news.gone.length) {
    inbox.take(news);
  }
}

function share(news, at) {
  take(news, at);
  others.postMessage({ news, at });
}

others.addEventListener("message", ({ data }) => take(data.news, data.at));

function since() {
  return position ? `after=${encodeURIComponent(position)}` : `rendered=${rendered}`;
}

/** What was missed, or null where there is nothing to ask any more. Throws where the server cannot be reached. */
async function ask() {
  const answer = await fetch(`${address}?poll=1&${since()}`, { headers: { Accept: "application/json" } });
  if (STOPPED.includes(answer.status) || answer.redirected) {
    return null;
  }
  if (!answer.ok) {
    throw new TypeError(`answered ${answer.status}`);
  }
  return answer.json();
}

/** Listen until nothing can be listened to any more: signed out, or a server without live news. */
async function lead() {
  while (await stream()) {
    if (!(await poll(STREAM_AGAIN_TIME))) {
      return;
    }
  }
}

/** Hold the stream. True when it failed repeatedly. */
function stream() {
  return new Promise((resolve) => {
    let failures = 0;
    const source = new EventSource(`${address}?${since()}`);
    source.addEventListener("open", () => {
      failures = 0;
    });
    source.addEventListener("message", (event) => share(JSON.parse(event.data), event.lastEventId));
    source.addEventListener("error", () => {
      failures += 1;
      if (failures >= FAILURES || source.readyState === EventSource.CLOSED) {
        source.close();
        resolve(true);
      }
    });
  });
}

/** Ask every ten seconds for a while. False when there is nothing to ask any more. */
async function poll(time) {
  const end = Date.now() + time;
  while (Date.now() < end) {
    try {
      const answer = await ask();
      if (answer === null) {
        return false;
      }
      share(answer, answer.id);
    } catch (error) {
      if (!(error instanceof TypeError)) {
        throw error;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_TIME));
  }
  return true;
}

/** Another tab leads: catch up on what it heard before this one was there. */
async function follow() {
  const answer = await ask().catch(() => null);
  if (answer) {
    take(answer, answer.id);
  }
}

async function begin() {
  if (!navigator.locks) {
    await lead();
    return;
  }
  const led = await navigator.locks.request("handoff.live", { ifAvailable: true }, async (lock) => {
    if (lock) {
      await lead();
    }
    return Boolean(lock);
  });
  if (!led) {
    follow();
    await navigator.locks.request("handoff.live", lead);
  }
}

// The bell, and the count in the title

let unread = countOf(document.getElementById("bell"));

function countOf(bell) {
  return bell?.querySelector(".bell-count")?.textContent.trim() ?? "";
}

function countInTitle() {
  const title = document.title.replace(/^\(\d+\+?\) /, "");
  const counted = unread ? `(${unread}) ${title}` : title;
  if (document.title !== counted) {
    document.title = counted;
  }
}

async function ring() {
  const answer = await fetch(bellAddress).catch(() => null);
  if (!answer?.ok || answer.redirected) {
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("bell");
  const old = document.getElementById("bell");
  const more = countOf(fresh) !== unread && (parseInt(countOf(fresh), 10) || 0) >= (parseInt(unread, 10) || 0);
  const focused = document.activeElement === old;
  if (old.outerHTML !== fresh.outerHTML) {
    old.replaceWith(fresh);
    focused && fresh.focus();
  }
  unread = countOf(fresh);
  countInTitle();
  if (more && fresh.dataset.newest) {
    announce(fresh.dataset.newest, fresh.dataset.newestKey, fresh.href);
  }
}

/** Say it outside the page too, where the user allowed that and is looking elsewhere. */
function announce(text, key, href) {
  if (!document.hidden || !("Notification" in window) || Notification.permission !== "granted") {
    return;
  }
  // The same tag in several tabs is shown once.
  const notice = new Notification("Handoff", { body: text, tag: key });
  notice.addEventListener("click", () => {
    window.focus();
    location.assign(href);
  });
}

document.addEventListener("htmx:afterSettle", () => {
  unread = countOf(document.getElementById("bell"));
  countInTitle();
});

// The button that asks the browser: never asked without being pressed.

const allowance = document.querySelector("[data-browser-notices]");
if (allowance && "Notification" in window) {
  allowance.hidden = false;
  const words = allowance.querySelector("[data-browser-words]");
  const button = allowance.querySelector("[data-allow-notices]");
  const show = () => {
    button.hidden = Notification.permission !== "default";
    if (Notification.permission === "granted") {
      words.textContent = "Allowed: what is new is announced by your system while Handoff is open behind other windows.";
    } else if (Notification.permission === "denied") {
      words.textContent = "Blocked in this browser. Its settings for this site can allow it again.";
    }
  };
  button.addEventListener("click", async () => {
    await Notification.requestPermission();
    show();
  });
  show();
}

countInTitle();
begin();
