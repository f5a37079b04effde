"""One command to a mongod, without the driver: importing that takes longer than mongod's start."""

import asyncio
import struct
from typing import Any

import bson

from ticketing_local.data.ports import LOOPBACK

_OP_MSG = 2013
_HEADER = struct.Struct("<iiii")  # length of all, request id, id answered to, opcode
_BODY = struct.Struct("<IB")  # flags, kind 0: one document follows


async def admin_command(port: int, document: dict[str, Any]) -> dict[str, Any]:
    """The answer, which has `ok` 0 and a `code` where the command failed. Raises OSError."""
    request = _BODY.pack(0, 0) + bson.encode({**document, "$db": "admin"})
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    try:
        writer.write(_HEADER.pack(_HEADER.size + len(request), 1, 0, _OP_MSG) + request)
        length, *_ = _HEADER.unpack(await reader.readexactly(_HEADER.size))
        answer = await reader.readexactly(length - _HEADER.size)
    finally:
        writer.close()
    return bson.decode(answer[_BODY.size :])
