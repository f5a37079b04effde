"""A browser as plain as they come: it follows links and sends forms, and runs no script."""

from copy import copy
from urllib.parse import urlsplit

import httpx
from bs4 import BeautifulSoup, Tag
from starlette.types import ASGIApp

ORIGIN = "https://gittix.test"


class Page:
    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.status = response.status_code
        self.html = response.text
        self.soup = BeautifulSoup(response.text, "html.parser")

    @property
    def path(self) -> str:
        return self.response.url.raw_path.decode()

    @property
    def text(self) -> str:
        """What can be read on the page, in single spaces."""
        body = copy(self.soup.find("main"))
        if not isinstance(body, Tag):
            return ""
        for part in body.find_all("bdi"):  # of a sentence, which nothing there takes apart
            part.unwrap()
        body.smooth()
        return " ".join(body.get_text(" ").split())

    @property
    def title(self) -> str:
        return self.soup.title.get_text() if self.soup.title else ""

    @property
    def header(self) -> list[str]:
        """The words of the navigation."""
        return [
            tag.get_text(strip=True) for tag in self.soup.select(".nav-items a, .nav-items button")
        ]

    def one(self, selector: str) -> Tag:
        """The only element that matches."""
        found = self.soup.select(selector)
        assert len(found) == 1, f"{len(found)} x {selector} on {self.path}:\n{self.text}"
        return found[0]

    def has(self, selector: str) -> bool:
        return bool(self.soup.select(selector))

    def form(self, button: str) -> Tag:
        """The form that is sent by the button with this label."""
        for form in self.soup.find_all("form"):
            for candidate in form.find_all("button"):
                if " ".join(candidate.get_text().split()) == button:
                    return form
        raise AssertionError(f"no button {button!r} on {self.path}:\n{self.text}")


class Browser:
    """One visitor, with their own cookies."""

    def __init__(self, app: ASGIApp) -> None:
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app), base_url=ORIGIN, follow_redirects=True
        )
        self.page: Page | None = None

    async def open(self, path: str, **headers: str) -> Page:
        self.page = Page(await self.http.get(path, headers=headers))
        return self.page

    async def send(self, button: str, **fields: str) -> Page:
        """Send the present page's form with this button, filled in with `fields`."""
        assert self.page is not None, "open a page first"
        form = self.page.form(button)
        data = {**_values(form), **fields}
        unknown = set(fields) - {str(tag.get("name")) for tag in form.find_all(["input", "select"])}
        assert not unknown, f"the form has no {unknown}"
        return await self.post(str(form["action"]), data)

    async def post(self, path: str, data: dict[str, str] | None = None, **headers: str) -> Page:
        own = {"origin": ORIGIN, "sec-fetch-site": "same-origin"}
        if self.page is not None:
            own["referer"] = ORIGIN + self.page.path
        self.page = Page(await self.http.post(path, data=data or {}, headers=own | headers))
        return self.page

    async def sign_up(self, email: str) -> None:
        await self.open("/auth/signup")
        page = await self.send("Sign Up", email=email, password="password")
        assert urlsplit(page.path).path == "/", page.text

    async def close(self) -> None:
        await self.http.aclose()


def _values(form: Tag) -> dict[str, str]:
    values = {}
    for tag in form.find_all("input"):
        if tag.get("type") != "radio" or tag.has_attr("checked"):
            values[str(tag["name"])] = str(tag.get("value", ""))
    for select in form.find_all("select"):
        chosen = select.select_one("option[selected]") or select.select_one("option")
        values[str(select["name"])] = str(chosen.get("value", "")) if chosen else ""
    return values
