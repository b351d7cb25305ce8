"""What a rep feels: how soon a detail is served, how heavy the page is, and how soon a key press shows."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from django.conf import settings
from playwright.sync_api import Page, sync_playwright

from crm import processes
from leads.models import Mql
from tests.bench.report import Report, middle, say
from tests.bench.serving import Reader
from tests.browser.conftest import NAMES, QUIET

REP = "rep0"
PANE = {"HX-Request": "true", "HX-Target": "mql-pane"}

FIRST_CHANGE = """
window.changes = [];
document.addEventListener("keydown", (event) => {
  const watcher = new MutationObserver(changed);
  function changed() {
    watcher.disconnect();
    document.removeEventListener("focusin", changed, true);
    requestAnimationFrame(() => setTimeout(() => window.changes.push(performance.now() - event.timeStamp)));
  }
  watcher.observe(document.body, { subtree: true, childList: true, attributes: true });
  document.addEventListener("focusin", changed, true);
}, true);
"""
"""Notes for each key press the milliseconds until the first frame that shows a change is drawn."""

WEIGHT = """
[...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .filter((entry) => !/\\.(svg|png|ico)([?#]|$)/.test(entry.name))
  .reduce((sum, entry) => sum + entry.encodedBodySize, 0) / 1000
"""


def measure_detail(report: Report, port: int, *, times: int) -> None:
    """Details of many open MQLs, as htmx asks for them, and what one asks of the database."""
    reader = Reader(port, REP, PANE)
    mqls = Mql.objects.open().visible_to(reader.user).order_by("?").values_list("pk", flat=True)[:times]
    reader.measure(report, "a detail", [f"/inbox/{pk}/" for pk in mqls], times=times, queries=30)


def measure_keys(report: Report, port: int, *, times: int) -> None:
    """A rep who walks down the queue, opens each MQL and looks at the form of a verdict, by keys, in a real browser."""
    program = next((found for name in NAMES if (found := shutil.which(name))), None)
    if program is None:
        say(f"No key presses are measured: none of {', '.join(NAMES)} is installed.")
        return
    with _page(program, port, Reader(port, REP).session) as page:
        page.goto("/inbox/")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_selector("[data-mql]")
        page.goto(re.sub(r"^https?://[^/]+", "", page.url))
        report.add("the inbox with a detail: weight, compressed", page.evaluate(WEIGHT), "kB", at_most=100)
        page.evaluate(FIRST_CHANGE)
        opened, asked = zip(*(_one_round(page) for _ in range(times)), strict=True)
        changes = page.evaluate("window.changes")
    report.add("key press to visible change p95", middle(changes, 95), "ms", at_most=100)
    report.add("Enter to the detail p95", middle(opened, 95), "ms")
    report.add("q to the form of a verdict p95", middle(asked, 95), "ms")


@contextmanager
def _page(program: str, port: int, session: str) -> Iterator[Page]:
    address = f"http://{processes.HOST}:{port}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=QUIET)
        try:
            context = browser.new_context(base_url=address, viewport={"width": 1440, "height": 900})
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": address}])
            yield context.new_page()
        finally:
            browser.close()


def _one_round(page: Page) -> tuple[float, float]:
    """Milliseconds from Enter to the next detail, and from q to the form. Both hold what the driver takes to notice."""
    if page.locator("[data-row]").last.get_attribute("aria-current"):
        page.keyboard.press("j")
        page.wait_for_selector("[data-row]:focus:not([aria-current])")
    before = page.locator("[data-mql]").get_attribute("data-mql")
    page.keyboard.press("j")
    started = perf_counter()
    page.keyboard.press("Enter")
    page.wait_for_selector(f"[data-mql]:not([data-mql='{before}'])")
    opened = 1000 * (perf_counter() - started)
    started = perf_counter()
    page.keyboard.press("q")
    page.wait_for_selector("#dialog[open] form")
    asked = 1000 * (perf_counter() - started)
    page.keyboard.press("Escape")
    page.wait_for_selector("#dialog", state="hidden")
    return opened, asked
