"""What stands between a request and its route."""

from ticketing_common.middlewares.current_user import MaybeSignedIn, current_user
from ticketing_common.middlewares.require_auth import SignedIn, require_auth
from ticketing_common.middlewares.validate_request import RequestBody, validate_request

__all__ = [
    "MaybeSignedIn",
    "RequestBody",
    "SignedIn",
    "current_user",
    "require_auth",
    "validate_request",
]
