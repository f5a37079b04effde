"""Two walls around every page: what a page may load, and who may send its forms."""

import secrets

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ticketing_common.middlewares.cross_site import UNSAFE_METHODS, is_foreign

# Stripe's list for Stripe.js: https://docs.stripe.com/security/guide?csp=csp-js. Not in it, as we
# have no address field: maps.googleapis.com.
STRIPE_SCRIPTS = "https://js.stripe.com https://*.js.stripe.com"
STRIPE_FRAMES = f"{STRIPE_SCRIPTS} https://hooks.stripe.com"
STRIPE_API = "https://api.stripe.com"

FIXED_HEADERS = {
    "X-Frame-Options": "DENY",
    # Not no-referrer: with it browsers send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


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
    """Adds headers to every response, beside those that `RequestContext` adds everywhere; templates
    find the nonce in `request.state.nonce`.

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

    The API has the same rule; the session cookie's SameSite=Lax stands beside both.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (
            scope["type"] == "http"
            and scope["method"] in UNSAFE_METHODS
            and is_foreign(scope["headers"])
        ):
            refusal = PlainTextResponse("This form was sent from another site.", status_code=403)
            await refusal(scope, receive, send)
            return
        await self.app(scope, receive, send)
