"""A light load of text reports without JavaScript, in a process of its own.

`python -m bench.http_load PORT CONNECTIONS SECONDS` opens the form once on each
connection, then sends it again and again, and prints one line of JSON: seconds of
every answer, and how many were not the expected one. With `--bare` there is no form
to open: the same requests go to the server that only reads (`bench.intake_bare`).
"""

import argparse
import asyncio
import json
import re
import time
from typing import Final

from crypto.entropy import system_entropy

TEXT: Final = (
    "Директор школы требует деньги за приём в первый класс. "
    "Платить нужно секретарю, наличными, до конца августа. "
) * 12
"""Some 1,300 characters: a report as people write them."""

_TOKEN: Final = re.compile(rb'name="csrf_token" value="([^"]+)"')
_COOKIE: Final = re.compile(rb"set-cookie: (__Host-session=[^;]+)", re.IGNORECASE)
_BARE: Final = (b"HTTP/1.1 204", b"c" * 300, b"t" * 90)
"""Its answer, and what is as long as a cookie and a token."""

_LENGTH: Final = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


async def _answer(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    found = _LENGTH.search(head)
    body = await reader.readexactly(int(found[1]) if found else 0)
    return head, body


def form_request(port: int, cookie: bytes, token: bytes) -> bytes:
    """Build the POST of a text report."""
    boundary = system_entropy(12).hex().encode()
    fields = {b"csrf_token": token, b"text": TEXT.encode(), b"consent_to": b"agency"}
    parts = b"".join(
        b'--%b\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n'
        % (boundary, name, value)
        for name, value in fields.items()
    )
    body = parts + b"--%b--\r\n" % boundary
    head = (
        b"POST /ru/plain/report HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nCookie: %b\r\n"
        b"Content-Type: multipart/form-data; boundary=%b\r\nContent-Length: %d\r\n\r\n"
    ) % (port, cookie, boundary, len(body))
    return head + body


async def open_form(
    port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> tuple[bytes, bytes]:
    """Open the form.

    Returns:
        Cookie and CSRF token.

    Raises:
        RuntimeError: It is not the form.
    """
    writer.write(b"GET /ru/plain/report HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % port)
    head, body = await _answer(reader)
    cookie, token = _COOKIE.search(head), _TOKEN.search(body)
    if cookie is None or token is None:
        raise RuntimeError("not the form")
    return cookie[1], token[1]


async def _send_reports(
    port: int, seconds: float, *, bare: bool
) -> tuple[list[float], int]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    expected, cookie, token = _BARE
    if not bare:
        expected = b"HTTP/1.1 303"
        cookie, token = await open_form(port, reader, writer)
    request = form_request(port, cookie, token)
    took: list[float] = []
    errors = 0
    end = time.perf_counter() + seconds
    while (began := time.perf_counter()) < end:
        writer.write(request)
        head, _ = await _answer(reader)
        took.append(time.perf_counter() - began)
        errors += not head.startswith(expected)
    writer.close()
    await writer.wait_closed()
    return took, errors


async def _load(port: int, connections: int, seconds: float, *, bare: bool) -> None:
    began = time.perf_counter()
    results = await asyncio.gather(
        *(_send_reports(port, seconds, bare=bare) for _ in range(connections)),
        return_exceptions=True,
    )
    elapsed = time.perf_counter() - began
    took: list[float] = []
    errors = 0
    for result in results:
        if isinstance(result, BaseException):
            errors += 1
        else:
            took += result[0]
            errors += result[1]
    print(json.dumps({"took": took, "errors": errors, "elapsed": elapsed}))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("connections", type=int)
    parser.add_argument("seconds", type=float)
    parser.add_argument("--bare", action="store_true")
    options = parser.parse_args()
    asyncio.run(
        _load(options.port, options.connections, options.seconds, bare=options.bare)
    )
