"""The web client: server-rendered pages over the public API."""

from ticketing_client import lean as lean
