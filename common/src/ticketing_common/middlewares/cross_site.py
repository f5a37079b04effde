"""What another site, or another origin, makes a visitor's browser send in the visitor's name."""

from collections.abc import Iterable, Mapping

from ticketing_common.errors import ForbiddenError, UnsupportedMediaTypeError

UNSAFE_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})

_JSON = b"application/json"
_OURS = (b"same-origin", b"none")  # of Sec-Fetch-Site; none: typed, or from a bookmark

RawHeaders = Iterable[tuple[bytes, bytes]]


def require_own_json(headers: RawHeaders) -> None:
    """Let an unsafe request pass that no foreign page can have caused.

    Raises `ForbiddenError` for one that it did, and `UnsupportedMediaTypeError` for a body that is
    not declared as JSON: forms, which may be sent to anywhere, can't declare that.
    """
    said = dict(headers)
    if _is_foreign(said):
        raise ForbiddenError
    content_type = said.get(b"content-type", b"")
    if content_type != _JSON and _has_body(said) and not _is_json(content_type):
        raise UnsupportedMediaTypeError


def is_foreign(headers: RawHeaders) -> bool:
    """Whether a browser says that another origin made it send this.

    It says so in Sec-Fetch-Site, over plain http only in Origin. Who sends neither is no browser of
    this decade, and acts in nobody else's name.
    """
    return _is_foreign(dict(headers))


def _is_foreign(said: Mapping[bytes, bytes]) -> bool:
    site = said.get(b"sec-fetch-site")
    if site is not None:
        return site not in _OURS
    origin = said.get(b"origin")
    if origin is None:
        return False
    # No page can set either of these two without asking first, which nobody here answers.
    host = said.get(b"x-forwarded-host", b"").partition(b",")[0].strip() or said.get(b"host", b"")
    _, separator, origin_host = origin.lower().partition(b"://")
    return not separator or origin_host != host.lower()


def _has_body(said: Mapping[bytes, bytes]) -> bool:
    return b"transfer-encoding" in said or said.get(b"content-length", b"0") != b"0"


def _is_json(content_type: bytes) -> bool:
    return content_type.partition(b";")[0].strip().lower() == _JSON
