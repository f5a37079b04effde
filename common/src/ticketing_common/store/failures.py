"""What an error of MongoDB's means: that the store does not answer, or that a document is wrong.

Whatever no document can cause is an outage: it passes once somebody has seen to it (a server that
went, a disk that is full, a password that was changed), and is nobody's fault who asks meanwhile.
Of what a document causes, another try would change nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pymongo.errors import BulkWriteError, DuplicateKeyError, OperationFailure, PyMongoError

from ticketing_common.errors import DatabaseConnectionError

DUPLICATE_KEY = 11000
PATH_NOT_VIABLE = 28  # fields were to be set in something that is no object

# By MongoDB's names for them; in parentheses those that it gives none.
DOCUMENTS_FAULT = frozenset(
    {
        2,  # BadValue
        9,  # FailedToParse
        10,  # CannotMutateObject
        14,  # TypeMismatch
        15,  # Overflow
        16,  # InvalidLength
        22,  # InvalidBSON
        PATH_NOT_VIABLE,
        34,  # CannotBackfillArray
        40,  # ConflictingUpdateOperators
        52,  # DollarPrefixedFieldName
        53,  # InvalidIdField
        54,  # NotSingleValueField
        55,  # InvalidDBRef
        56,  # EmptyFieldName
        57,  # DottedFieldName
        66,  # ImmutableField
        111,  # NotExactValueField
        121,  # DocumentValidationFailure
        171,  # CannotIndexParallelArrays
        201,  # CannotBuildIndexKeys
        241,  # ConversionFailure
        10334,  # BSONObjectTooLarge
        DUPLICATE_KEY,
        11001,  # (a duplicate key at an update)
        12582,  # (a duplicate key at a shard)
        17280,  # (a key is too long for its index)
        17419,  # (too large after the update)
        17420,  # (too large after the replacement)
    }
)


@contextmanager
def outages() -> Iterator[None]:
    """Turn what means "the store does not answer" into `DatabaseConnectionError`."""
    try:
        yield
    except PyMongoError as error:
        if is_outage(error):
            raise DatabaseConnectionError from error
        raise


def is_outage(error: PyMongoError) -> bool:
    """Whether no document is to blame, so that another try makes sense.

    Of a bulk write: whether all of it has to be tried again; what became of each write is said by
    `failure_of`.
    """
    if isinstance(error, BulkWriteError):
        details: Any = error.details
        return bool(details["writeConcernErrors"])
    return not (isinstance(error, OperationFailure) and error.code in DOCUMENTS_FAULT)


def failure_of(write_error: dict[str, Any]) -> Exception:
    """What one write of a bulk write failed of."""
    code = write_error["code"]
    kind = DuplicateKeyError if code == DUPLICATE_KEY else OperationFailure
    error = kind(write_error.get("errmsg", ""), code, write_error)
    if code in DOCUMENTS_FAULT:
        return error
    outage = DatabaseConnectionError()
    outage.__cause__ = error
    return outage
