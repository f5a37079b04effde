"""Where the code is: sources, and tests beside them and of the whole system."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SOURCES = sorted([*ROOT.glob("*/src"), *ROOT.glob("infra/*/src")])
TESTS = sorted([*ROOT.glob("*/tests"), *ROOT.glob("infra/*/tests")])


def name_of(path: Path) -> str:
    """As its tests are named."""
    return str(path.relative_to(ROOT))
