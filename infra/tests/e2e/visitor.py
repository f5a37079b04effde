"""A person with a browser. Each method is something people say they do."""

import re
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Response, expect

from infra.tests.e2e.shop import PASSWORD, new_email

ORDER_PAGE = re.compile(r"/orders/[0-9a-f]{24}$")


@dataclass
class Visitor:
    """One browser window. Everything the console complains of is kept in `complaints`."""

    context: BrowserContext
    url: str
    email: str = field(default_factory=lambda: new_email("visitor"))
    complaints: list[str] = field(default_factory=list)
    refused_pages: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.page = self.new_tab()

    def new_tab(self) -> Page:
        page = self.context.new_page()
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("response", self._response)
        return page

    def open(self, path: str) -> None:
        self.page.goto(self.url + path)

    def sign_up(self) -> None:
        self.open("/")
        self.header("Sign Up")
        self.page.get_by_label("Email").fill(self.email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.press("Sign Up")
        expect(self.page.get_by_role("button", name="Sign Out")).to_be_visible()

    def has_account(self) -> None:
        """Signed up and in without a page: one that is looked at takes a second and more."""
        form: dict[str, str | float | bool] = {"email": self.email, "password": PASSWORD}
        answer = self.context.request.post(f"{self.url}/auth/signup", form=form)
        assert answer.ok, answer.text()
        assert "session" in self.cookies()

    def becomes(self, other: "Visitor") -> None:
        """Somebody else has signed in, in another tab: the session of all tabs is theirs."""
        session = other.cookies()["session"]
        self.context.clear_cookies()
        self.context.add_cookies([{"name": "session", "value": session, "url": self.url}])

    def header(self, name: str) -> None:
        self.page.get_by_role("navigation", name="Main").get_by_role("link", name=name).click()

    def press(self, name: str) -> None:
        self.page.get_by_role("main").get_by_role("button", name=name, exact=True).click()

    def sell(self, title: str, price: str) -> None:
        self.header("Sell Tickets")
        self.page.get_by_label("Title").fill(title)
        self.page.get_by_label("Price").fill(price)
        self.press("List the ticket")
        expect(self.page.get_by_text(f"“{title}” is on sale")).to_be_visible()

    def order(self, ticket_id: str) -> str:
        """Reserve a ticket; the order's id."""
        self.open(f"/tickets/{ticket_id}")
        self.press("Purchase")
        self.page.wait_for_url(ORDER_PAGE)
        return self.page.url.rpartition("/")[2]

    def pay(self, price: str, card: str = "Visa") -> None:
        self.page.get_by_role("radio", name=card, exact=True).check()
        self.press(f"Pay {price}")

    def use_another_card(self) -> None:
        """While the bank wants a confirmation: open the other cards, unless they are open."""
        if not self.page.get_by_role("radio", name="Visa").is_visible():
            self.page.get_by_text("Use another card", exact=True).click()

    def sees(self, text: str, *, within: float = 60) -> None:
        """The text is on the page, or will be within so many seconds."""
        found = self.page.get_by_role("main").get_by_text(text).first
        expect(found).to_be_visible(timeout=within * 1000)

    def sees_state(self, name: str, *, within: float = 60) -> None:
        """The order's page is, or comes by itself, to that state."""
        panel = self.page.locator(f"#panel[data-state={name}]")
        expect(panel).to_be_visible(timeout=within * 1000)

    def cookies(self) -> dict[str, str]:
        found = self.context.cookies()
        return {str(cookie.get("name")): str(cookie.get("value")) for cookie in found}

    def _response(self, response: Response) -> None:
        if response.request.is_navigation_request() and response.status >= 400:
            self.refused_pages.add(response.url)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        # A page of ours that rightly has a status of 4xx or 503 is reported as an error, too.
        loaded = "Failed to load resource: the server responded with a status of"
        if message.text.startswith(loaded) and message.location["url"] in self.refused_pages:
            return
        self.complaints.append(f"{message.location['url']}: {message.text}")
