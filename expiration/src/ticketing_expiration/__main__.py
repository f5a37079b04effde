"""`python -m ticketing_expiration`."""

from ticketing_common.lifecycle import run
from ticketing_expiration.app import create_app
from ticketing_expiration.config import Settings

if __name__ == "__main__":
    run("expiration", Settings, create_app)
