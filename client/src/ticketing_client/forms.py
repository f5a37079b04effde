"""What went wrong with a form, as its template shows it: all of it above, each beside its field."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ticketing_client.transport import ApiRefusedError

NO_ANSWER = (
    "We got no answer in time, so we can't tell whether this worked. "
    "Nothing you typed is lost; please try again in a moment."
)


@dataclass(frozen=True)
class FormErrors:
    """Messages with the field each is about; `status` is the response's."""

    errors: list[tuple[str, str | None]] = field(default_factory=list)
    status: int = 200

    def __bool__(self) -> bool:
        return bool(self.errors)

    @property
    def messages(self) -> list[str]:
        return [message for message, _ in self.errors]

    def at(self, fields: Mapping[str, str]) -> "FormErrors":
        """The same, with these messages at these fields where they are at none."""
        errors = [(message, field or fields.get(message)) for message, field in self.errors]
        return FormErrors(errors, self.status)

    def first_of(self, *names: str) -> str:
        """The first of these fields that is wrong, or of all where none is."""
        return next((name for name in names if self.of(name)), names[0])

    def of(self, name: str) -> str | None:
        """What is wrong with the field `name`."""
        return " ".join(message for message, field in self.errors if field == name) or None


def refused(error: ApiRefusedError) -> FormErrors:
    return FormErrors(error.errors, error.status)


def unanswered(message: str = NO_ANSWER) -> FormErrors:
    return FormErrors([(message, None)], 503)
