"""Style sheets, scripts and pictures, compressed once and cached by browsers for a year.

The folder of their address is a digest of them all, so a new release has new addresses and the
modules can import each other by relative names.
"""

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from starlette.requests import Request
from starlette.responses import Response

FOR_A_YEAR = "public, max-age=31536000, immutable"
DARK_RULES = re.compile(r"\[data-bs-theme=dark\][^{}]*\{[^{}]*\}")


@dataclass(frozen=True)
class Asset:
    content: bytes
    compressed: bytes
    media_type: str


class Assets:
    """The package's `static` folder, held in memory; Bootstrap's and our style sheets as one."""

    def __init__(self) -> None:
        contents = dict(_read(files("ticketing_client") / "static"))
        sheets = sorted(name for name in contents if name.endswith(".css"))
        ours = [contents.pop(name).decode() for name in sheets]
        contents["site.css"] = "".join([follow_the_system(_bootstrap()), *ours]).encode()
        digest = hashlib.sha256()
        for name in sorted(contents):
            digest.update(name.encode() + b"\0" + contents[name])
        self.folder = f"/static/{digest.hexdigest()[:12]}"
        self._assets = {name: _asset(name, content) for name, content in contents.items()}

    def url(self, name: str) -> str:
        """The address of an asset; raises `KeyError` for one that does not exist."""
        self._assets[name]
        return f"{self.folder}/{name}"

    def get(self, name: str) -> Asset | None:
        return self._assets.get(name)

    def response(self, request: Request, name: str) -> Response:
        """The asset called `name`, whichever release's address was asked for."""
        asset = self._assets.get(name)
        if asset is None:
            return Response("Not Found", status_code=404, media_type="text/plain")
        headers = {"Cache-Control": FOR_A_YEAR, "Vary": "Accept-Encoding"}
        if not request.scope["path"].startswith(self.folder + "/"):
            headers["Cache-Control"] = "public, max-age=60"
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(asset.compressed, headers=headers, media_type=asset.media_type)
        return Response(asset.content, headers=headers, media_type=asset.media_type)


@cache
def packaged() -> Assets:
    """This release's: compressing them takes a while, and they are the same for every app."""
    return Assets()


def follow_the_system(css: str) -> str:
    """Bootstrap's dark colours by the system's preference rather than by an attribute.

    The attribute would need a script to set it, and would flash white before that script ran.
    """
    return DARK_RULES.sub(
        lambda rule: (
            "@media (prefers-color-scheme:dark){"
            + rule[0].replace("[data-bs-theme=dark]", ":root")
            + "}"
        ),
        css,
    )


def _bootstrap() -> str:
    css = (files("bootstrap") / "css" / "bootstrap.min.css").read_text(encoding="utf-8")
    return css.rpartition("/*# sourceMappingURL")[0] or css


def _read(folder: Traversable, prefix: str = "") -> list[tuple[str, bytes]]:
    found = []
    for entry in folder.iterdir():
        if entry.is_dir():
            found += _read(entry, f"{prefix}{entry.name}/")
        else:
            found.append((prefix + entry.name, entry.read_bytes()))
    return found


def _asset(name: str, content: bytes) -> Asset:
    kind = "text/javascript" if name.endswith(".js") else mimetypes.guess_type(name)[0]
    return Asset(content, gzip.compress(content, 9, mtime=0), kind or "application/octet-stream")
