"""`python -m ticketing_stripe_fake`: serves until SIGTERM or Ctrl-C."""

import logging
import os
import sqlite3
import sys

from ticketing_stripe_fake.config import Settings
from ticketing_stripe_fake.fake import Fake
from ticketing_stripe_fake.logs import configure
from ticketing_stripe_fake.server import server

log = logging.getLogger("ticketing_stripe_fake")


def main() -> None:
    try:
        settings = Settings.from_env(os.environ)
        configure(settings.LOG_LEVEL)
        fake = Fake(
            settings.DATA,
            idempotency_ttl_seconds=settings.IDEMPOTENCY_TTL_SECONDS,
            public_url=settings.PUBLIC_URL,
            order_url=settings.ORDER_URL,
            delays=settings.delays,
            webhook=settings.webhook,
        )
    except (ValueError, OSError, sqlite3.Error) as error:
        sys.exit(f"ticketing_stripe_fake can't start: {error}")
    log.info("starting", extra={"fields": {"host": settings.HOST, "port": settings.PORT}})
    server(fake, host=settings.HOST, port=settings.PORT).run()


if __name__ == "__main__":
    main()
