"""The fake's accounts: auth's routes. A session holds the user's id where a token would be."""

import base64
import json
from dataclasses import dataclass, field

import httpx

from ticketing_client.testing.answers import Json, Refusal, new_id, refusal


@dataclass
class Accounts:
    users: dict[str, Json] = field(default_factory=dict)

    def visitor(self, request: httpx.Request) -> str | None:
        """Whose session the request carries, if it is a good one."""
        for part in request.headers.get("cookie", "").split(";"):
            name, _, value = part.strip().partition("=")
            if name == "session":
                id = str(json.loads(base64.b64decode(value))["jwt"])
                return id if id in self.users else None
        return None

    def answer(self, action: str, body: Json, visitor: str | None) -> httpx.Response:
        if action == "currentuser":
            user = self.users[visitor] if visitor else None
            about = user and {"id": user["id"], "email": user["email"], "iat": 1795000000}
            return httpx.Response(200, json={"currentUser": about})
        if action == "signout":
            gone = "session=; Path=/; HttpOnly; Expires=Thu, 01 Jan 1970 00:00:00 GMT"
            return httpx.Response(200, json={}, headers={"set-cookie": gone})
        user = self._sign_up(body) if action == "signup" else self._sign_in(body)
        session = base64.b64encode(json.dumps({"jwt": user["id"]}).encode()).decode()
        return httpx.Response(
            201 if action == "signup" else 200,
            json={"id": user["id"], "email": user["email"]},
            headers={"set-cookie": f"session={session}; Path=/; HttpOnly; Secure; SameSite=lax"},
        )

    def add(self, email: str, password: str = "password") -> Json:
        user = {"id": new_id(), "email": email, "password": password}
        self.users[user["id"]] = user
        return user

    def _sign_up(self, body: Json) -> Json:
        email, password = self._valid(body)
        if not 4 <= len(password) <= 20:
            text = "Password must be between 4 and 20 characters"
            raise refusal(400, text, "password")
        if self._known(email):
            raise refusal(400, "Email in use")
        return self.add(email, password)

    def _sign_in(self, body: Json) -> Json:
        email, password = self._valid(body)
        if not password:
            raise refusal(400, "You must supply a password", "password")
        user = self._known(email)
        if user is None or user["password"] != password:
            raise refusal(400, "Invalid credentials")
        return user

    def _valid(self, body: Json) -> tuple[str, str]:
        email, password = body["email"].strip().lower(), body["password"].strip()
        if "@" in email:
            return email, password
        errors = [{"message": "Email must be valid", "field": "email"}]
        if not 4 <= len(password) <= 20:
            text = "Password must be between 4 and 20 characters"
            errors.append({"message": text, "field": "password"})
        raise Refusal(400, *errors)

    def _known(self, email: str) -> Json | None:
        return next((user for user in self.users.values() if user["email"] == email), None)
