"""`python -m infra.tests.chaos.sabotage FOLDER ticketing_orders`: a service without a mechanism.

The service's file in the folder names the mechanism; without one the service is as it is shipped.
Only the harness starts services this way; they have no such switch themselves.
"""

import importlib
import runpy
import sys
from pathlib import Path


def main() -> None:
    folder, service = Path(sys.argv[1]), sys.argv[2]
    name = service.removeprefix("ticketing_")
    file = folder / name
    if file.exists():
        removals = importlib.import_module(f"infra.tests.chaos.sensitivity.without_{name}")
        getattr(removals, file.read_text())()
    sys.argv = [service]
    runpy.run_module(service, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
