"""Looking at a page as it is now: accessibility by axe, nothing too wide or cut off, pictures."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page

Scheme = Literal["light", "dark"]

SIZES = {"phone": (320, 640), "desktop": (1280, 800)}
SCHEMES: tuple[Scheme, ...] = ("light", "dark")


AXE: str = Axe().axe_script
WIDTH = "document.documentElement.scrollWidth"
PRICES_CUT_OFF = """[...document.querySelectorAll(".price")].filter(price => {
  const [inner, outer] = [price, price.parentElement].map(box => box.getBoundingClientRect());
  return inner.left < outer.left || inner.right > outer.right;
}).map(price => price.textContent)"""
VIOLATIONS = "options => axe.run(options).then(results => results.violations)"
RULES: dict[Scheme, dict[str, object]] = {
    "light": {"resultTypes": ["violations"]},
    "dark": {  # by what differs in the dark
        "resultTypes": ["violations"],
        "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
    },
}


@dataclass
class Inspector:
    folder: Path
    keeps_all: bool

    def look(self, page: Page, name: str) -> None:
        """Raise AssertionError for any violation, light and dark, at 320 and at 1280 pixels.

        Pictures of the four are kept as `<name>-<size>-<scheme>.jpg`: of all, or where something is
        wrong.
        """
        size = page.viewport_size
        problems = []
        page.evaluate(AXE)
        for size_name, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                found = self._problems(page, f"{name}-{size_name}-{scheme}", width, RULES[scheme])
                if found or self.keeps_all:
                    self.picture(page, f"{name}-{size_name}-{scheme}")
                problems += found
        page.emulate_media(color_scheme=None)
        if size:
            page.set_viewport_size(size)
        assert not problems, "\n".join(problems)

    def picture(self, page: Page, name: str) -> None:
        page.screenshot(path=self.folder / f"{name}.jpg", full_page=True, quality=60)

    def _problems(self, page: Page, name: str, width: int, rules: dict[str, object]) -> list[str]:
        problems = [
            f"{name}: {violation['id']} ({violation['impact']}): {node['html']}"
            f" {node.get('failureSummary', '')}"
            for violation in page.evaluate(VIOLATIONS, rules)
            for node in violation["nodes"]
        ]
        if (wide := page.evaluate(WIDTH)) > width:
            problems.append(f"{name}: {wide} pixels wide")
        problems += [f"{name}: {price} is cut off" for price in page.evaluate(PRICES_CUT_OFF)]
        return problems
