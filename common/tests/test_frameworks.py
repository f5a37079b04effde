"""What we rely on of FastAPI, Starlette and Pydantic beyond what they promise: see `short_path`."""

from collections.abc import Callable
from typing import Annotated, Any, get_args

import pytest
from fastapi import APIRouter, Depends, FastAPI
from fastapi.params import Depends as DependsClass
from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticCustomError
from pydantic_core.core_schema import ErrorType
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from ticketing_common.middlewares import RequestBody
from ticketing_common.routing import Route


def check(request: Request) -> None:
    """What a router depends on."""


def user_of(request: Request) -> str:
    return request.url.path


class Thing(RequestBody):
    size: int


router = APIRouter(route_class=Route, prefix="/api", dependencies=[Depends(check)])


@router.post("/things/{id}", status_code=201)
async def make(
    id: str, thing: Thing, request: Request, user: Annotated[str, Depends(user_of)]
) -> dict[str, str]:
    return {"id": id, "user": user, "size": str(thing.size), "path": request.url.path}


@router.delete("/things/{id}", include_in_schema=False)
async def remove(id: str) -> None:
    """Undocumented."""


def test_a_route_keeps_what_it_was_declared_with() -> None:
    """`APIRoute`'s attributes, with what its router adds, as `Route` and `ShortPath` read them."""
    made, removed = router.routes
    assert isinstance(made, Route)
    assert isinstance(removed, Route)

    assert made.path == "/api/things/{id}"
    assert made.methods == {"POST"}
    assert made.endpoint is make
    assert made.status_code == 201
    assert [each.dependency for each in made.dependencies] == [check]
    assert (made.include_in_schema, removed.include_in_schema) == (True, False)


def test_a_dependency_is_found_in_an_annotation() -> None:
    """`Depends(f)` is a `params.Depends` of f."""
    (depends,) = get_args(Annotated[str, Depends(user_of)])[1:]

    assert isinstance(depends, DependsClass)
    assert depends.dependency is user_of


@pytest.mark.parametrize("call", [Starlette.__call__, FastAPI.__call__])
async def test_requests_go_where_the_stack_that_was_built_once_leads(
    call: Callable[..., Any],
) -> None:
    """`build_middleware_stack` is the one way in, with the app in the scope; FastAPI's `__call__`,
    which `Service` goes past, does no more for a request than Starlette's."""
    built, came = [], []

    class App(FastAPI):
        def build_middleware_stack(self) -> ASGIApp:
            async def serve(scope: Scope, receive: Receive, send: Send) -> None:
                came.append(scope)

            built.append(serve)
            return serve

    app = App()
    given: list[Scope] = [{"type": "http", "path": path, "headers": []} for path in ("/a", "/b")]

    for scope in given:
        await call(app, {**scope}, None, None)

    assert len(built) == 1
    assert came == [{**scope, "app": app} for scope in given]


def test_a_request_reads_its_scope() -> None:
    """`Request.app` and `Request.path_params`."""
    app, params = object(), {"id": "a"}

    request = Request({"type": "http", "app": app, "path_params": params})

    assert request.app is app
    assert request.path_params == params


def test_the_schema_is_made_of_the_routes_signature() -> None:
    """Path and body are documented, requests and dependencies not, a 422 by its two components."""
    app = FastAPI()
    app.include_router(router)

    schema = app.openapi()

    operation = schema["paths"]["/api/things/{id}"]["post"]
    assert list(schema["paths"]["/api/things/{id}"]) == ["post"]
    assert [each["name"] for each in operation["parameters"]] == ["id"]
    assert list(operation["responses"]) == ["201", "422"]
    body = operation["requestBody"]["content"]["application/json"]["schema"]
    assert body == {"$ref": "#/components/schemas/Thing"}
    assert set(schema["components"]["schemas"]) == {
        "Thing",
        "HTTPValidationError",
        "ValidationError",
    }


def test_pydantic_names_its_own_errors() -> None:
    """`ErrorType` has the types of its errors, and not those of ours."""
    with pytest.raises(ValidationError) as caught:
        Thing.model_validate({"size": "large"})

    (error,) = caught.value.errors()
    assert error["type"] in get_args(ErrorType)
    assert PydanticCustomError("price", "Not a price").type not in get_args(ErrorType)


def test_pydantic_validates_and_serializes_by_a_models_own() -> None:
    """`__pydantic_validator__` and `__pydantic_serializer__` do what a model's methods do."""

    class Model(BaseModel):
        name: str | None = None
        number: int

    model = Model.__pydantic_validator__.validate_python({"number": "1"})
    json = model.__pydantic_serializer__.to_json(model, by_alias=True, exclude_none=True)

    assert model == Model.model_validate({"number": "1"})
    assert json == model.model_dump_json(by_alias=True, exclude_none=True).encode()
