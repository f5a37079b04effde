"""All paths of all versions, round after round, so that noise strikes all of them alike."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from infra.tests.load import market
from infra.tests.load.connection import Connection
from infra.tests.load.measuring import YARDSTICKS, measure, measure_yardstick
from infra.tests.load.path import LEVELS, SCRYPT, Path, Setting
from infra.tests.load.paths import ACCOUNTS, PASSWORD
from infra.tests.load.sample import Sample
from infra.tests.load.site import Site
from infra.tests.load.wire import request

Say = Callable[[str], None]
SMALL, LARGE, HELD = 100, 10_000, 2_000  # tickets on sale in either market; orders to be paid


@dataclass(slots=True)
class Rounds:
    sites: Sequence[Site]
    servers: dict[str, tuple[int, int]]  # the yardsticks' pids and ports
    paths: Sequence[Path]
    say: Say
    pace: float = 1.0
    levels: tuple[int, ...] = LEVELS
    samples: list[Sample] = field(default_factory=list)

    async def run(self, rounds: int) -> None:
        for site in self.sites:
            await sign_up(site)
        for number in range(1, rounds + 1):
            started = time.monotonic()
            for name in YARDSTICKS:
                if name != SCRYPT:  # which is measured beside the path that is compared with it
                    for level in self.levels:
                        await self._yardstick(name, level)
            await self._paths([path for path in self.paths if path.small], SMALL, 0)
            await self._paths([path for path in self.paths if not path.small], LARGE, HELD)
            self.say(f"round {number} of {rounds} in {time.monotonic() - started:.0f} s")
            self.sites = self.sites[::-1]  # the next round starts with another version

    async def _yardstick(self, name: str, level: int) -> None:
        self.samples.append(await measure_yardstick(name, self.servers, level, self.pace))

    async def _paths(self, paths: Sequence[Path], on_sale: int, held: int) -> None:
        if not paths:
            return
        settings = [Setting(site, await market.anew(site, on_sale, held)) for site in self.sites]
        for path in paths:
            for level in path.levels:
                if level in self.levels:
                    if path.yardstick == SCRYPT:
                        await self._yardstick(SCRYPT, level)
                    for setting in settings:
                        self.samples.append(await measure(path, setting, level, self.pace))


async def sign_up(site: Site) -> None:
    """Make the accounts that sign in."""
    connection = Connection(site.ports["auth"])
    for email in ACCOUNTS:
        body = {"email": email, "password": PASSWORD}
        answer = await connection.fetch(request("POST", "/api/users/signup", body=body))
        assert answer.status == 201, answer
    connection.close()
