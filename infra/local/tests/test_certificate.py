"""The certificate that the environment makes itself."""

import datetime
import ssl
import stat
from pathlib import Path

import pytest
from cryptography import x509

from ticketing_local.certificate import certificate


def handshake(authority: Path, chain: Path, key: Path, name: str) -> None:
    """What a browser and NGINX do, without either."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(chain, key)
    client = ssl.create_default_context(cafile=str(authority))
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = (
        client.wrap_bio(to_client, to_server, server_hostname=name),
        server.wrap_bio(to_server, to_client, server_side=True),
    )
    for _ in range(4):
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue


@pytest.mark.parametrize("name", ["ticketing.dev", "localhost", "127.0.0.1"])
def test_who_trusts_the_authority_trusts_the_site(tmp_path: Path, name: str) -> None:
    """Under its name and under this machine's."""
    chain, key = certificate(tmp_path, "ticketing.dev")

    handshake(tmp_path / "authority.pem", chain, key, name)


def test_another_name_is_refused(tmp_path: Path) -> None:
    """It vouches for nothing else."""
    chain, key = certificate(tmp_path, "ticketing.dev")

    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(tmp_path / "authority.pem", chain, key, "bank.example.com")


def test_it_is_kept(tmp_path: Path) -> None:
    """Trusting it once lasts until it expires."""
    chain, key = certificate(tmp_path, "ticketing.dev")
    before = chain.read_bytes()

    assert certificate(tmp_path, "ticketing.dev") == (chain, key)
    assert chain.read_bytes() == before


def test_another_host_needs_another(tmp_path: Path) -> None:
    """A changed ingress is followed."""
    chain, key = certificate(tmp_path, "ticketing.dev")

    certificate(tmp_path, "tickets.example")

    handshake(tmp_path / "authority.pem", chain, key, "tickets.example")


def test_browsers_accept_its_lifetime(tmp_path: Path) -> None:
    """At most 398 days."""
    chain, _ = certificate(tmp_path, "ticketing.dev")

    made = x509.load_pem_x509_certificate(chain.read_bytes())

    lifetime = made.not_valid_after_utc - made.not_valid_before_utc
    assert lifetime <= datetime.timedelta(days=398)


def test_the_key_is_private_and_the_authority_s_is_gone(tmp_path: Path) -> None:
    """Nobody can use the trusted authority for anything else."""
    _, key = certificate(tmp_path, "ticketing.dev")

    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "authority.pem",
        "certificate.pem",
        "key.pem",
    ]


def test_a_broken_one_is_made_anew(tmp_path: Path) -> None:
    """Nothing depends on the old one."""
    chain, key = certificate(tmp_path, "ticketing.dev")
    chain.write_text("nonsense")

    certificate(tmp_path, "ticketing.dev")

    handshake(tmp_path / "authority.pem", chain, key, "ticketing.dev")
