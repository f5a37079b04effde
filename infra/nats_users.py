"""`python -m infra.nats_users`: write the NATS servers' users from the table of their rights."""

from collections.abc import Iterator
from pathlib import Path

from ticketing_common.events.rights import (
    NAMES,
    OPERATOR,
    RIGHTS,
    Rights,
    password_variable,
    users,
)

FILE = Path(__file__).parent / "k8s" / "nats" / "users.conf"
HEAD = """\
# Written by `python -m infra.nats_users` from common/src/ticketing_common/events/rights.py, which
# says who may do what. Each has two names, so that passwords can be changed: see infra/README.md.
"""


def users_conf() -> str:
    """The file's text."""
    parts = [HEAD, *map(_permissions, RIGHTS), "authorization {", "  timeout: 5", "  users: ["]
    return "\n".join([*parts, *_users(), "  ]", "}", ""])


def _permissions(rights: Rights) -> str:
    lines = [f"_{rights.service}: {{"]
    for verb, subjects in {"publish": rights.publish(), "subscribe": rights.subscribe()}.items():
        lines += [f"  {verb}: [", *(f'    "{subject}"' for subject in subjects), "  ]"]
    return "\n".join([*lines, "}", ""])


def _users() -> Iterator[str]:
    for name in NAMES:
        rights = "" if name == OPERATOR else f", permissions: $_{name}"
        for user in users(name):
            yield f"    {{ user: {user}, password: ${password_variable(user)}{rights} }}"


if __name__ == "__main__":
    FILE.write_text(users_conf())
