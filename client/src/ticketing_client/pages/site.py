"""What a site has beside its pages: assets, an icon, a word to crawlers."""

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from ticketing_client.assets import Assets

router = APIRouter()


@router.get("/static/{release}/{name:path}")
async def static(request: Request, release: str, name: str) -> Response:
    assets: Assets = request.app.state.assets
    return assets.response(request, name)


@router.get("/favicon.ico")
async def icon(request: Request) -> Response:
    assets: Assets = request.app.state.assets
    return assets.response(request, "icon.svg")


@router.get("/apple-touch-icon.png")
@router.get("/apple-touch-icon-precomposed.png")
async def touch_icon(request: Request) -> Response:
    """Where phones look for it by themselves."""
    assets: Assets = request.app.state.assets
    return assets.response(request, "touch-icon.png")


@router.get("/robots.txt")
async def robots() -> PlainTextResponse:
    return PlainTextResponse(
        "User-agent: *\nAllow: /\n", headers={"Cache-Control": "public, max-age=86400"}
    )
