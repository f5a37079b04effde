"""The auth service, wired."""

from fastapi import FastAPI

from ticketing_auth.config import Settings
from ticketing_auth.guesses import Guesses
from ticketing_auth.metrics import hashing
from ticketing_auth.models.user import User
from ticketing_auth.passwords import Passwords
from ticketing_auth.routes import routers
from ticketing_common.middlewares import RateLimit, by_address
from ticketing_common.service import create_service
from ticketing_common.store import Database, Store

TOO_MANY = "There were too many tries to sign in or up from your network"
TOO_MANY_GUESSES = "There were too many wrong passwords for this account"


def create_app(settings: Settings, database: Database | None = None) -> FastAPI:
    database = database or Database.connect(settings.MONGO_URI)
    passwords = Passwords(settings)
    app = create_service(
        settings,
        routers=routers,
        database=database,
        stores=[Store(database, User)],
        closing=[passwords.close],
    )
    app.state.passwords = passwords
    app.state.metrics.sources["passwords"] = hashing(passwords)
    app.state.caller = by_address(settings)
    guesses = RateLimit(settings.RATE_LIMIT_SIGNIN_EMAIL, TOO_MANY_GUESSES)
    app.state.rate_limits = {
        "signin": RateLimit(settings.RATE_LIMIT_SIGNIN, TOO_MANY),
        "guesses": guesses,
    }
    app.state.guesses = Guesses(settings, guesses)
    return app
