"""A process begins without what it does not use, though others on the same laptop do."""

import subprocess
import sys

import pytest

# Libraries would take them along.
UNUSED = {"cryptography", "rsa", "rich", "requests", "pydantic.v1.main"}
USED: dict[str, set[str]] = {
    "auth": set(),
    "tickets": set(),
    "orders": set(),
    "payments": {"aiohttp"},
    "expiration": set(),
    "client": {"aiohttp", "httpx"},
}


def imported(code: str, *modules: str) -> set[str]:
    """Which of these the code has imported in a process of its own."""
    code += "\nimport sys; sys.stderr.write(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stderr.split()) & set(modules)


@pytest.mark.parametrize("service", USED)
def test_a_service_imports_what_it_uses(service: str) -> None:
    """A client for HTTP where it asks by it, and nothing that a library merely found."""
    modules = {*UNUSED, *USED["client"]}

    assert imported(f"import ticketing_{service}.__main__", *modules) == USED[service]


def test_make_run_does_not_wait_for_other_commands() -> None:
    """They bring half of the services, which take a second to import."""
    begin = "from ticketing_common.cli import main; sys.argv = ['ticketing', 'up', '--help']"
    code = f"import sys\n{begin}\ntry: main()\nexcept SystemExit: pass"

    assert not imported(code, "fastapi", "stripe", "pymongo")
