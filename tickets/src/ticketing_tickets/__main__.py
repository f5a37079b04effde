"""`python -m ticketing_tickets`."""

from ticketing_common.lifecycle import run
from ticketing_tickets.app import create_app
from ticketing_tickets.config import Settings

if __name__ == "__main__":
    run("tickets", Settings, create_app)
