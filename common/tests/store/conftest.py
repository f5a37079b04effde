"""A MongoDB that can be told what to get wrong."""

from collections.abc import Iterator

import pytest

from ticketing_common.testing import servers


@pytest.fixture(scope="package")
def testing_mongod(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A mongod that can be made to pause, or to fail, where we say."""
    options = ("--setParameter", "enableTestCommands=1")
    with servers.mongod(tmp_path_factory.mktemp("mongod"), *options) as uri:
        yield uri
