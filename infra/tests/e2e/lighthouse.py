"""Lighthouse, as a phone, on the landing page, a ticket and an order: at least 95 of 100 each.

`make lighthouse`, with Chromium and Node 18.20 or newer: npx fetches Lighthouse the first time.
LIGHTHOUSE names another command, such as one installed already. It is no part of the tests, as its
scores want a quiet machine. The reports go to output/lighthouse.
"""

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from infra.tests.e2e.conftest import FLAGS
from infra.tests.e2e.shop import Shop, new_email
from infra.tests.e2e.stack import running_stack

OUTPUT = Path(__file__).parents[3] / "output" / "lighthouse"
NPX = "npx --yes lighthouse@12.8.2"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
LEAST_SCORE = 95
MOST_BYTES = 120_000  # transferred for the landing page
WINDOW_SECONDS = 900
ATTEMPTS = 3


def main() -> int:
    OUTPUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, running_stack(Path(folder), WINDOW_SECONDS) as up:
        pages, cookie = _furnish(Shop(up.url))
        reports = {name: _measure(name, up.url + path, cookie) for name, path in pages.items()}
    failures = [failure for name, report in reports.items() for failure in _judge(name, report)]
    sys.stdout.write("".join(f"FAILED {failure}\n" for failure in failures))
    return 1 if failures else 0


def _furnish(shop: Shop) -> tuple[dict[str, str], str]:
    """A full page of tickets and an order; the pages' paths, and the buyer's cookie."""
    ids = [shop.sell(f"Concert on the pier, evening {n + 1}", 18 + n * 7.5) for n in range(30)]
    buyer = shop.account(new_email("buyer"))
    order = buyer.post("/api/orders", json={"ticketId": ids[0]}).raise_for_status().json()
    pages = {"landing": "/", "ticket": f"/tickets/{ids[1]}", "order": f"/orders/{order['id']}"}
    return pages, f"session={buyer.cookies['session']}"


def _measure(name: str, url: str, cookie: str) -> dict[str, Any]:
    report = OUTPUT / name
    command = [*shlex.split(os.environ.get("LIGHTHOUSE", NPX)), url, "--quiet"]
    command += ["--output=json", "--output=html", f"--output-path={report}"]
    command += [f"--only-categories={','.join(CATEGORIES)}"]
    command += [f"--chrome-flags={' '.join(['--headless', *FLAGS])}"]
    if name == "order":
        command += [f"--extra-headers={json.dumps({'Cookie': cookie})}"]
    chromium = shutil.which(os.environ.get("CHROMIUM", "chromium")) or ""
    environ = {**os.environ, "CHROME_PATH": chromium}
    for attempt in range(ATTEMPTS):  # on a busy machine it now and then misses the page's start
        last = attempt == ATTEMPTS - 1
        if subprocess.run(command, check=last, env=environ).returncode == 0:
            break
    result: dict[str, Any] = json.loads(report.with_suffix(".report.json").read_text())
    return result


def _judge(name: str, report: dict[str, Any]) -> list[str]:
    """Print the figures; what of them is not good enough."""
    scores = {each: round(report["categories"][each]["score"] * 100) for each in CATEGORIES}
    size = int(report["audits"]["total-byte-weight"]["numericValue"])
    shown = ", ".join(f"{category} {score}" for category, score in scores.items())
    sys.stdout.write(f"{name}: {shown}, {size} bytes\n")
    failures = [f"{name}: {each} {score}" for each, score in scores.items() if score < LEAST_SCORE]
    if name == "landing" and size > MOST_BYTES:
        failures.append(f"{name}: {size} bytes")
    return failures


if __name__ == "__main__":
    sys.exit(main())
