"""Messages as they are on a connection: NATS' protocol, with headers as HTTP has them."""

from collections.abc import Mapping

Headers = Mapping[str, str]


def split(body: bytes, size: int) -> tuple[dict[str, str], bytes]:
    lines = body[:size].decode().split("\r\n")[1:]
    pairs = (line.partition(":") for line in lines if line)
    return {name: value.strip() for name, _, value in pairs}, body[size:]


def message(subject: str, number: str, reply: str, headers: Headers, data: bytes) -> bytes:
    to = f"{subject} {number} {reply} ".replace("  ", " ")
    if not headers:
        return f"MSG {to}{len(data)}\r\n".encode() + data + b"\r\n"
    status = f" {headers['Status']}" if "Status" in headers else ""
    if "Description" in headers:
        status += f" {headers['Description']}"
    own = {n: v for n, v in headers.items() if n not in ("Status", "Description")}
    lines = "".join(f"{name}: {value}\r\n" for name, value in own.items())
    head = f"NATS/1.0{status}\r\n{lines}\r\n".encode()
    sizes = f"{len(head)} {len(head) + len(data)}"
    return f"HMSG {to}{sizes}\r\n".encode() + head + data + b"\r\n"
