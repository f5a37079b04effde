"""Style sheets and scripts: small, cached, and dark by the system's preference."""

import gzip
import re

from ticketing_client.assets import Assets, follow_the_system
from ticketing_client.testing.browser import Browser


async def test_the_landing_page_is_light(visitor: Browser) -> None:
    """All that a browser loads for the landing page is far under 120 kB."""
    page = await visitor.open("/", **{"accept-encoding": "gzip"})
    total = int(page.response.headers["content-length"])

    loaded = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.html)
    modules = [url for url in loaded if url.endswith(".js")]
    loaded += [modules[0].replace("main.js", name) for name in ("times.js", "busy.js")]
    for url in loaded:
        asset = await visitor.http.get(url, headers={"accept-encoding": "gzip"})
        assert asset.headers["content-encoding"] == "gzip"
        total += int(asset.headers["content-length"])

    assert len(loaded) == 5
    assert total < 60_000


async def test_assets_are_cached_for_a_year(visitor: Browser) -> None:
    """Their address changes with their content, so they may be."""
    page = await visitor.open("/")

    sheet = await visitor.open(str(page.one("link[rel=stylesheet]")["href"]))

    assert sheet.response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert sheet.response.headers["content-type"] == "text/css; charset=utf-8"


async def test_a_former_releases_address(visitor: Browser) -> None:
    """A page of the last release still finds its assets, but nobody keeps them as such."""
    sheet = await visitor.open("/static/0123456789ab/site.css")

    assert sheet.status == 200
    assert sheet.response.headers["cache-control"] == "public, max-age=60"


async def test_no_way_out_of_the_folder(visitor: Browser) -> None:
    """Only what is an asset is served."""
    for path in ["/static/x/../app.py", "/static/x/..%2fapp.py", "/static/x/nothing.css"]:
        assert (await visitor.open(path)).status == 404


async def test_icon_and_robots(visitor: Browser) -> None:
    """Browsers and crawlers find what they look for."""
    icon = await visitor.open("/favicon.ico")
    robots = await visitor.open("/robots.txt")

    assert icon.response.headers["content-type"] == "image/svg+xml"
    assert robots.html.startswith("User-agent: *")


def test_dark_colours_follow_the_system() -> None:
    """Bootstrap's dark rules apply by media query, without an attribute."""
    css = "a{b:c}[data-bs-theme=dark]{--x:1}[data-bs-theme=dark] .y{--x:2}d{e:f}"

    assert follow_the_system(css) == (
        "a{b:c}"
        "@media (prefers-color-scheme:dark){:root{--x:1}}"
        "@media (prefers-color-scheme:dark){:root .y{--x:2}}"
        "d{e:f}"
    )


def test_the_sheet_is_bootstrap_and_ours() -> None:
    """One style sheet holds Bootstrap first and our theme after it."""
    asset = Assets().get("site.css")

    assert asset
    css = gzip.decompress(asset.compressed).decode()
    assert css == asset.content.decode()
    assert css.index("--bs-blue") < css.index("--stub-tone")
    assert "[data-bs-theme=dark]{" not in css
