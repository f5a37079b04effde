"""`python -m ticketing_payments`."""

from ticketing_common.lifecycle import run
from ticketing_payments.app import create_app
from ticketing_payments.config import Settings

if __name__ == "__main__":
    run("payments", Settings, create_app)
