"""GET /tickets/price : what is understood of a price while it is being typed."""

from dataclasses import asdict

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from ticketing_client.typed_price import said_of

router = APIRouter()


@router.get("/tickets/price")
async def show(typed: str = "") -> JSONResponse:
    return JSONResponse(asdict(said_of(typed)))
