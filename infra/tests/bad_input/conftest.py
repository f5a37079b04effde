from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from infra.tests.bad_input.serving import Serving, serving
from infra.tests.wired import WITH_API


@pytest.fixture(scope="session")
def services() -> Iterator[dict[str, Serving]]:
    """Each service that has an API, on a port of its own."""
    with ExitStack() as stack:
        yield {service: stack.enter_context(serving(service)) for service in WITH_API}
