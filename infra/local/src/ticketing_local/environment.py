"""What a service of the running environment was told, for a command that acts on its behalf, and
has the operator's rights on NATS."""

import json
from pathlib import Path

from ticketing_common.events.rights import OPERATOR
from ticketing_common.settings import SettingsError
from ticketing_local.data.keys import known_secrets, secrets_of
from ticketing_local.manifests import Manifests
from ticketing_local.problems import ProblemError
from ticketing_local.services import Addresses, variables

INFRA = Path(__file__).resolve().parents[3]
EXPIRATION_WINDOW_SECONDS = 900  # nothing here depends on it


def environment(service: str, data: str) -> dict[str, str]:
    """Its variables; raise `SettingsError` where nothing was ever started on the folder."""
    folder = Path(data).expanduser().absolute()
    try:
        state = json.loads((folder / "state.json").read_text())
        ports = {process["name"]: int(process["port"]) for process in state["processes"]}
        mongo = f"{service}-mongo"
        addresses = Addresses(
            mongo={service: ports[mongo]} if mongo in ports else {},
            nats=ports["nats"],
            redis=ports["expiration-redis"],
            inside=0,
            stripe=ports.get("stripe"),
        )
        secrets = known_secrets(folder / "secrets.json", None)
        declared = Manifests(INFRA).environment(service, secrets, f"{service}-command")
        declared |= secrets_of(f"{OPERATOR}-nats-secret", secrets)
        told = variables(service, declared, addresses, EXPIRATION_WINDOW_SECONDS, None)
        return told | ({"PORT": str(ports[service])} if service in ports else {})
    except (FileNotFoundError, KeyError, ValueError):
        raise SettingsError(f"No `ticketing up` runs on {folder}.") from None
    except ProblemError as problem:
        raise SettingsError(str(problem)) from None
