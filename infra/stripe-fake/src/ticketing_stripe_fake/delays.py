"""How long the things take that happen by themselves."""

from dataclasses import dataclass


@dataclass
class Delays:
    """In seconds, each from what came before it. Raises ValueError for what is no time."""

    refund: float = 30.0
    """A refund of `tok_refundFail` fails, one of `tok_pendingRefund` succeeds."""
    dispute: float = 5.0
    """The holder of `tok_createDispute` disputes the charge."""
    processing: float = 0.0
    """A card's confirmation is `processing`, and then succeeds; 0: it succeeds at once."""

    def __post_init__(self) -> None:
        for name, seconds in vars(self).items():
            if not isinstance(seconds, int | float) or not 0 <= seconds < float("inf"):
                raise ValueError(f"{name} must be a number of seconds")
