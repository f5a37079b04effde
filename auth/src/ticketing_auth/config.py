"""The environment variables of the auth service."""

from typing import Annotated

from pydantic import AfterValidator, Field

from ticketing_auth.cpu_quota import available_cores
from ticketing_common.settings import MongoSettings, PerMinute, ProxySettings, SessionSettings


def _power_of_two(number: int) -> int:
    if number & (number - 1):
        raise ValueError("must be a power of two")
    return number


class Settings(MongoSettings, ProxySettings, SessionSettings):
    """The cost of a password hash is one of the settings that OWASP's Password Storage Cheat
    Sheet gives as its minimum for scrypt, and of those the one that fits a small container: a
    hash takes 128 * N * r bytes of memory (16 MiB), in each of the threads."""

    SCRYPT_N: Annotated[int, Field(ge=2, le=2**20), AfterValidator(_power_of_two)] = 2**14
    SCRYPT_R: Annotated[int, Field(ge=1, le=32)] = 8
    SCRYPT_P: Annotated[int, Field(ge=1, le=64)] = 5
    SCRYPT_THREADS: int = Field(default_factory=available_cores, ge=1, le=256)
    RATE_LIMIT_SIGNIN: PerMinute = 60  # of an address: an office's, or the tries of a thief
    RATE_LIMIT_SIGNIN_EMAIL: PerMinute = 10  # wrong passwords for an e-mail, from any address
