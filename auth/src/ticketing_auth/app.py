"""The auth service, wired."""

from fastapi import FastAPI

from ticketing_auth.config import Settings
from ticketing_auth.models.user import User
from ticketing_auth.passwords import Passwords
from ticketing_auth.routes import routers
from ticketing_common.middlewares import RateLimit, by_address
from ticketing_common.service import create_service
from ticketing_common.store import Database, Store


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
    caller = by_address(settings.TRUSTED_PROXIES)
    app.state.rate_limits = {"signin": RateLimit(settings.RATE_LIMIT_SIGNIN, caller)}
    return app
