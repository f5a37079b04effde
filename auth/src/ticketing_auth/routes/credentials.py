"""What one signs up and in with."""

from typing import Annotated, ClassVar

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, StringConstraints

from ticketing_auth.passwords import LONGEST, normal_form
from ticketing_common.middlewares import RequestBody

MAX_EMAIL = 254  # characters (RFC 5321, by erratum 1690 of RFC 3696)


def one_spelling(email: str) -> str:
    """The address in one spelling; raise `ValueError` where it can't be one."""
    # The "test environment" is the domain .test, and also "test" by itself, which is no domain.
    try:
        valid = validate_email(email, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise ValueError(str(error)) from None
    if "." not in valid.domain:
        raise ValueError("The domain must have a dot")
    return valid.normalized.lower()


Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=MAX_EMAIL),
    AfterValidator(one_spelling),
]


class NewCredentials(RequestBody):
    messages: ClassVar[dict[str, str]] = {
        "email": "Email must be valid",
        "password": "Password must be between 4 and 20 characters",
    }

    email: Email
    password: Annotated[
        str,
        StringConstraints(strip_whitespace=True, max_length=LONGEST),
        AfterValidator(normal_form),
        StringConstraints(min_length=4, max_length=20),
    ]


class Credentials(RequestBody):
    messages: ClassVar[dict[str, str]] = {
        "email": "Email must be valid",
        "password": "You must supply a password",
    }

    email: Email
    password: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
