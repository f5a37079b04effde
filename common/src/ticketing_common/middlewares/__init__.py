"""What stands between a request and its route."""

from ticketing_common.middlewares.current_user import MaybeSignedIn, current_user
from ticketing_common.middlewares.paging import Filter, Paged
from ticketing_common.middlewares.rate_limit import RateLimit, by_address, by_user, rate_limited
from ticketing_common.middlewares.require_auth import SignedIn, require_auth
from ticketing_common.middlewares.validate_request import RawBody, RequestBody, validate_request

__all__ = [
    "MaybeSignedIn",
    "Filter",
    "Paged",
    "RateLimit",
    "RawBody",
    "RequestBody",
    "SignedIn",
    "by_address",
    "by_user",
    "current_user",
    "rate_limited",
    "require_auth",
    "validate_request",
]
