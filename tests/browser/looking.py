"""Looking at a page: axe, and what axe does not see, narrow and light, wide and dark."""

import os
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page

#: Width in pixels, and the colours: what a width changes and what colours change are seen once each.
LOOKS = ((390, "light"), (1280, "dark"))
SHOTS = os.environ.get("BROWSER_SHOTS")

#: Runs in the page and returns what is wrong, in words.
OWN_RULES = """() => {
  const wrong = [];
  const html = document.documentElement;
  if (!html.lang) wrong.push('the page says no language');
  if (!['ltr', 'rtl'].includes(html.dir)) wrong.push('the page says no direction');
  if (document.querySelectorAll('h1').length !== 1) wrong.push('not exactly one main heading');
  if (!document.title.trim()) wrong.push('no title');
  if (html.scrollWidth > html.clientWidth + 1) wrong.push('scrolls sideways');
  const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  for (const id of new Set(ids.filter((id, n) => ids.indexOf(id) !== n))) wrong.push(`id twice: ${id}`);
  for (const field of document.querySelectorAll('main input:not([type=hidden]), main select, main textarea')) {
    if (!field.labels || !field.labels.length) wrong.push(`no label: ${field.name}`);
    if (field.getAttribute('aria-invalid') === 'true' && !field.getAttribute('aria-describedby'))
      wrong.push(`error not tied to its field: ${field.name}`);
  }
  for (const control of document.querySelectorAll('main button, main a.button, header button')) {
    const box = control.getBoundingClientRect();
    if (box.width && (box.height < 24 || box.width < 24)) wrong.push(`too small to hit: ${control.innerText}`);
  }
  for (const thing of document.querySelectorAll('[src], link[href], form[action]')) {
    const url = thing.src || thing.href || thing.action;
    if (url && new URL(url, location).host !== location.host) wrong.push(`another host: ${url}`);
  }
  return wrong;
}"""


class Watcher:
    """Looks at pages of one browser tab and keeps what is wrong with any of them."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.seen: list[str] = []
        self.wrong: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.wrong.append(f"script error on {page.url}: {error}"))

    def look(self, name: str) -> None:
        """Look at the page as it stands, on a phone in light colours and on a desk in dark ones."""
        self.seen.append(name)
        self.page.wait_for_load_state("load")
        for width, scheme in LOOKS:
            self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            self.page.set_viewport_size({"width": width, "height": 900})
            self._look_once(f"{name} at {width} px, {scheme}")

    def _look_once(self, name: str) -> None:
        self.wrong += [f"{name}: {problem}" for problem in self.page.evaluate(OWN_RULES)]
        found = Axe().run(self.page).response["violations"]
        self.wrong += [f"{name}: axe {rule['id']} {[node['target'] for node in rule['nodes']][:3]}" for rule in found]
        if SHOTS:
            Path(SHOTS).mkdir(parents=True, exist_ok=True)
            file = Path(SHOTS) / f"{len(self.seen):02d} {name}.png"
            self.page.screenshot(path=file, full_page=True)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "status of 4" not in message.text:
            self.wrong.append(f"console on {self.page.url}: {message.text}")
