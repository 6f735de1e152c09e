"""Serves the console: one process, some threads, nothing logged.

Rules:
* Exactly one worker: open sessions live in its memory and nowhere else.
* No access log. What goes wrong leaves its kind and its place, never a value.
* No core dumps, and no debugger may attach: keys are in this memory.
"""

import fcntl
import os
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http import HTTPStatus
from pathlib import Path
from typing import Final

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.config import Config as GunicornConfig
from gunicorn.glogging import Logger
from gunicorn.workers.gthread import TConn, ThreadWorker

from crypto.entropy import system_entropy
from crypto.process import harden_process
from review_console.app import create_app
from review_console.clock import SystemClock
from review_console.config import PREFIX, Config
from review_console.storage.database import make_engine
from review_console.storage.schema import is_current
from review_console.web.errors import report_bug
from review_console.web.headers import HEADERS

THREADS: Final = 32
"""A team's tool: a sync, a few downloads, and people who read."""

TIMEOUT_SECONDS: Final = 120
SILENCE_SECONDS: Final = 15
"""A connection without a byte for so long ends: it would hold a thread."""

HEAD_SECONDS: Final = 10
"""For the whole head of a request: bytes that drip are no silence."""


LOCK_NAME: Final = "serving.lock"
MAX_PORT: Final = 65_535


class CannotServeError(Exception):
    """The server cannot start; the sentence says why, and the mend."""


class NotMigratedError(CannotServeError):
    """The database is not in the shape that this version needs."""


class QuietLogger(Logger):  # type: ignore[misc]  # gunicorn is untyped
    """Writes that something failed, without anything that came from outside."""

    def setup(self, cfg: GunicornConfig) -> None:
        """Open nothing: there are no log files."""
        self.cfg = cfg

    def debug(self, _msg: object, *_args: object, **_kwargs: object) -> None:
        """Write nothing."""

    def info(self, _msg: object, *_args: object, **_kwargs: object) -> None:
        """Write nothing."""

    def access(self, *_args: object) -> None:
        """Write nothing."""

    def log(
        self, _level: object, _msg: object, *_args: object, **_kwargs: object
    ) -> None:
        """Write nothing."""

    def warning(self, _msg: object, *_args: object, **_kwargs: object) -> None:
        """Write that something was odd."""
        sys.stderr.write("console: server warning\n")

    def error(self, _msg: object, *_args: object, **_kwargs: object) -> None:
        """Write that something failed."""
        sys.stderr.write("console: server error\n")

    def critical(self, _msg: object, *_args: object, **_kwargs: object) -> None:
        """Write that the server cannot go on."""
        sys.stderr.write("console: server failure\n")

    def exception(self, _msg: object, *_args: object, **_kwargs: object) -> None:
        """Write the kind and the place of the exception."""
        error = sys.exc_info()[1]
        if error is not None:
            report_bug(error)

    def reopen_files(self) -> None:
        """Reopen nothing."""

    def close_on_exec(self) -> None:
        """Close nothing."""


class QuietWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn is untyped
    """Ends heads that drip; answers what is no HTTP in few words.

    A head fits into one packet. Whoever sends it byte by byte wants a thread of
    ours, not a page.
    """

    def init_process(self) -> None:
        """Begin without connections."""
        self._head_ends: dict[TConn, float] = {}
        super().init_process()

    def handle(self, conn: TConn) -> object:
        """Read and answer the next request of a connection."""
        self._head_ends[conn] = time.monotonic() + HEAD_SECONDS
        try:
            return super().handle(conn)
        finally:
            self._head_ends.pop(conn, None)

    def handle_request(self, req: object, conn: TConn) -> object:
        """Answer a request, now that its head is whole."""
        self._head_ends.pop(conn, None)
        return super().handle_request(req, conn)

    def murder_pending(self) -> None:
        """End overdue heads; gunicorn calls this about once a second."""
        super().murder_pending()
        now = time.monotonic()
        overdue = [conn for conn, end in tuple(self._head_ends.items()) if end < now]
        for conn in overdue:
            with suppress(OSError):  # it may have ended by itself just now
                conn.sock.shutdown(socket.SHUT_RDWR)

    def handle_error(
        self,
        _request: object,
        client: socket.socket,
        _address: object,
        _error: object,
    ) -> None:
        """Answer a request that gunicorn could not read."""
        lines = [
            f"HTTP/1.1 {HTTPStatus.BAD_REQUEST.value} {HTTPStatus.BAD_REQUEST.phrase}",
            "Connection: close",
            "Content-Length: 0",
            *(f"{name}: {value}" for name, value in HEADERS.items()),
        ]
        try:
            client.sendall(("\r\n".join(lines) + "\r\n\r\n").encode("ascii"))
        except OSError:
            return  # the client has gone; there is nobody to tell


class ConsoleServer(BaseApplication):  # type: ignore[misc]  # gunicorn is untyped
    """The console under gunicorn."""

    def __init__(self, config: Config, listener: int, bound: str) -> None:
        """Take the settings.

        Args:
            config: Of the console.
            listener: Descriptor of an open socket; taken over.
            bound: Its address, `HOST:PORT`.
        """
        self._console = config
        self._listener = listener
        self._bound = bound
        super().__init__()

    def load_config(self) -> None:
        """Tell gunicorn how to run; no file and no variable has a say."""
        for name, value in {
            "bind": [f"fd://{self._listener}"],
            "workers": 1,
            "worker_class": QuietWorker,
            "threads": THREADS,
            "timeout": TIMEOUT_SECONDS,
            "preload_app": True,
            "worker_tmp_dir": "/dev/shm",  # noqa: S108  # memory, not the disk
            "logger_class": QuietLogger,
            "accesslog": None,
            # No header may say who is in front of us: behind Tor or a proxy
            # everybody comes from loopback.
            "forwarded_allow_ips": "",
            "forwarder_headers": "",
            "secure_scheme_headers": {},
            "control_socket_disable": True,
            "proc_name": "debunker-console",
            "umask": 0o077,
            "when_ready": self._announce,
        }.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Make the app, once the database has this program's shape.

        Returns:
            The app.

        Raises:
            NotMigratedError: The database has another shape.
        """
        engine = make_engine(self._console.database)
        current = is_current(engine)
        engine.dispose()
        if not current:
            raise NotMigratedError("run `debunker console migrate` first")
        return create_app(self._console, clock=SystemClock(), entropy=system_entropy)

    def _announce(self, _arbiter: object) -> None:
        sys.stdout.write(f"console http://{self._bound}\n")
        sys.stdout.flush()


def serve(environment: Mapping[str, str], *, bind: str) -> None:
    """Serve until a signal says to stop.

    Args:
        environment: Settings; on loopback the origin defaults to the address
            that is bound.
        bind: `HOST:PORT`; port 0 takes a free one.
    """
    harden_process()
    sys.excepthook = lambda _kind, error, _trace: report_bug(error)
    threading.excepthook = _report_thread
    listener = _listen(bind)
    for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
        # Connections inherit it from the socket that accepts them.
        silence = struct.pack("ll", SILENCE_SECONDS, 0)
        listener.setsockopt(socket.SOL_SOCKET, option, silence)
    bound = "{}:{}".format(*listener.getsockname()[:2])
    own_origin = {f"{PREFIX}ORIGIN": f"http://{bound}"}
    defaults = own_origin if bound.startswith("127.") else {}
    config = Config.from_env({**defaults, **environment})
    # gunicorn takes the descriptor over, and closes it.
    with _alone(config.data):
        ConsoleServer(config, listener.detach(), bound).run()


def _listen(bind: str) -> socket.socket:
    """Open the socket, or say in a sentence why it cannot be opened.

    Args:
        bind: `HOST:PORT`, as typed.

    Returns:
        The socket, bound.

    Raises:
        CannotServeError: It is no address, or not to be had.
    """
    host, _, port = bind.rpartition(":")
    if not host or not port.isdecimal() or int(port) > MAX_PORT:
        raise CannotServeError(
            f"--bind wants HOST:PORT, such as 127.0.0.1:8490: {bind}"
        )
    try:
        return socket.create_server((host, int(port)))
    except OSError as error:
        reason = error.strerror or "no such host"
        raise CannotServeError(
            f"{bind} cannot be listened on ({reason}): choose another port, or end "
            "the program that has it",
        ) from None


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """Hold the data directory while this process serves.

    Two that serve from one would not see each other's sessions and syncs.

    Args:
        data: The console's data directory.

    Yields:
        Nothing.

    Raises:
        CannotServeError: Another process has it, or it cannot be made.
    """
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(data / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise CannotServeError(f"{PREFIX}DATA: {error.strerror}") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise CannotServeError(
            f"another console serves from {PREFIX}DATA already: end it first",
        ) from None
    try:
        yield
    finally:
        os.close(lock)


def _report_thread(problem: threading.ExceptHookArgs) -> None:
    if problem.exc_value is not None:
        report_bug(problem.exc_value)
