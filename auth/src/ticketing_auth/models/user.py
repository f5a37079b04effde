"""Someone who signed up."""

import unicodedata
from typing import Annotated, ClassVar, Self

from fastapi import Depends
from pydantic import Field

from ticketing_common.service import store_of
from ticketing_common.store import Document, Index, Store


class User(Document):
    """`email` is the address in the form that addresses are compared by, `written` as it was given
    where that is another, `password` a hash, `places` digests of the addresses they were last at.
    Only id and email are ever shown."""

    collection: ClassVar[str] = "users"
    indexes: ClassVar[tuple[Index, ...]] = (Index((("email", 1),), unique=True),)

    version: int = Field(default=0, exclude=True)
    email: str
    written: str | None = Field(default=None, exclude=True)
    password: str = Field(exclude=True, repr=False)
    places: tuple[str, ...] = Field(default=(), exclude=True, repr=False)

    def shown(self) -> Self:
        """With the address as it was given: mail to one written otherwise may be somebody else's.

        (Users from before there was a form to compare by have it as it was given already.)
        """
        return self if self.written is None else self.model_copy(update={"email": self.written})


def compared_form(email: str) -> str:
    """What addresses are compared by: Unicode's form for that, NFKC_Casefold."""
    if email.isascii():
        return email
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", email).casefold())


async def find_user(users: Store[User], email: str) -> User | None:
    """The user with an address that is the same; of two, who has it just so."""
    compared = compared_form(email)
    if compared != email and (user := await users.find_one({"email": email})):
        return user
    return await users.find_one({"email": compared})


def written_apart(email: str) -> str | None:
    """`User.written` of who gives this address."""
    return email if email != compared_form(email) else None


Users = Annotated[Store[User], Depends(store_of(User))]
