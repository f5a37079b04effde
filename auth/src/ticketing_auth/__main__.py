"""`python -m ticketing_auth`."""

from ticketing_auth.app import create_app
from ticketing_auth.config import Settings
from ticketing_common.lifecycle import run

if __name__ == "__main__":
    run("auth", Settings, create_app)
