"""Shipped for tests: the public API in memory, and a browser without JavaScript."""
