"""The documents the service owns."""
