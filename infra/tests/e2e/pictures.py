"""The journey's pictures: taken as small WebP files, and compared without a pixel's pedantry."""

import base64
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

from ticketing_local.demo import TICKETS

QUALITY = 60
# A ticket's colour is its id's, which is another in each run: in a picture it is its title's. The
# theme's font is each machine's own, in which lines break elsewhere: in a picture it is one.
ALIKE = """titles => {
  const font = '"DejaVu Sans", sans-serif';
  document.documentElement.style.setProperty("--bs-body-font-family", font);
  for (const each of document.querySelectorAll("[class*='hue-']")) {
    const number = titles.findIndex(title => each.textContent.includes(title));
    each.className = each.className.replace(/hue-[0-9]+/, `hue-${number % 6}`);
  }
}"""
MOST_BYTES = 60_000

# How much two pictures differ, from 0 to 1: the mean over a coarse grey grid, so that a clock's
# digits or another machine's fonts do not count, and another layout does.
DIFFERENCE = """async ([one, other]) => {
  const [width, height] = [24, 48];
  const grey = async data => {
    const image = new Image();
    image.src = "data:image/webp;base64," + data;
    await image.decode();
    const context = new OffscreenCanvas(width, height).getContext("2d");
    context.imageSmoothingQuality = "high";
    context.filter = "grayscale(1)";
    context.drawImage(image, 0, 0, width, height);
    const {data: pixels} = context.getImageData(0, 0, width, height);
    return [image.width / image.height, pixels.filter((_, index) => index % 4 === 0)];
  };
  const [[shape, a], [otherShape, b]] = [await grey(one), await grey(other)];
  if (Math.abs(shape - otherShape) > 0.01) return 1;
  return a.reduce((sum, value, index) => sum + Math.abs(value - b[index]), 0) / a.length / 255;
}"""
MOST_DIFFERENCE = 0.03


@dataclass(frozen=True)
class Album:
    """The pictures kept in `kept`; those of this run go to `taken`, or replace them."""

    kept: Path
    taken: Path
    replace: bool

    def take(self, page: Page, name: str) -> None:
        """What the window shows; raise AssertionError if the kept picture shows something else."""
        page.evaluate(ALIKE, [ticket.title for ticket in TICKETS])
        image = _capture(page)
        assert len(image) < MOST_BYTES, f"{name}: {len(image)} bytes"
        (self.taken / f"readme-{name}.webp").write_bytes(image)
        kept = self.kept / f"{name}.webp"
        if self.replace:
            kept.write_bytes(image)
        difference = _difference(page, image, kept.read_bytes())
        assert difference < MOST_DIFFERENCE, (
            f"{kept} is out of date by {difference:.3f}: make pictures"
        )


def _capture(page: Page) -> bytes:
    devtools = page.context.new_cdp_session(page)
    asked = {"format": "webp", "quality": QUALITY}
    return base64.b64decode(devtools.send("Page.captureScreenshot", asked)["data"])


def _difference(page: Page, one: bytes, other: bytes) -> float:
    with page.context.expect_page() as opened:
        page.context.new_page()
    blank = opened.value
    images = [base64.b64encode(image).decode() for image in (one, other)]
    difference: float = blank.evaluate(DIFFERENCE, images)
    blank.close()
    return difference
