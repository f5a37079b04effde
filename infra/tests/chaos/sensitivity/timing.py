"""The clockwork of the sensitivity runs, in seconds."""

from infra.tests.chaos.facts import allowance
from ticketing_common.timing import Timing

WINDOW = 15  # an order; long enough for the steps of a scenario on two busy cores
TIMING = Timing.of(WINDOW)
ALLOWANCE = allowance(TIMING)
