"""The templates' environment, and the filters they share."""

import unicodedata
import zlib
from datetime import UTC, datetime
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from ticketing_client.addresses import sign_in_address
from ticketing_client.assets import packaged
from ticketing_client.event_time import ZONES
from ticketing_client.money import money
from ticketing_client.typed_price import said_of

HUES = 6

# Directions, by Unicode, of what may move its neighbours about.
MOVING = frozenset({"R", "AL", "AN", "RLE", "RLO", "LRE", "LRO", "RLI", "LRI", "FSI"})


@cache
def templates(stripe_key: str | None) -> Environment:
    """Every value is escaped, and a misspelt name is an error rather than a hole in the page.

    One environment for all apps with that key, as it compiles each template once.
    """
    environment = Environment(
        loader=PackageLoader("ticketing_client"),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(money=money, utc=utc, iso=iso, hue=hue, milliseconds=milliseconds)
    environment.filters.update(event_time=event_time, day=day)
    environment.filters.update(said_of=said_of, isolated=isolated)
    environment.globals.update(asset=packaged().url, zones=ZONES, stripe_key=stripe_key)
    environment.globals.update(sign_in_address=sign_in_address)
    return environment


def utc(moment: datetime) -> str:
    """For whoever has no script to show it in their own zone."""
    moment = moment.astimezone(UTC)
    return f"{moment.day} {moment:%B %Y, %H:%M:%S} UTC"


def event_time(moment: datetime) -> str:
    moment = moment.astimezone(UTC)
    return f"{moment:%a} {moment.day} {moment:%B %Y, %H:%M} UTC"


def day(moment: datetime) -> str:
    moment = moment.astimezone(UTC)
    return f"{moment.day} {moment:%B %Y}"


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def milliseconds(moment: datetime) -> int:
    """Since 1970, as browsers count."""
    return round(moment.timestamp() * 1000)


def hue(id: str) -> int:
    """Which of the theme's colours a ticket's stub has, the same on every page."""
    return zlib.crc32(id.encode()) % HUES


def isolated(text: str) -> str:
    """Somebody's text for where no element can isolate its direction, the page's title, say."""
    moves = not text.isascii() and any(unicodedata.bidirectional(c) in MOVING for c in text)
    return f"\u2068{text}\u2069" if moves else text
