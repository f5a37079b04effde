"""Sellers who list tickets, change their minds about them, and take them down."""

from datetime import timedelta
from typing import Any

from infra.tests.chaos.journal import JSON
from infra.tests.chaos.users import User
from ticketing_common.types import now

STOCK = 6  # tickets a seller has on sale at a time
UNCLEAR = (0, 500, 502, 503, 504)  # it may have been done, or may yet be


class Seller(User):
    """`knows_takedowns` is whether every replica does that is asked."""

    knows_takedowns = True

    async def act(self) -> None:
        mine = await self.ask("GET", "/api/tickets/mine")
        if mine.status != 200:
            return
        free = [each for each in mine.body if each["state"] == "listed"]
        down = [each for each in mine.body if each["state"] == "withdrawn"]
        wish = self.dice.random()
        if down and wish < 0.2:
            await self._edit(self.dice.choice(down)["id"])
        elif free and wish > 0.85:
            await self._take_down(self.dice.choice(free)["id"])
        elif free and wish > 0.7:
            await self._edit(self.dice.choice(free)["id"])
        elif len(free) < STOCK:
            await self._save("POST", "/api/tickets")

    async def _edit(self, id: str) -> None:
        """Which puts it up again, where it was down."""
        self.api.journal.withdrawn.discard(id)
        if await self._save("PUT", f"/api/tickets/{id}") in UNCLEAR:
            self.api.journal.unclear.add(id)

    async def _save(self, method: str, path: str) -> int:
        cents = self.dice.randint(50, 20000)
        title, price = f"Show {self.dice.randint(1, 10**6)}", f"{cents / 100:.2f}"
        answer = await self.ask(method, path, {"title": title, "price": price, **self._event()})
        if answer.status in (200, 201):
            self.api.journal.ticket(answer.body)
            await self._look_for(answer.body)
        return int(answer.status)

    async def _look_for(self, saved: JSON) -> None:
        """What was saved is there, in the list that everybody asks for and that is shared most.

        A new one that is not there may be reserved by now; then it has another version.
        """
        id, version = saved["id"], saved["version"]
        listed = await self.ask("GET", "/api/tickets")
        if listed.status != 200:
            return
        shown = [each["version"] for each in listed.body if each["id"] == id]
        if not shown:
            if version or saved.get("startsAt"):
                return  # taken down meanwhile by a try that got no answer, or begun
            found = await self.ask("GET", f"/api/tickets/{id}")
            if found.status != 200 or found.body["version"] > version:
                return
        if not shown or shown[0] < version:
            said = f"version {version} of ticket {id} was saved, and then {shown} was listed"
            self.api.journal.unread.append(said)

    def _event(self) -> JSON:
        """When and where, if that is said: some events begin while buyers look at them."""
        said: dict[str, Any] = {}
        if self.dice.random() < 0.3:
            seconds = self.dice.choice([3, 10, 10**6])
            said["startsAt"] = (now() + timedelta(seconds=seconds)).isoformat()
        elif self.dice.random() < 0.5:  # or it would stay begun
            said["startsAt"] = None
        if self.dice.random() < 0.3:
            said["venue"] = self.dice.choice([None, "Town Hall", "Odeon"])
        return said

    async def _take_down(self, id: str) -> None:
        """Gone from lists at once, unless an edit without an answer puts it up meanwhile."""
        journal = self.api.journal
        answer = await self.ask("DELETE", f"/api/tickets/{id}")
        if answer.status != 204:
            return
        journal.withdrawn.add(id)
        listed = await self.ask("GET", "/api/tickets")
        if not self.knows_takedowns or listed.status != 200 or id in journal.unclear:
            return
        if any(each["id"] == id for each in listed.body):
            journal.listed_still.append(id)
