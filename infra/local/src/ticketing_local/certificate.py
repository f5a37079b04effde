"""A certificate for https on this machine, by an authority that can vouch for nothing else."""

import datetime
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ticketing_local.data.files import write_atomically

_ADDRESSES = ("127.0.0.1", "::1")
_LIFETIME = datetime.timedelta(days=365)  # browsers refuse more than 398
_RENEWAL = datetime.timedelta(days=30)


def certificate(folder: Path, host: str) -> tuple[Path, Path]:
    """The certificate chain and its key, made on first use and again before they expire.

    The authority's key is thrown away: whoever trusts `authority.pem` trusts this one certificate.
    """
    chain, key = folder / "certificate.pem", folder / "key.pem"
    if not (key.exists() and chain.exists() and _is_fresh(chain.read_bytes(), host)):
        _make(host, folder / "authority.pem", chain, key)
    return chain, key


def _is_fresh(pem: bytes, host: str) -> bool:
    try:
        kept = x509.load_pem_x509_certificate(pem)
    except ValueError:
        return False
    left = kept.not_valid_after_utc - datetime.datetime.now(datetime.UTC)
    return left > _RENEWAL and kept.subject == _name(host)


def _make(host: str, authority: Path, chain: Path, key: Path) -> None:
    names = (host, "localhost")
    authority_key = ec.generate_private_key(ec.SECP256R1())
    own_key = ec.generate_private_key(ec.SECP256R1())
    issuer = _name("Ticketing on this machine")
    root = (
        _builder(issuer, issuer, authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(ca=True), critical=True)
        .add_extension(
            x509.NameConstraints(
                permitted_subtrees=[
                    *(x509.DNSName(name) for name in names),
                    *(x509.IPAddress(ipaddress.ip_network(address)) for address in _ADDRESSES),
                ],
                excluded_subtrees=None,
            ),
            critical=True,
        )
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key()), critical=False
        )
        .sign(authority_key, hashes.SHA256())
    )
    leaf = (
        _builder(_name(host), issuer, own_key.public_key())
        .add_extension(
            x509.SubjectAlternativeName(
                [
                    *(x509.DNSName(name) for name in names),
                    *(x509.IPAddress(ipaddress.ip_address(address)) for address in _ADDRESSES),
                ]
            ),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(ca=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()),
            critical=False,
        )
        .sign(authority_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    write_atomically(
        key,
        own_key.private_bytes(
            pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode(),
    )
    write_atomically(authority, root.public_bytes(pem).decode())
    write_atomically(chain, (leaf.public_bytes(pem) + root.public_bytes(pem)).decode())


def _builder(
    subject: x509.Name, issuer: x509.Name, public_key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))  # clocks differ
        .not_valid_after(now + _LIFETIME)
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca,
        key_cert_sign=ca,
        crl_sign=ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
