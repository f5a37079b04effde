"""Settings: one class a service, whose fields are the environment variables' names.

A service's `config.py` joins the groups below it needs. Everything missing or wrong is reported
at once, in one message, before anything starts.
"""

import os
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
)


class SettingsError(Exception):
    """The environment can't be used; the message names every variable that is wrong."""


class Settings(BaseModel):
    """What every service is told: where to listen and how much to log."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    HOST: str = "0.0.0.0"  # noqa: S104 - a container's only door
    PORT: Annotated[int, Field(ge=1, le=65535)] = 3000
    LOG_LEVEL: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    ACCESS_LOG: bool = False
    METRICS_PORT: Annotated[int, Field(ge=0, le=65535)] = 0  # 0 for none
    # Whether whoever asks may name the trace: for edges that replace what their visitors say.
    TRUST_TRACEPARENT: bool = False

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Read the settings, raising `SettingsError` that names all that is missing or weak."""
        environ = os.environ if environ is None else environ
        values = {name: environ[name] for name in cls.model_fields if environ.get(name)}
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            wrong = error.errors(include_input=False, include_url=False)
            problems = "\n".join(
                f"  {problem['loc'][0]}: {_reason(problem['type'], problem['msg'])}"
                for problem in wrong
            )
            raise SettingsError(f"The environment is not complete:\n{problems}") from None


def _reason(kind: str, message: str) -> str:
    return "must be set" if kind == "missing" else message.removeprefix("Value error, ")


def _strong(key: str) -> str:
    if len(key.encode()) < 32:
        raise ValueError("must be at least 32 bytes, e.g. the output of `openssl rand -hex 32`")
    return key


class SessionSettings(Settings):
    """How sessions are signed, and how long they last (seconds since they were issued)."""

    JWT_KEY: Annotated[str, AfterValidator(_strong)] = Field(repr=False)
    SESSION_MAX_AGE_SECONDS: Annotated[int, Field(ge=60)] = 7 * 24 * 3600


class MongoSettings(Settings):
    """Where the service's own MongoDB is; the path names the database."""

    MONGO_URI: Annotated[str, Field(pattern=r"^mongodb(\+srv)?://.+/.+", repr=False)]


def _both(password: str | None, info: ValidationInfo) -> str | None:
    if "NATS_USER" in info.data and (password is None) != (info.data["NATS_USER"] is None):
        raise ValueError("must be set where NATS_USER is, and only there")
    return password


class NatsSettings(Settings):
    """Where the event stream is, and by which name this process is known there.

    NATS_USER and NATS_PASSWORD are for a server that knows its clients, as ours do; one without
    either lets everybody in.
    """

    NATS_URL: Annotated[str, Field(pattern=r"^(nats|tls)://.+")]
    NATS_CLUSTER_ID: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")]
    NATS_CLIENT_ID: Annotated[str, Field(min_length=1)]
    NATS_REPLICAS: Annotated[int, Field(ge=1, le=5)] = 1
    NATS_USER: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")] | None = None
    NATS_PASSWORD: Annotated[
        str | None, Field(min_length=1, repr=False, validate_default=True), AfterValidator(_both)
    ] = None


class ExpirationWindowSettings(Settings):
    """How long an order holds its ticket, in seconds; see `ticketing_common.timing`."""

    EXPIRATION_WINDOW_SECONDS: Annotated[int, Field(ge=2, le=24 * 3600)] = 900


Network = IPv4Network | IPv6Network

LOOPBACK = "127.0.0.0/8,::1/128"


def _list(value: object) -> object:
    return [part.strip() for part in value.split(",")] if isinstance(value, str) else value


Keys = Annotated[tuple[Annotated[str, AfterValidator(_strong)], ...], BeforeValidator(_list)]
"""Signing keys, comma-separated."""


class ProxySettings(Settings):
    """Whose word is taken for whom a request came from; both are comma-separated.

    TRUSTED_PROXIES are the networks of our own proxies, whose X-Forwarded-For is believed.
    VISITOR_KEYS are what the client service vouches for its visitors with: the first signs, each
    of them is accepted. Without any nobody vouches.
    """

    TRUSTED_PROXIES: Annotated[tuple[Network, ...], BeforeValidator(_list)] = Field(
        default=LOOPBACK,  # validated like one that is given
        validate_default=True,
    )
    VISITOR_KEYS: Keys = Field(default=(), repr=False)


PerMinute = Annotated[int, Field(ge=0, le=1_000_000)]
"""Requests a minute of each caller and replica; 0 switches the limit off."""
