"""What an event is."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Event(BaseModel):
    """Something that happened, told in full state, so that listeners need no order.

    Strict: a listener never guesses what a wrong type was meant to be.
    """

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, frozen=True, strict=True
    )

    subject: ClassVar[str]

    @property
    def key(self) -> str:
        """Which version of which document this tells of: `<aggregate id>/<version>`."""
        raise NotImplementedError
