"""What the client reads from its environment."""

import pytest

from ticketing_client.config import ClientSettings
from ticketing_common.settings import SettingsError


def test_needs_the_apis_address() -> None:
    """Without it the client does not start, and says why."""
    with pytest.raises(SettingsError, match="API_URL: must be set"):
        ClientSettings.from_environment({})


def test_names_everything_wrong_at_once() -> None:
    """A secret key in the publishable key's place is caught before a page shows it."""
    with pytest.raises(SettingsError) as caught:
        ClientSettings.from_environment(
            {"API_URL": "nonsense", "STRIPE_PUBLISHABLE_KEY": "sk_live_secret"}
        )

    assert "API_URL" in str(caught.value)
    assert "STRIPE_PUBLISHABLE_KEY" in str(caught.value)
    assert "sk_live_secret" not in str(caught.value)


@pytest.mark.parametrize("key", ["changeme", "pk_", "sk_test_1", "pk_test_1 pk_live_1"])
def test_only_a_publishable_key_is_published(key: str) -> None:
    """Whatever else somebody put there is no page's business."""
    with pytest.raises(SettingsError, match="STRIPE_PUBLISHABLE_KEY"):
        ClientSettings.from_environment({"API_URL": "http://x", "STRIPE_PUBLISHABLE_KEY": key})


def test_a_newline_is_nobodys_mistake() -> None:
    """Files end in one."""
    environ = {"API_URL": "http://gateway", "STRIPE_PUBLISHABLE_KEY": "pk_live_1\n"}

    assert ClientSettings.from_environment(environ).STRIPE_PUBLISHABLE_KEY == "pk_live_1"


def test_gives_pages_two_seconds() -> None:
    """The bound of a page unless told otherwise."""
    settings = ClientSettings.from_environment({"API_URL": "http://gateway"})

    assert settings.API_TIMEOUT_SECONDS == 2.0
    assert settings.STRIPE_PUBLISHABLE_KEY is None
