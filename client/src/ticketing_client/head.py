"""HEAD requests, as link checkers and monitors send them."""

from starlette.types import ASGIApp, Receive, Scope, Send


class HeadIsGet:
    """Answers HEAD as GET; that no body goes out is the server's work."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}
        await self.app(scope, receive, send)
