"""A hostile server: passes a real intake on, and alters what a test tells it to."""

import http.client
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

LOOPBACK = "127.0.0.1"


@dataclass
class Passed:
    """An answer on its way."""

    path: str
    asked: dict[str, str]
    """The visitor's headers."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    tail: Callable[[socket.socket], None] | None = None
    """Called instead of sending the body, after the headers."""

    def set(self, name: str, value: str | None) -> None:
        """Change or remove a header."""
        kept = [pair for pair in self.headers if pair[0].lower() != name.lower()]
        self.headers = kept + ([] if value is None else [(name, value)])


Alter = Callable[[Passed], None]


@dataclass
class Server:
    """A running server."""

    url: str
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    """Path and headers of every request, in order."""


@cache
def _real_answer(
    host: str, path: str
) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
    """Ask the real intake, once: everyone gets the same from it."""
    upstream = http.client.HTTPConnection(host)
    upstream.request("GET", path)
    answer = upstream.getresponse()
    body = answer.read()
    upstream.close()
    own = {"Date", "Server", "Connection", "Content-Length"}
    headers = tuple(pair for pair in answer.getheaders() if pair[0] not in own)
    return answer.status, headers, body


@contextmanager
def altering(
    intake: str, alter: Alter, *, certificate: Path | None = None
) -> Iterator[Server]:
    """Serve an intake's answers, altered, uncompressed; over TLS if asked."""
    host = intake.removeprefix("http://")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else each answer waits 40 ms for an ACK

        def do_GET(self) -> None:
            server.asked.append((self.path, dict(self.headers.items())))
            status, headers, body = _real_answer(host, self.path)
            passed = Passed(
                path=self.path,
                asked=dict(self.headers.items()),
                status=status,
                headers=list(headers),
                body=body,
            )
            alter(passed)
            self.send_response(passed.status)
            for name, value in passed.headers:
                self.send_header(name, value)
            if not any(name == "Content-Length" for name, _ in passed.headers):
                self.send_header("Content-Length", str(len(passed.body)))
            self.end_headers()
            if passed.tail is None:
                self.wfile.write(passed.body)
            else:
                self.wfile.flush()
                with suppress(OSError):
                    passed.tail(self.connection)
                self.close_connection = True

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    http_server = _QuietServer((LOOPBACK, 0), Handler)
    scheme = "http"
    if certificate is not None:
        scheme = "https"
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        http_server.socket = context.wrap_socket(http_server.socket, server_side=True)
    server = Server(f"{scheme}://{LOOPBACK}:{http_server.server_address[1]}")
    thread = threading.Thread(target=http_server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        http_server.shutdown()
        http_server.server_close()
        thread.join()


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_request: object) -> None:
        """Say nothing: an auditor that refuses a handshake is right."""


@dataclass
class Proxy:
    """A running SOCKS5 proxy, and the names that it was asked to reach."""

    address: str
    names: list[str] = field(default_factory=list)


@contextmanager
def socks_proxy(target: str) -> Iterator[Proxy]:
    """Run a SOCKS5 proxy (RFC 1928) that reaches one server, whatever the name."""
    host, port = target.removeprefix("http://").split(":")

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            version, count = self._take(2)
            self._take(count)
            self.request.sendall(b"\x05\x00")  # no authentication
            _, _, _, kind = self._take(4)
            # 3 is a name: with socks5h nobody else has looked it up.
            name = self._take(self._take(1)[0]).decode() if kind == 3 else ""
            self._take(2)
            assert version == 5
            proxy.names.append(name)
            with socket.create_connection((host, int(port))) as onward:
                self.request.sendall(b"\x05\x00\x00\x01" + bytes(6))
                back = threading.Thread(target=_pump, args=(onward, self.request))
                back.start()
                _pump(self.request, onward)
                back.join()

        def _take(self, count: int) -> bytes:
            taken = b""
            while len(taken) < count:
                taken += self.request.recv(count - len(taken))
            return taken

    server = socketserver.ThreadingTCPServer((LOOPBACK, 0), Handler)
    server.daemon_threads = True
    proxy = Proxy(f"socks5h://{LOOPBACK}:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _pump(source: socket.socket, destination: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65_536):
            destination.sendall(piece)
        destination.shutdown(socket.SHUT_WR)
