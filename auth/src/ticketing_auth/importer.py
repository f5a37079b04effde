"""Taking over the base system's users. Their passwords' hashes are checked as they are."""

from collections.abc import AsyncIterator

from ticketing_auth.models.user import User
from ticketing_auth.routes.credentials import one_spelling
from ticketing_common.importing import Report, Stored, Stores, import_each
from ticketing_common.store import AlreadyExistsError
from ticketing_common.store.source import Source


async def import_base(source: Source, stores: Stores, report: Report) -> None:
    """The base system kept e-mails as they were typed, and the same one twice where two signed up
    at once.

    Of several accounts with one address, that in our spelling keeps it, or else the oldest. The
    others are here under an address that nobody can sign in with.
    """
    users = stores[User]

    async def take_over(stored: Stored) -> None:
        id, email = str(stored["_id"]), _in_one_spelling(stored)
        if await users.find_id(id):
            report.present += 1
            return
        user = User(id=id, email=email or stored["email"], password=stored["password"])
        try:
            await users.save(user)
        except AlreadyExistsError:
            await users.save(user.model_copy(update={"email": f"{stored['email']}#{id}"}))
            report.change("user", id, f"{email} belongs to another account, this one is shut")
        else:
            if email is None:
                report.change("user", id, f"{stored['email']!r} is no address: it is shut")
        report.imported += 1

    await import_each("user", _those_in_our_spelling_first(source), take_over, report)


async def _those_in_our_spelling_first(source: Source) -> AsyncIterator[Stored]:
    for ours in (True, False):
        async for stored in source.documents("users"):
            if (_in_one_spelling(stored) == stored.get("email", "")) is ours:
                yield stored


def _in_one_spelling(stored: Stored) -> str | None:
    """The e-mail of a user; None for what is no address to us."""
    try:
        return one_spelling(stored.get("email", ""))
    except ValueError:
        return None
