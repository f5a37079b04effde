"""What every route answers besides its success, documented in one place."""

from collections.abc import Iterable
from typing import Any

from ticketing_common.middlewares.current_user import current_user
from ticketing_common.middlewares.paging import Paged
from ticketing_common.middlewares.require_auth import require_auth
from ticketing_common.routing import Route
from ticketing_common.session import COOKIE

ERRORS = {
    "type": "object",
    "description": "What went wrong, in words for a person; `field` names what is wrong.",
    "required": ["errors"],
    "properties": {
        "errors": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["message"],
                "properties": {"message": {"type": "string"}, "field": {"type": "string"}},
            },
        }
    },
}
SESSION = {"type": "apiKey", "in": "cookie", "name": COOKIE}
RETRY_AFTER = {
    "Retry-After": {
        "description": "Seconds after which another try makes sense.",
        "schema": {"type": "integer", "minimum": 1},
    }
}
LINK = {
    "Link": {
        "description": 'The next page, where there is one: `<?limit=...&cursor=...>; rel="next"`.',
        "schema": {"type": "string"},
    }
}
REASONS = {
    400: "The body or the query is wrong, or it can't be done in the present state.",
    401: "Not signed in, or not the owner.",
    403: "A page of another origin made a browser send it.",
    404: "There is none of this id.",
    408: "The body did not come in time.",
    413: "The body is larger than 64 KiB.",
    415: "The body is not declared as application/json.",
    429: "Too many requests by one caller.",
    503: "What the service depends on does not answer; nothing was promised.",
}
WITH_RETRY = (429, 503)


def document(schema: dict[str, Any], routes: Iterable[Route]) -> None:
    """Add sessions and errors to the schema that FastAPI made of these routes."""
    components = schema.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Errors"] = ERRORS
    components["securitySchemes"] = {COOKIE: SESSION}
    for route in routes:
        if not route.include_in_schema:
            continue
        for method in route.methods or ():
            operation = schema["paths"][route.path][method.lower()]
            _document(operation, route.resolvers, bool(route.dependencies))
            if route.wants_own_json:
                operation["responses"] |= {"403": _response(403), "415": _response(415)}


def _document(operation: dict[str, Any], resolvers: set[Any], limited: bool) -> None:
    statuses = {503}
    if "requestBody" in operation:
        statuses |= {400, 408, 413}
    if operation.get("parameters"):
        statuses |= {400, 404}
    for paged in (each for each in resolvers if isinstance(each, Paged)):
        statuses.add(400)
        operation["parameters"] = [*operation.get("parameters", ()), *paged.parameters]
        operation["responses"]["200"]["headers"] = LINK
    if require_auth in resolvers:
        statuses.add(401)
        operation["security"] = [{COOKIE: []}]
    elif current_user in resolvers:
        operation["security"] = [{}, {COOKIE: []}]
    if limited:
        statuses.add(429)
    responses = operation["responses"]
    responses.pop("422", None)
    for status in sorted(statuses | {int(each) for each in responses if each[0] in "45"}):
        responses[str(status)] = _response(status) | responses.get(str(status), {})


def _response(status: int) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Errors"}}}
    response = {"description": REASONS[status], "content": content}
    return response | ({"headers": RETRY_AFTER} if status in WITH_RETRY else {})
