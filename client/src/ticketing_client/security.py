"""Two walls around every page: what a page may load, and who may send its forms."""

import secrets
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Stripe's list for Stripe.js: https://docs.stripe.com/security/guide?csp=csp-js. Not in it, as we
# have no address field: maps.googleapis.com.
STRIPE_SCRIPTS = "https://js.stripe.com https://*.js.stripe.com"
STRIPE_FRAMES = f"{STRIPE_SCRIPTS} https://hooks.stripe.com"
STRIPE_API = "https://api.stripe.com"

FIXED_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: with it browsers send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


def content_security_policy(nonce: str, *, stripe: bool) -> str:
    """Our own style sheets, pictures and connections; scripts only by this response's nonce."""
    scripts, frames, connections = f"'nonce-{nonce}'", "'none'", "'self'"
    if stripe:
        scripts, frames = f"{scripts} {STRIPE_SCRIPTS}", STRIPE_FRAMES
        connections = f"{connections} {STRIPE_API}"
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {scripts}",
            "style-src 'self'",
            "img-src 'self' data:",
            f"connect-src {connections}",
            f"frame-src {frames}",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ]
    )


class SecurityHeaders:
    """Adds the headers to every response; templates find the nonce in `request.state.nonce`.

    Stripe is let in on order pages, and only where card entry is on.
    """

    def __init__(self, app: ASGIApp, *, stripe: bool) -> None:
        self.app = app
        self.stripe = stripe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(16)
        scope.setdefault("state", {})["nonce"] = nonce
        stripe = self.stripe and scope["path"].startswith("/orders/")
        policy = content_security_policy(nonce, stripe=stripe)
        payment = '(self "https://js.stripe.com")' if stripe else "()"

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(FIXED_HEADERS)
                headers["Content-Security-Policy"] = policy
                headers["Permissions-Policy"] = (
                    f"camera=(), geolocation=(), microphone=(), payment={payment}"
                )
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self.app(scope, receive, send_with_headers)


class SameOriginForms:
    """Refuses what another site makes the visitor's browser send, with 403.

    Browsers name the sender in Sec-Fetch-Site, over plain http only in Origin. A request with
    neither comes from no browser of this decade, so there is no session to abuse; the session
    cookie's SameSite=Lax stands beside this.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS or _same_origin(scope):
            await self.app(scope, receive, send)
            return
        refusal = PlainTextResponse("This form was sent from another site.", status_code=403)
        await refusal(scope, receive, send)


def _same_origin(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    if origin is None:
        return True
    host = headers.get("x-forwarded-host") or headers.get("host")
    return urlsplit(origin).netloc == host
