"""`python -m infra.tests.simulation --seed 1 --seeds 1000`: worlds, side by side on all cores."""

from infra.tests.simulation import determinism

determinism.install()  # before anything else is imported

import sys  # noqa: E402

from infra.tests.simulation import command  # noqa: E402
from infra.tests.simulation.sensitivity import table  # noqa: E402

if sys.argv[1:2] == ["sensitivity"]:
    sys.exit(table.main(sys.argv[2:]))
sys.exit(command.main())
