"""What is shown at the door: a code for an order that is paid, and what it is worth now.

A code is 64 characters of lower-case base32: the order's id, its ticket's, and a signature of both
(HMAC-SHA256, 128 bits of it) that nobody without our key can make. It says nothing about people.
"""

import base64
import binascii
import hmac
from dataclasses import dataclass
from enum import StrEnum

from ticketing_payments.models.order import Order, PaymentStatus
from ticketing_payments.models.watch import Dispute

ID, SIGNATURE = 12, 16  # bytes
LENGTH = 64  # characters


class Standing(StrEnum):
    VALID = "valid"
    REFUNDED = "refunded"  # the money went back, is to go back, or was taken back by a bank


def standing_of(order: Order) -> Standing | None:
    """The table, by what is stored; the first row that fits. None: nobody ever paid.

    | payment is | and | standing |
    |---|---|---|
    | refund_due, refunded | | refunded |
    | charged | the order is cancelled, all was given back, or a dispute lost | refunded |
    | charged | otherwise | valid |
    | none, charging, settled | orders says that the order is complete | valid |
    | none, charging, settled | otherwise | |
    """
    payment = order.payment
    if payment.status in (PaymentStatus.REFUND_DUE, PaymentStatus.REFUNDED):
        return Standing.REFUNDED
    if payment.status == PaymentStatus.CHARGED:
        lost = payment.watch is not None and payment.watch.dispute == Dispute.LOST
        returned = order.cancelled or order.given_back or lost
        return Standing.REFUNDED if returned else Standing.VALID
    return Standing.VALID if order.paid else None


@dataclass(frozen=True, slots=True)
class Admission:
    """What a code of ours names."""

    order_id: str
    ticket_id: str


class Admissions:
    """Writes codes with the first key, and reads what any of them signed; without one, neither."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        self._keys = [key.encode() for key in keys]

    def write(self, order: Order) -> str | None:
        """The code of a paid order whose money we have; None for any other, and for one whose
        ticket was not told, as versions before this one did not keep it."""
        if not self._keys or order.ticket_id is None or standing_of(order) != Standing.VALID:
            return None
        said = bytes.fromhex(order.id + order.ticket_id)
        return base64.b32encode(said + _signature(self._keys[0], said)).decode().lower()

    def read(self, code: str) -> Admission | None:
        """What it names; None for what is not ours."""
        if len(code) != LENGTH:
            return None
        try:
            decoded = base64.b32decode(code.upper())
        except (binascii.Error, ValueError):
            return None
        said, signature = decoded[:-SIGNATURE], decoded[-SIGNATURE:]
        if not any(hmac.compare_digest(_signature(key, said), signature) for key in self._keys):
            return None
        return Admission(said[:ID].hex(), said[ID:].hex())


def _signature(key: bytes, said: bytes) -> bytes:
    return hmac.digest(key, said, "sha256")[:SIGNATURE]
