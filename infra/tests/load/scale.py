"""What each path costs as the market grows."""

from collections.abc import Sequence
from dataclasses import replace

from infra.tests.load import market
from infra.tests.load.measuring import measure
from infra.tests.load.pages import page_paths
from infra.tests.load.path import MAIN, Path, Setting
from infra.tests.load.paths import api_paths
from infra.tests.load.rounds import Say
from infra.tests.load.sample import Sample
from infra.tests.load.site import Site

PAGES = ("page / signed out", "page /?q=")
ALONE = "search, one at a time"
READ = ("default page", "search", ALONE, *PAGES)  # whose latencies are told
SKIPPED = ("list of 100 tickets", "sign-in", "current user")  # which nothing grows under


async def grow(site: Site, sizes: Sequence[int], pace: float, say: Say) -> dict[int, list[Sample]]:
    """Each path in markets of so many tickets on sale, and half as many orders."""
    found: dict[int, list[Sample]] = {}
    for size in sizes:
        setting = Setting(site, await market.anew(site, size, max(size // 2, 2_000)))
        for path in (path for path in api_paths() if path.name == "search"):
            found[size] = [await measure(replace(path, name=ALONE), setting, 1, pace * 10)]
        found[size] += [await measure(_sized(path), setting, MAIN, pace) for path in _paths()]
        say(f"a market of {size:,} measured")
    return found


def _paths() -> list[Path]:
    pages = [path for path in page_paths() if path.name in PAGES]
    return [*pages, *(path for path in api_paths() if path.name not in SKIPPED)]


def _sized(path: Path) -> Path:
    if path.name.startswith("default page"):
        return replace(path, name="default page")
    return path
