"""`make clean-data`: delete a data folder, if its owner says so.

It needs Python alone, so that it can be called once `make clean` has taken the environment away.
"""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from ticketing_local.data.lock import only_instance
from ticketing_local.problems import ProblemError

OURS = "secrets.json"  # every start makes sure of it


def clean(data: Path, ask: Callable[[str], str]) -> bool:
    """Delete the folder after a yes; whether it was.

    Raises `ProblemError` for one that is in use, or is none of ours.
    """
    if not data.exists():
        raise ProblemError(f"There is no {data}: nothing to delete.")
    if not (data / OURS).is_file():
        raise ProblemError(f"{data} is no data folder of the marketplace: nothing is deleted.")
    with only_instance(data, os.getpid()):
        answer = ask(f"Delete all users, tickets, orders and payments in {data}? [y/N] ")
        if answer.strip().lower() not in ("y", "yes"):
            return False
        shutil.rmtree(data)
    return True


def main() -> int:
    data = Path(os.environ.get("DATA", "").strip() or ".local").expanduser().absolute()
    try:
        print("Deleted." if clean(data, input) else "Nothing is deleted.")
    except (ProblemError, OSError) as problem:
        print(problem, file=sys.stderr)
        return 1
    except EOFError:  # nobody is there to ask
        print("\nNothing is deleted: nobody said yes.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
