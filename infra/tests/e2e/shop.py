"""What tests need to be in the shop already, put there through the public API."""

from itertools import count

import httpx

PASSWORD = "password"

_numbers = count(1)


def new_email(name: str) -> str:
    return f"{name}-{next(_numbers)}@example.com"


class Shop:
    """The site's API, and a seller who lists what a test asks for."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.seller = self.account(new_email("seller"))

    def account(self, email: str) -> httpx.Client:
        """A new account's own client, signed in."""
        client = httpx.Client(base_url=self.url)
        body = {"email": email, "password": PASSWORD}
        client.post("/api/users/signup", json=body).raise_for_status()
        return client

    def sell(self, title: str, price: float = 19.99) -> str:
        """A ticket on sale; its id."""
        body = {"title": title, "price": price}
        answer = self.seller.post("/api/tickets", json=body).raise_for_status()
        return str(answer.json()["id"])
