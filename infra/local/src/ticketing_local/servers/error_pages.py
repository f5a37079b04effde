"""What the gateway says by itself: when a request can't be read or is too large, or whoever is to
answer is away.

The API's errors are JSON; a page's are in the shop's own look, all in one, as the client which
serves the style sheet may be what is away.
"""

from collections.abc import Iterator

# For what NGINX can't read it knows no location: by the line itself, this says whose error it is.
KIND = """\
  map $request $error_kind {
    "~^[A-Z]+ /api[/?]" api;
    default page;
  }
"""
# Of such a request, as NGINX calls it and as it is answered.
_UNREADABLE = {400: 400, 414: 414, 494: 431}

_ERRORS = {
    400: ("That is no address of ours", "The request is not valid"),
    413: ("That was too much at once", "The request is too large"),
    414: ("That address is too long", "The address is too long"),
    431: ("That was too much at once", "The request's headers are too large"),
    502: (
        "We are not getting an answer",
        "The service can't be reached at the moment, please try again",
    ),
    504: (
        "We got no answer in time",
        "The service did not answer in time, please check before you try again",
    ),
}
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

_STYLE = (
    ":root{color-scheme:light dark;--page:#f6f4fb;--ink:#1b1626;--muted:#595269;--line:#dcd6ea;"
    "--brand:#4a27c9;--text:#4422bd}"
    "@media(prefers-color-scheme:dark){:root{--page:#131019;--ink:#f0edf8;--muted:#b1a9c4;"
    "--line:#3a334c;--brand:#6c4bf2;--text:#bfaeff}}"
    "body{margin:0;background:var(--page);color:var(--ink);"
    'font:1.05rem/1.5 ui-sans-serif,system-ui,"Segoe UI",Roboto,"Liberation Sans",sans-serif}'
    "header{padding:1rem max(.75rem,50vw - 34rem);border-bottom:1px solid var(--line)}"
    "header a{font-size:1.35rem;font-weight:800;letter-spacing:-.03em;color:var(--ink);"
    "text-decoration:none}main{max-width:34rem;margin:8vh auto;padding:0 .75rem;text-align:center}"
    ".code{margin:0;font-size:clamp(5rem,20vw,8rem);font-weight:850;line-height:1;"
    "letter-spacing:-.05em;color:var(--text)}h1{font-size:clamp(1.75rem,1.4rem + 1.6vw,2.5rem);"
    "line-height:1.2;letter-spacing:-.02em;margin:.5rem 0}.text{color:var(--muted)}"
    "nav a{display:inline-block;margin:.75rem .35rem;padding:.65rem 1.1rem;border-radius:.6rem;"
    "border:1px solid var(--text);color:var(--text);font-weight:600;text-decoration:none}"
    "nav .first{background:var(--brand);border-color:var(--brand);color:#fff}"
    ":focus-visible{outline:3px solid var(--text);outline-offset:2px}"
)


def unreadable() -> str:
    """What a server says of requests that it can't read."""
    return "".join(
        f"    error_page {called} ={status} /@${{error_kind}}_{status};\n"
        for called, status in _UNREADABLE.items()
    )


def locations() -> Iterator[str]:
    """NGINX's named locations @api_<status> and @page_<status>; those of what can't be read are
    internal ones, as there is no way from an unreadable address to a named one."""
    for status, (_, text) in _ERRORS.items():
        where = "= /@" if status in _UNREADABLE.values() else "@"
        body = f'{{"errors":[{{"message":"{text}"}}]}}'
        yield _location(f"{where}api_{status}", "application/json", status, body)
        yield _location(f"{where}page_{status}", "text/html", status, page(status), _POLICY)


def page(status: int) -> str:
    """The page for this status; it needs nothing but itself."""
    title, text = _ERRORS[status]
    again = '<a class="first" href="">Try again</a>' if status >= 500 else ""
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title} · GitTix</title><style>{_STYLE}</style>"
        '<header><a href="/">GitTix</a></header><main>'
        f'<p class="code" aria-hidden="true">{status}</p><h1>{title}</h1>'
        f'<p class="text">{text}.</p>'
        f'<nav aria-label="Ways on">{again}<a href="/">All tickets</a></nav></main></html>'
    )


def _location(match: str, content_type: str, status: int, body: str, policy: str = "") -> str:
    text = body.replace("\\", "\\\\").replace("'", "\\'")
    assert "$" not in text, "NGINX would take it for a variable"  # noqa: S101
    headers = {
        "X-Request-ID": "$request_id_passed_on",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        **({"Content-Security-Policy": f'"{policy}"'} if policy else {}),
    }
    return (
        f"    location {match} {{\n"
        + ("      internal;\n" if match.startswith("=") else "")
        + f"      default_type {content_type};\n"
        "      charset utf-8;\n"
        + "".join(f"      add_header {key} {value} always;\n" for key, value in headers.items())
        + f"      return {status} '{text}';\n"
        f"    }}\n"
    )
