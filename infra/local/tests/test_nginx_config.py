"""What NGINX is told, by NGINX's own judgement."""

import os
import subprocess
from pathlib import Path

import pytest

from ticketing_local.binaries import NGINX, find
from ticketing_local.certificate import certificate
from ticketing_local.data.files import make_folder
from ticketing_local.manifests import Manifests, Route
from ticketing_local.servers.nginx import nginx
from ticketing_local.servers.nginx_config import Gateway, config


def gateway(infra: Path, **changes: object) -> Gateway:
    routes = [*Manifests(infra).routes(), Route("/exact", exact=True, service="client")]
    settings: dict[str, object] = {
        "port": 28080,
        "inside": 28081,
        "routes": routes,
        "upstreams": {route.service: [20001, 20002] for route in routes},
    }
    return Gateway(**(settings | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("https", [False, True])
@pytest.mark.parametrize("root", sorted({False, os.geteuid() == 0}))
def test_nginx_accepts_its_configuration(
    infra: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, https: bool, root: bool
) -> None:
    """Without a warning, whoever runs it, in a folder of any name."""
    data = make_folder(tmp_path / "my data; $x 'y'")
    monkeypatch.setattr(os, "geteuid", lambda: 0 if root else 1000)
    made = certificate(make_folder(data / "https"), "ticketing.dev") if https else None

    process = nginx(find(NGINX, {}), make_folder(data / "nginx"), gateway(infra, certificate=made))
    result = subprocess.run([*process.argv, "-t"], capture_output=True, text=True, check=False)

    assert "test is successful" in result.stderr
    assert "[warn]" not in result.stderr


def test_only_root_chooses_a_user(
    infra: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root's worker stays root's, or it could not write into root's folder."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert config(gateway(infra), tmp_path).startswith("user root ")

    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert "user " not in config(gateway(infra), tmp_path)


def test_it_listens_on_the_loopback_only(infra: Path, tmp_path: Path) -> None:
    """Nobody else's machine can reach it."""
    lines = config(gateway(infra), tmp_path).splitlines()

    addresses = {line.split()[1].rpartition(":")[0] for line in lines if " listen " in line}
    assert addresses <= {"127.0.0.1", "[::1]"}


def test_every_replica_takes_part(infra: Path, tmp_path: Path) -> None:
    """All ports of a service are behind its name."""
    text = config(gateway(infra), tmp_path)

    assert text.count("server 127.0.0.1:20001 ") == text.count("server 127.0.0.1:20002 ") == 5
