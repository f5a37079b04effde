"""Another version of the sources, beside this one."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def checked_out(ref: str, folder: Path) -> Iterator[str]:
    """The PYTHONPATH of a version's packages, which then come before the installed ones.

    Its servers and third-party packages are this version's. Raises `CalledProcessError` where
    git knows no such version.
    """
    git = ["git", "-C", str(ROOT), "worktree"]
    subprocess.run([*git, "add", "--detach", "--quiet", str(folder), ref], check=True)
    try:
        yield python_path(folder)
    finally:
        subprocess.run([*git, "remove", "--force", str(folder)], check=True)


def python_path(checkout: Path) -> str:
    """The `src` folders of all packages of a checkout."""
    sources = [*checkout.glob("*/src"), *checkout.glob("infra/*/src")]
    return ":".join(str(path) for path in sorted(sources))
