"""The document store: optimistic versions, an outbox in every document, replicas as registers."""

from ticketing_common import lean as lean
from ticketing_common.store.database import Database
from ticketing_common.store.derivation import Derivation
from ticketing_common.store.document import Document, Index
from ticketing_common.store.outbox import Outbox
from ticketing_common.store.page import NEWEST_FIRST, Found, Order, Page
from ticketing_common.store.store import Store
from ticketing_common.store.writes import AlreadyExistsError

__all__ = [
    "NEWEST_FIRST",
    "AlreadyExistsError",
    "Database",
    "Derivation",
    "Document",
    "Found",
    "Index",
    "Order",
    "Outbox",
    "Page",
    "Store",
]
