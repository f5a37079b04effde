"""What waits for its time."""

from ticketing_expiration.queues import lean as lean
