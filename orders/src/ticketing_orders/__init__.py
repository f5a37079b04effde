"""The orders service: who holds which ticket, until when, and what came of it."""
