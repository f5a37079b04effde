"""Someone who signed up."""

from typing import Annotated, ClassVar

from fastapi import Depends
from pydantic import Field

from ticketing_common.service import store_of
from ticketing_common.store import Document, Index, Store


class User(Document):
    """`email` is in the one spelling that `routes.credentials` gives an address, `password` a
    hash. Only id and email are ever shown."""

    collection: ClassVar[str] = "users"
    indexes: ClassVar[tuple[Index, ...]] = (Index((("email", 1),), unique=True),)

    version: int = Field(default=0, exclude=True)
    email: str
    password: str = Field(exclude=True, repr=False)


Users = Annotated[Store[User], Depends(store_of(User))]
