"""One world in which the simulator itself is wrong: `mistake`, its own check of each commit fails;
`unknown`, a service asks a database for what no model knows, and goes on."""

from infra.tests.simulation import determinism

determinism.install()  # before anything else is imported

import sys  # noqa: E402
from typing import Any  # noqa: E402

from infra.tests.simulation.mongo.driver import SimulatedCollection  # noqa: E402
from infra.tests.simulation.plan import Plan  # noqa: E402
from infra.tests.simulation.running import SOUND, connect_to_simulation, simulate  # noqa: E402
from infra.tests.simulation.world import World  # noqa: E402

find = SimulatedCollection.find


def mistaken(*_: Any) -> None:
    raise KeyError("a mistake")


def in_a_language(self: SimulatedCollection, *query: Any, **options: Any) -> Any:
    if self.name == "sales":
        options["collation"] = "fr"
    return find(self, *query, **options)


if sys.argv[1] == "mistake":
    World._order_committed = mistaken  # type: ignore[assignment, method-assign]
else:
    SimulatedCollection.find = in_a_language  # type: ignore[method-assign]
connect_to_simulation()
print(simulate(Plan(7, 8.0)).violations[SOUND][:1])
