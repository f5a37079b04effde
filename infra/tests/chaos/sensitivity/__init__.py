"""Proof that the invariants notice a missing mechanism, each in a scenario that needs it."""
