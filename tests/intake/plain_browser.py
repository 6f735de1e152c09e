"""A browser without JavaScript that speaks to the real server over a socket."""

import socket
from dataclasses import dataclass, field
from typing import Self

from tests.intake.reporter import BOUNDARY, MULTIPART, encode_form, token_in
from tests.intake.server_process import ServerProcess

USER_AGENT = "Canary-Agent/77.31"
READ_BYTES = 65536


@dataclass
class PlainBrowser:
    """One connection at a time, one cookie."""

    server: ServerProcess
    cookie: str = field(default="", init=False)
    token: str = field(default="", init=False)
    page: str = field(default="", init=False)

    def open_form(self) -> Self:
        """Open the form of a report."""
        head, body = self.exchange(self.head("GET", "/ru/plain/report", ""))
        for line in head.split("\r\n"):
            name, _, value = line.partition(": ")
            if name.lower() == "set-cookie":
                self.cookie = value.split(";")[0]
        self.page = body.decode()
        self.token = token_in(self.page)
        return self

    def report(self, text: str, files: list[tuple[str, bytes]] | None = None) -> int:
        """Send a report; return the status, 0 if the server went."""
        try:
            head, _ = self.exchange(self.report_request(text, files))
        except OSError:
            return 0
        return int(head.split(" ", 2)[1]) if head else 0

    def report_request(
        self, text: str, files: list[tuple[str, bytes]] | None = None
    ) -> bytes:
        """Build the request of a report, whole."""
        body = encode_form({"csrf_token": self.token, "text": text}, files or [])
        extra = (
            f"Content-Type: {MULTIPART}; boundary={BOUNDARY}\r\n"
            f"Content-Length: {len(body)}\r\n"
        )
        return self.head("POST", "/ru/plain/report", extra) + body

    def head(self, method: str, path: str, extra: str) -> bytes:
        """Build the head of a request as a browser would."""
        lines = (
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.server.port}\r\n"
            f"User-Agent: {USER_AGENT}\r\nConnection: close\r\n"
        )
        if self.cookie:
            lines += f"Cookie: {self.cookie}\r\n"
        return (lines + extra + "\r\n").encode()

    def exchange(self, request: bytes) -> tuple[str, bytes]:
        """Send raw bytes on a new connection; return head and body."""
        with self.connect() as connection:
            connection.sendall(request)
            return read_answer(connection)

    def connect(self) -> socket.socket:
        """Open a connection."""
        return socket.create_connection(("127.0.0.1", self.server.port), timeout=60)


def read_answer(connection: socket.socket) -> tuple[str, bytes]:
    """Read until the server closes; return head and body."""
    received = bytearray()
    while piece := connection.recv(READ_BYTES):
        received += piece
    head, _, body = bytes(received).partition(b"\r\n\r\n")
    return head.decode(), body
