"""A service begins without what it does not use, though others on the same laptop do."""

import subprocess
import sys

ASK_NOBODY_BY_HTTP = ("auth", "tickets", "orders", "expiration")


def test_who_asks_nobody_by_http_imports_no_client_for_it() -> None:
    apps = ", ".join(f"ticketing_{service}.app" for service in ASK_NOBODY_BY_HTTP)
    code = f"import sys, {apps}; print('aiohttp' in sys.modules)"

    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert said.stdout == "False\n"
