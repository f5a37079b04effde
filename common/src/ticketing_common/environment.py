"""Which environment a command works in: this process's own, or the laptop's."""

import argparse
import os
from collections.abc import Mapping
from importlib.metadata import entry_points

from ticketing_common.settings import SettingsError

LAPTOPS = "ticketing.environments"  # the entry-point group of whoever knows a data folder


def add_data_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data",
        metavar="FOLDER",
        help="of the `ticketing up` that is running, instead of the environment variables",
    )


def environment_of(service: str, data: str | None) -> Mapping[str, str]:
    """The service's variables; raise `SettingsError` where nothing runs on the data folder."""
    if data is None:
        return os.environ
    for entry in entry_points(group=LAPTOPS):
        found: Mapping[str, str] = entry.load()(service, data)
        return found
    raise SettingsError("The laptop environment is not installed here.")
