"""The documents the service keeps: its own, and what it knows of another's."""
