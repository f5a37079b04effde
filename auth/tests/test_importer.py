"""Taking over the base system's users."""

from bson import ObjectId

from ticketing_auth.importer import import_base
from ticketing_auth.models.user import User
from ticketing_common.store import Database, Store
from ticketing_common.testing.base_system import BaseDatabase

HASH = "ab" * 64 + "." + "0123456789abcdef"
OLDEST, MIDDLE, NEWEST = (str(ObjectId(f"5f00000{n}0000000000000000")) for n in range(3))


def user(id: str, email: str) -> dict[str, object]:
    return {"_id": ObjectId(id), "email": email, "password": HASH}


async def users_here(database: Database) -> Store[User]:
    users = Store(database, User)
    await database.prepare([users])
    return users


async def test_an_email_stored_with_capitals_is_in_one_spelling(
    real_database: Database, base_database: BaseDatabase
) -> None:
    """Who signed up as Ann@Example.com can sign in, and nobody can take the address again."""
    # Given a user as the base system stored them
    users = await users_here(real_database)
    await base_database.write("users", user(OLDEST, "Ann@Example.com"))

    # When they are imported
    report, lines = await base_database.imported_by(import_base, {User: users})

    # Then they are who they were, under the one spelling, with the same password
    assert await users.get(OLDEST) == User(id=OLDEST, email="ann@example.com", password=HASH)
    assert (report.imported, lines) == (1, [])


async def test_of_two_accounts_with_one_address_one_keeps_it(
    real_database: Database, base_database: BaseDatabase
) -> None:
    """The account in our spelling signs in as before; the others are reported, not lost."""
    # Given three accounts of one address, the youngest in our spelling
    users = await users_here(real_database)
    await base_database.write(
        "users",
        user(OLDEST, "Ann@example.com"),
        user(MIDDLE, "ANN@example.com"),
        user(NEWEST, "ann@example.com"),
    )

    # When they are imported
    report, lines = await base_database.imported_by(import_base, {User: users})

    # Then that one has the address, and the others are shut
    emails = {each.id: each.email async for each in users.each()}
    assert emails == {
        OLDEST: f"Ann@example.com#{OLDEST}",
        MIDDLE: f"ANN@example.com#{MIDDLE}",
        NEWEST: "ann@example.com",
    }
    assert (report.imported, report.changed, len(lines)) == (3, 2, 2)


async def test_a_second_import_changes_nothing(
    real_database: Database, base_database: BaseDatabase
) -> None:
    """What is here already stays as it is: it may have changed since."""
    # Given an import, after which one of its users changed
    users = await users_here(real_database)
    await base_database.write("users", user(OLDEST, "a@example.com"), user(NEWEST, "A@example.com"))
    await base_database.imported_by(import_base, {User: users})
    await users.save((await users.get(OLDEST)).next(password="another"))

    # When it is run again
    report, lines = await base_database.imported_by(import_base, {User: users})

    # Then the change is still there
    assert (await users.get(OLDEST)).password == "another"
    assert (report.imported, report.present, lines) == (0, 2, [])


async def test_what_can_not_be_read_is_left_out_and_told(
    real_database: Database, base_database: BaseDatabase
) -> None:
    """One bad document neither stops the others nor disappears without a word."""
    # Given a user without a password, one whose e-mail is none, and a good one
    users = await users_here(real_database)
    await base_database.write(
        "users",
        {"_id": ObjectId(OLDEST), "email": "b@example.com"},
        user(MIDDLE, "nonsense"),
        user(NEWEST, "c@example.com"),
    )

    # When they are imported
    report, lines = await base_database.imported_by(import_base, {User: users})

    # Then the first is named, the second is shut, and the third is here
    assert (report.imported, report.changed, report.left_out) == (2, 1, 1)
    assert any(OLDEST in line and "'password'" in line for line in lines)
    assert (await users.get(NEWEST)).email == "c@example.com"
