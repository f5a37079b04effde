"""By which scheme a visitor asks, in front of all proxies."""

from starlette.requests import Request


def over_https(request: Request) -> bool:
    """Whoever forges the header only gets a cookie that is harder to use."""
    forwarded = request.headers.get("X-Forwarded-Proto", request.scope["scheme"])
    return forwarded.split(",")[0].strip().lower() == "https"
