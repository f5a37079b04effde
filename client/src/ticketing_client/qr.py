"""QR codes: the only module that knows the library."""

import segno
from markupsafe import Markup


def qr_code(address: str) -> Markup:
    """An SVG element, black on white with its quiet zone; 15% of it may be dirty (level M)."""
    code = segno.make(address, error="m", micro=False)
    svg = code.svg_inline(border=4, omitsize=True, dark="#000", light="#fff", svgclass="qr")
    return Markup(svg)  # noqa: S704 - numbers and colours only
