"""Addresses of this site that come from elsewhere, or take along what was typed: which are safe,
and how long they may be."""

import re
from urllib.parse import quote, unquote, urlencode

# Characters of an address as it is sent, in a Location too. A title and a venue of 200 characters
# each fit in any script, at 12 of these for an emoji. NGINX reads request lines of 8 KiB; the head
# of a redirect, with the policy and the cookies, is below 8 KB, for which every edge has room.
LONGEST_ADDRESS = 6000

BEYOND_ASCII = re.compile(r"(?:%[89A-Fa-f][0-9A-Fa-f])+")


def filled_in(form: str, **typed: str) -> str:
    """The address of a form with what was typed into it, so that it is still there after signing
    in; where that is too long, the form says so."""
    query = urlencode({name: text for name, text in typed.items() if text}, quote_via=quote)
    if not query:
        return form
    address = f"{form}?{query}"
    return address if len(_with_next("signin", address)) <= LONGEST_ADDRESS else f"{form}?cut=1"


def sign_in_address(back: str, page: str = "signin") -> str:
    """Where one signs in, or up, and goes on to `back`; to its bare path if it is too long."""
    back = local_path(back)
    ways = (_with_next(page, target) for target in (back, back.partition("?")[0], "/"))
    return next(way for way in ways if len(way) <= LONGEST_ADDRESS)


def path_and_query(url: str) -> str:
    """The part of an address behind its host. Unlike `urlsplit` it takes anything, and remembers
    nothing of what strangers send."""
    _, _, behind_host = url.partition("://")[2].partition("/")
    return f"/{behind_host.partition('#')[0]}"


def local_path(target: str | None, otherwise: str = "/") -> str:
    """`target` if it is a path of this site that is not too long: what comes from an address may
    name any other."""
    safe = (
        target is not None
        and target.startswith("/")
        and not target.startswith(("//", "/\\"))
        and target.isprintable()
    )
    path = quote(target, safe="/?&=%:-._~") if safe and target else otherwise
    return path if len(path) <= LONGEST_ADDRESS else otherwise


def _with_next(page: str, target: str) -> str:
    """What is beyond ASCII is quoted once only, for `local_path` quotes it again: twice, emoji
    would take 20 characters each, and no edge would read a form full of them."""
    readable = BEYOND_ASCII.sub(_readable, target)
    return f"/auth/{page}?{urlencode({'next': readable}, safe='/')}"


def _readable(quoted: re.Match[str]) -> str:
    """The text, but for what `local_path` refuses to be given as text."""
    try:
        text = unquote(quoted[0], errors="strict")
    except UnicodeDecodeError:
        return quoted[0]
    return "".join(each if each.isprintable() else quote(each) for each in text)
