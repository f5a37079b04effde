"""`python -m ticketing_orders`."""

from ticketing_common.lifecycle import run
from ticketing_orders.app import create_app
from ticketing_orders.config import Settings

if __name__ == "__main__":
    run("orders", Settings, create_app)
