"""A process begins without what it does not use, though others on the same laptop do."""

import subprocess
import sys

ASK_NOBODY_BY_HTTP = ("auth", "tickets", "orders", "expiration")


def imported(code: str, *modules: str) -> set[str]:
    """Which of these the code has imported in a process of its own."""
    code += "\nimport sys; sys.stderr.write(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stderr.split()) & set(modules)


def test_who_asks_nobody_by_http_imports_no_client_for_it() -> None:
    apps = ", ".join(f"ticketing_{service}.app" for service in ASK_NOBODY_BY_HTTP)

    assert imported(f"import {apps}", "aiohttp", "fastapi") == {"fastapi"}


def test_make_run_does_not_wait_for_other_commands() -> None:
    """They bring half of the services, which take a second to import."""
    begin = "from ticketing_common.cli import main; sys.argv = ['ticketing', 'up', '--help']"
    code = f"import sys\n{begin}\ntry: main()\nexcept SystemExit: pass"

    assert not imported(code, "fastapi", "stripe", "pymongo")
