"""The page of the cardholder's bank, in a browser."""

from html import escape
from urllib.parse import urlsplit

from starlette.responses import HTMLResponse

from ticketing_stripe_fake.cards import BY_NUMBER
from ticketing_stripe_fake.money import formatted
from ticketing_stripe_fake.objects import PaymentIntent, PaymentMethod

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Confirm your payment - Test Bank</title>
<style>
body {{ margin: 0; background: #eef1f5; color: #1c2733; font: 16px/1.5 system-ui, sans-serif; }}
header {{ background: #123a63; color: #fff; padding: 1rem; text-align: center; }}
main {{ max-width: 24rem; margin: 2rem auto; padding: 1.5rem; background: #fff;
  border: 1px solid #d5dbe3; border-radius: .5rem; }}
h1 {{ font-size: 1.25rem; margin: 0 0 1rem; }}
dl {{ display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem; margin: 0 0 1.25rem; }}
dt {{ color: #5a6675; }} dd {{ margin: 0; text-align: right; font-weight: 600; }}
button {{ width: 100%; padding: .75rem; margin: 0 0 .5rem; border: 1px solid #123a63;
  border-radius: .375rem; font: inherit; background: #fff; color: #123a63; cursor: pointer; }}
button:first-of-type {{ background: #123a63; color: #fff; }}
p {{ margin: .75rem 0 0; }} small {{ color: #5a6675; }} a {{ color: #123a63; }}
</style>
<header><strong>Test Bank</strong></header>
<main>{content}{back}
<p><small>Plays your bank for a test card. No real money moves.</small></p></main></html>"""
_PAYMENT = """<h1>{title}</h1>
<dl><dt>Merchant</dt><dd>{merchant}</dd><dt>Amount</dt><dd>{amount}</dd>
<dt>Card</dt><dd>{card}</dd></dl>{body}"""
_BUTTONS = """<form method="post">
<button name="outcome" value="succeeded">Complete authentication</button>
<button name="outcome" value="failed">Fail authentication</button>
</form>"""
_ENDS = {
    "succeeded": ("Payment confirmed", "Your bank has confirmed this payment."),
    "processing": ("Payment confirmed", "Your bank is working on this payment."),
    "canceled": ("Payment canceled", "There is nothing left to confirm."),
}
_FAILED = ("Payment not confirmed", "Nothing was charged.")
_SECURITY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


def unknown() -> HTMLResponse:
    return _page("<h1>No such payment</h1>", None, 404)


def page(intent: PaymentIntent, method: PaymentMethod | None, back: str | None) -> HTMLResponse:
    """What is asked for; or, once that is decided, what became of it and the way `back`."""
    asks = intent.status == "requires_action"
    title, text = ("Confirm your payment", "") if asks else _ENDS.get(intent.status, _FAILED)
    card = BY_NUMBER[method.card] if method else None
    content = _PAYMENT.format(
        title=title,
        merchant="Ticketing",
        amount=escape(f"{formatted(intent.amount, intent.currency)} {intent.currency.upper()}"),
        card=escape(f"{card.brand.title()} •••• {card.last4}" if card else "none"),
        body=_BUTTONS if asks else f"<p>{text}</p>",
    )
    return _page(content, back)


def web_address(url: str | None) -> str | None:
    """It, where a browser may be sent there: never `javascript:`."""
    parts = urlsplit(url or "")
    return url if parts.scheme in ("http", "https") and parts.netloc else None


def _page(content: str, back: str | None, status: int = 200) -> HTMLResponse:
    link = f'<p><a href="{escape(back)}">Back to the shop</a></p>' if back else ""
    headers = {"Content-Security-Policy": _SECURITY, "Cache-Control": "no-store"}
    return HTMLResponse(_PAGE.format(content=content, back=link), status, headers)
