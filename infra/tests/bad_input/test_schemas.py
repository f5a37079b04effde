"""schemathesis: each service does what its OpenAPI says, and nothing else, whatever is sent."""

import asyncio
from typing import Any

import schemathesis
from hypothesis import settings
from schemathesis import AuthContext, Case
from schemathesis.config import SchemathesisConfig
from schemathesis.generation.meta import CoverageScenario, coverage_scenario
from schemathesis.specs.openapi.checks import unsupported_method

from infra.tests.bad_input.serving import REPEATABLE, USER, Serving
from infra.tests.wired import wired
from ticketing_common.session import COOKIE, Sessions
from ticketing_common.settings import SessionSettings
from ticketing_common.testing.sessions import JWT_KEY

# A state that does not allow it is a 400 in this API, too, but never one that names a field.
ACCEPTED = ["2xx", "400", "401", "404"]
CONFIG = {"checks": {"positive_data_acceptance": {"expected-statuses": ACCEPTED}}}
# What is an address, which cursor is of which sort, and what text shows something.
BEYOND_A_SCHEMA = {None, "email", "cursor", "title", "venue"}
EFFORT = settings(REPEATABLE, max_examples=30)


def _schema(service: str) -> Any:
    found = asyncio.run(wired(service)).openapi()
    return schemathesis.openapi.from_dict(found, config=SchemathesisConfig.from_dict(CONFIG))


AUTH, TICKETS, ORDERS, PAYMENTS = map(_schema, ("auth", "tickets", "orders", "payments"))


@AUTH.parametrize()  # type: ignore[untyped-decorator]
@EFFORT
def test_auth(case: Case[Any], services: dict[str, Serving]) -> None:
    """Every check on every route of auth."""
    _check(case, services["auth"])


@TICKETS.parametrize()  # type: ignore[untyped-decorator]
@EFFORT
def test_tickets(case: Case[Any], services: dict[str, Serving]) -> None:
    """Every check on every route of tickets."""
    _check(case, services["tickets"])


@ORDERS.parametrize()  # type: ignore[untyped-decorator]
@EFFORT
def test_orders(case: Case[Any], services: dict[str, Serving]) -> None:
    """Every check on every route of orders."""
    _check(case, services["orders"])


@PAYMENTS.parametrize()  # type: ignore[untyped-decorator]
@EFFORT
def test_payments(case: Case[Any], services: dict[str, Serving]) -> None:
    """Every check on every route of payments."""
    _check(case, services["payments"])


def _check(case: Case[Any], serving: Serving) -> None:
    """All of them, but that an unknown method is a 404 in this API, as an unknown path is, where
    schemathesis wants a 405."""
    response = case.call_and_validate(base_url=serving.url, excluded_checks=[unsupported_method])
    assert case.meta is not None
    if coverage_scenario(case) == CoverageScenario.UNSPECIFIED_HTTP_METHOD:
        assert response.status_code == 404
    if case.meta.generation.mode.is_positive and response.status_code == 400:
        errors = response.json()["errors"]
        assert {error.get("field") for error in errors} <= BEYOND_A_SCHEMA, errors


class SignedIn:
    """schemathesis leaves the cookie out, too, to see what happens."""

    def get(self, case: Case[Any], context: AuthContext) -> str:
        return Sessions(SessionSettings(JWT_KEY=JWT_KEY)).write(USER, "test@test.com")

    def set(self, case: Case[Any], data: str, context: AuthContext) -> None:
        case.cookies = {**case.cookies, COOKIE: data}


for schema in (AUTH, TICKETS, ORDERS, PAYMENTS):
    schema.auth()(SignedIn)
