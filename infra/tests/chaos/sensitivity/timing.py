"""The clockwork of the sensitivity runs, in seconds."""

from ticketing_common.timing import Timing

WINDOW = 15  # an order; long enough for the steps of a scenario on two busy cores
PROCESSING = 3.0  # an expiry's own work
TIMING = Timing.of(WINDOW)
ALLOWANCE = 2 * TIMING.sweep_grace + TIMING.sweep_interval + PROCESSING
