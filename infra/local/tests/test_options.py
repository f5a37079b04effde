"""What can be asked for."""

import argparse
from collections.abc import Mapping
from pathlib import Path

import pytest

from ticketing_local.options import Options, add_options
from ticketing_local.problems import ProblemError


def options(*arguments: str, environ: Mapping[str, str] | None = None) -> Options:
    parser = argparse.ArgumentParser()
    add_options(parser, environ or {})
    return Options.of(parser.parse_args(arguments))


def test_without_a_word_the_defaults_hold() -> None:
    """The documented ones."""
    assert options() == Options(data=Path(".local").absolute())
    assert Options().port == 8080
    assert Options().expiration_window_seconds == 900
    assert Options().demo


def test_variables_are_the_defaults() -> None:
    """`make run PORT=...` reaches the command as variables."""
    asked = options(
        environ={
            "PORT": "18080",
            "DATA": "/tmp/x",
            "EXPIRATION_WINDOW_SECONDS": "15",
            "DEMO": "0",
            "STRIPE_KEY": "sk_test_1",
            "STRIPE_PUBLISHABLE_KEY": "pk_test_1",
            "HTTPS": "1",
            "OBSERVE": "1",
        }
    )

    assert asked == Options(
        port=18080,
        data=Path("/tmp/x"),
        expiration_window_seconds=15,
        demo=False,
        stripe_key="sk_test_1",
        stripe_publishable_key="pk_test_1",
        https=True,
        observe=True,
    )


def test_an_option_beats_its_variable() -> None:
    """What is typed is meant."""
    assert options("--port", "1234", environ={"PORT": "18080"}).port == 1234


def test_an_empty_variable_is_none() -> None:
    """`make` passes variables on that nobody set."""
    empty = dict.fromkeys(
        ("PORT", "DATA", "EXPIRATION_WINDOW_SECONDS", "DEMO", "STRIPE_KEY", "HTTPS", "OBSERVE"), ""
    )

    assert options(environ=empty) == options()


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PORT", "http", "PORT must be a whole number from 1 to 65535, not 'http'."),
        ("PORT", "70000", "PORT must be a whole number from 1 to 65535, not '70000'."),
        ("PORT", "-1", "PORT must be a whole number from 1 to 65535, not '-1'."),
        (
            "EXPIRATION_WINDOW_SECONDS",
            "1.5",
            "EXPIRATION_WINDOW_SECONDS must be a whole number from 2 to 86400, not '1.5'.",
        ),
        ("STRIPE_KEY", "pk_1", "STRIPE_KEY must be a secret key, which starts with sk_ or rk_."),
        (
            "STRIPE_PUBLISHABLE_KEY",
            "sk_1",
            "STRIPE_PUBLISHABLE_KEY must be a publishable key, which starts with pk_.",
        ),
    ],
)
def test_a_value_of_no_use_is_one_sentence(name: str, value: str, sentence: str) -> None:
    """It names the variable, what may be in it, and what was."""
    with pytest.raises(ProblemError) as problem:
        options(environ={name: value})

    assert str(problem.value) == sentence


@pytest.mark.parametrize(
    ("environ", "wrong"),
    [
        ({"STRIPE_KEY": "sk_live_1", "STRIPE_PUBLISHABLE_KEY": "pk_test_1"}, "of one mode"),
        ({"STRIPE_KEY": "sk_test_1", "STRIPE_PUBLISHABLE_KEY": "pk_live_1"}, "of one mode"),
        ({"STRIPE_KEY": "sk_live_1", "HTTPS": "1"}, "with both keys"),
        ({"STRIPE_PUBLISHABLE_KEY": "pk_live_1", "HTTPS": "1"}, "with both keys"),
        ({"STRIPE_KEY": "rk_live_1", "STRIPE_PUBLISHABLE_KEY": "pk_live_1"}, "https only"),
    ],
)
def test_real_cards_want_agreeing_keys_and_https(environ: dict[str, str], wrong: str) -> None:
    """Nobody charges real cards by accident, or where somebody listens."""
    with pytest.raises(ProblemError, match=wrong):
        options(environ=environ)


def test_real_cards() -> None:
    """With all of it they are taken."""
    keys = {"STRIPE_KEY": "sk_live_1\n", "STRIPE_PUBLISHABLE_KEY": "pk_live_1"}

    asked = options(environ={**keys, "HTTPS": "1"})

    assert (asked.stripe_key, asked.stripe_publishable_key) == ("sk_live_1", "pk_live_1")
