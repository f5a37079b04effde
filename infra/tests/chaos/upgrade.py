"""Two neighbouring versions side by side: one replica of each service runs an older one.

Fields that one version stores or sends and the other does not know have to survive the other, in
both directions: an upgrade that is rolled out replica by replica, and one that is taken back.
"""

from pathlib import Path

from infra.tests.chaos.plan import REPLICAS, SERVICES
from ticketing_common.events.rights import OPERATOR


class Versions:
    """Which version each replica starts in next, as files that `replica.py` reads."""

    def __init__(self, folder: Path, older: str) -> None:
        """`older` is the PYTHONPATH of the older version's packages."""
        self.folder = folder
        folder.mkdir()
        for service in SERVICES:
            first, *others = replicas(service)
            self._write(first, older)
            for name in others:
                self._write(name, "")

    def swap(self, service: str) -> list[str]:
        """Let the service's replicas exchange their versions; return their names."""
        names = replicas(service)
        paths = [(self.folder / name).read_text() for name in names]
        for name, path in zip(names, [*paths[1:], paths[0]], strict=True):
            self._write(name, path)
        return names

    def _write(self, name: str, path: str) -> None:
        (self.folder / name).write_text(path)


def knows_passwords(older: str) -> bool:
    """Whether that version's services sign in to NATS and Redis."""
    settings = (Path(each) / "ticketing_common" / "settings.py" for each in older.split(":"))
    return any("NATS_PASSWORD" in path.read_text() for path in settings if path.exists())


def hears_stripe(older: str) -> bool:
    """Whether that version's payments service takes webhooks.

    One that does not takes every refund for done, and knows of no dispute: while it runs, what
    Stripe does by itself can't come to rest. So beside such a version Stripe does none of it.
    """
    route = Path("ticketing_payments") / "routes" / "webhook.py"
    return any((Path(each) / route).exists() for each in older.split(":"))


def knows_takedowns(older: str) -> bool:
    """Whether that version's services take tickets down, and hear when and where an event is.

    While one runs that does not, its lists show such tickets, and what its orders service hears of
    them is lost until it is told again.
    """
    route = Path("ticketing_tickets") / "routes" / "delete.py"
    return any((Path(each) / route).exists() for each in older.split(":"))


def let_strangers_in(data: Path) -> None:
    """Change the servers' settings so that whoever does not sign in may do everything, too."""
    nats, redis = data / "nats" / "nats.conf", data / "redis" / "users.conf"
    nats.write_text(f"{nats.read_text()}no_auth_user: {OPERATOR}\n")
    others = redis.read_text().splitlines()[1:]
    redis.write_text("\n".join(["user default reset on nopass ~* &* +@all", *others, ""]))


def replicas(service: str) -> list[str]:
    return [f"{service}-{number + 1}" for number in range(REPLICAS)]
