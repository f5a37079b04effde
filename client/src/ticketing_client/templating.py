"""The templates' environment, and the filters they share."""

import zlib
from collections.abc import Mapping
from datetime import UTC, datetime

from jinja2 import Environment, PackageLoader, StrictUndefined

from ticketing_client.assets import Assets
from ticketing_client.money import money

HUES = 6


def create_templates(assets: Assets, common: Mapping[str, object]) -> Environment:
    """Every value is escaped, and a misspelt name is an error rather than a hole in the page."""
    environment = Environment(
        loader=PackageLoader("ticketing_client"),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(money=money, utc=utc, iso=iso, hue=hue, milliseconds=milliseconds)
    environment.globals.update(asset=assets.url, **common)
    return environment


def utc(moment: datetime) -> str:
    """For whoever has no script to show it in their own zone."""
    moment = moment.astimezone(UTC)
    return f"{moment.day} {moment:%B %Y, %H:%M:%S} UTC"


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def milliseconds(moment: datetime) -> int:
    """Since 1970, as browsers count."""
    return round(moment.timestamp() * 1000)


def hue(id: str) -> int:
    """Which of the theme's colours a ticket's stub has, the same on every page."""
    return zlib.crc32(id.encode()) % HUES
