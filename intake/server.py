"""Serves the intake: gunicorn with threads, bodies as they arrive, nothing logged.

Spec: docs/protocol.md §3, §8. Why gunicorn: docs/adr/.

Rules:
* A request's body is handed over while it arrives; nothing is spooled.
* 128 threads a worker: slow senders occupy threads, not the server.
* Secrets that workers share are drawn before they fork.
* No access log. What goes wrong leaves its kind and its place, without what
  anybody sent, and without addresses.
* No core dumps, and no debugger may attach.
"""

import socket
import struct
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import Final

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.config import Config as GunicornConfig
from gunicorn.glogging import Logger
from gunicorn.workers.gthread import TConn, ThreadWorker

from crypto.entropy import system_entropy
from crypto.process import harden_process
from intake.app import ENGINE, MIGRATED, RECOVERY, create_app
from intake.clock import SystemClock
from intake.config import PREFIX, Config
from intake.web.errors import report_bug
from intake.web.headers import HEADERS
from intake.web.services import EXTENSION

THREADS: Final = 128
BACKLOG: Final = 2048
KEEP_ALIVE_SECONDS: Final = 15
HEAD_SECONDS: Final = 10
"""For the head of a request, all of it."""

IDLE_SECONDS: Final = 60
"""Whoever takes or sends nothing for so long has gone: the thread, and the lock of
an upload, are given back. `intake.web.body_watch` is stricter."""

GRACE_SECONDS: Final = 2
"""A slow upload is resumed elsewhere; a stop need not wait for it."""

MEMORY_SETTINGS: Final = {
    "MALLOC_MMAP_THRESHOLD_": "4194304",
    "MALLOC_TRIM_THRESHOLD_": "16777216",
}
"""Tell the allocator to keep its pages: else every 256 KiB read costs page
faults, and files are taken at little more than half the speed. It reads them
only when a process starts."""


class NotMigratedError(Exception):
    """The database is not in the shape that this version needs."""


class ScrubbedLogger(Logger):  # type: ignore[misc]  # gunicorn is untyped
    """Writes warnings without anything that came from outside.

    Some of gunicorn's messages quote addresses, request lines and headers, so
    no message is written at all: only its level, and of an exception its kind
    and place.
    """

    def setup(self, cfg: GunicornConfig) -> None:
        """Open nothing: there are no log files."""
        self.cfg = cfg

    def info(self, *_message: object, **_options: object) -> None:
        """Write nothing."""

    def debug(self, *_message: object, **_options: object) -> None:
        """Write nothing."""

    def access(self, *_request: object) -> None:
        """Write nothing."""

    def log(self, *_message: object, **_options: object) -> None:
        """Write nothing."""

    def warning(self, *_message: object, **_options: object) -> None:
        """Write that something was odd."""
        _write("server warning")

    def error(self, *_message: object, **_options: object) -> None:
        """Write that something failed."""
        _write("server error")

    def critical(self, *_message: object, **_options: object) -> None:
        """Write that the server cannot go on."""
        _write("server failure")

    def exception(self, *_message: object, **_options: object) -> None:
        """Write the kind and the place of the exception."""
        error = sys.exc_info()[1]
        if error is not None:
            report_bug(error)

    def reopen_files(self) -> None:
        """Reopen nothing."""

    def close_on_exec(self) -> None:
        """Close nothing."""


class QuietWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn is untyped
    """Hurries slow heads; answers what is no HTTP in our own words.

    A body may take hours on a slow line. A head fits into one packet: whoever
    sends half of one and waits wants our threads, not an answer.
    """

    def init_process(self) -> None:
        """Begin with no connection."""
        self._deadlines: dict[TConn, float] = {}
        super().init_process()

    def handle(self, conn: TConn) -> object:
        """Serve the next request of a connection."""
        self._deadlines[conn] = time.monotonic() + HEAD_SECONDS
        try:
            return super().handle(conn)
        finally:
            self._deadlines.pop(conn, None)

    def handle_request(self, req: object, conn: TConn) -> object:
        """Answer a request whose head is complete."""
        self._deadlines.pop(conn, None)
        return super().handle_request(req, conn)

    def murder_pending(self) -> None:
        """End, once a second, connections whose head takes too long."""
        super().murder_pending()
        now = time.monotonic()
        for conn, deadline in tuple(self._deadlines.items()):
            if now > deadline:
                # Its thread reads an end, and goes on to another.
                with suppress(OSError):
                    conn.sock.shutdown(socket.SHUT_RDWR)

    def handle_error(
        self, _request: object, client: socket.socket, _address: object, _error: object
    ) -> None:
        """Answer a request that gunicorn could not read."""
        lines = [
            f"HTTP/1.1 {HTTPStatus.BAD_REQUEST.value} {HTTPStatus.BAD_REQUEST.phrase}",
            "Connection: close",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Length: 0",
            *(f"{name}: {value}" for name, value in HEADERS.items()),
        ]
        try:
            client.sendall(("\r\n".join(lines) + "\r\n\r\n").encode("ascii"))
        except OSError:
            # The client has gone; there is nobody to tell.
            return


class QuietServer(BaseApplication):  # type: ignore[misc]  # gunicorn is untyped
    """gunicorn as the intake wants it, around any WSGI app."""

    def __init__(self, bind: str, *, workers: int) -> None:
        """Listen.

        Args:
            bind: `HOST:PORT`; port 0 takes a free one.
            workers: Processes.
        """
        host, _, port = bind.rpartition(":")
        listener = socket.create_server((host, int(port)), backlog=BACKLOG)
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            # Connections inherit it from the socket that accepts them.
            listener.setsockopt(
                socket.SOL_SOCKET, option, struct.pack("ll", IDLE_SECONDS, 0)
            )
        self.bound = "{}:{}".format(*listener.getsockname()[:2])
        # gunicorn takes the descriptor over, and closes it.
        self._listener = listener.detach()
        self._workers = workers
        super().__init__()

    def load_config(self) -> None:
        """Tell gunicorn how to run; no file and no variable has a say."""
        for name, value in {
            "bind": [f"fd://{self._listener}"],
            "workers": self._workers,
            "worker_class": QuietWorker,
            "threads": THREADS,
            "preload_app": True,
            "keepalive": KEEP_ALIVE_SECONDS,
            "graceful_timeout": GRACE_SECONDS,
            "worker_tmp_dir": "/dev/shm",  # noqa: S108  # memory, not the disk
            "logger_class": ScrubbedLogger,
            "accesslog": None,
            # Behind Tor every stranger comes from 127.0.0.1: nobody is believed.
            "forwarded_allow_ips": "",
            "forwarder_headers": "",
            "secure_scheme_headers": {},
            "control_socket_disable": True,
            "proc_name": "debunker-intake",
            "umask": 0o077,
            "when_ready": self._announce,
        }.items():
            self.cfg.set(name, value)

    def _announce(self, _arbiter: object) -> None:
        sys.stdout.write(f"intake http://{self.bound}\n")
        sys.stdout.flush()


class IntakeServer(QuietServer):
    """The intake under gunicorn."""

    def __init__(
        self, environment: Mapping[str, str], bind: str, *, workers: int
    ) -> None:
        """Listen and read the settings.

        Args:
            environment: Settings; on loopback the sync origin defaults to the
                address that is bound.
            bind: `HOST:PORT`; port 0 takes a free one.
            workers: Processes.
        """
        super().__init__(bind, workers=workers)
        own_origin = {f"{PREFIX}SYNC_ORIGIN": f"http://{self.bound}"}
        defaults = own_origin if self.bound.startswith("127.") else {}
        self._intake = Config.from_env({**defaults, **environment})

    def load(self) -> Flask:
        """Make the app, once, before the workers fork.

        Returns:
            The app, with nothing open that must not be shared.

        Raises:
            NotMigratedError: The database has another shape.
        """
        app = create_app(self._intake, clock=SystemClock(), entropy=system_entropy)
        if not app.extensions[MIGRATED]():
            raise NotMigratedError("run `debunker intake migrate` first")
        app.extensions[RECOVERY]()
        app.extensions[EXTENSION].pages.preload()
        # A connection must not be shared across the fork.
        app.extensions[ENGINE].dispose()
        return app


def serve(environment: Mapping[str, str], *, bind: str, workers: int) -> None:
    """Serve until a signal says to stop.

    Args:
        environment: Settings.
        bind: `HOST:PORT`; port 0 takes a free one.
        workers: Processes.
    """
    harden_process()
    sys.excepthook = lambda _kind, error, _trace: report_bug(error)
    threading.excepthook = _report_thread
    IntakeServer(environment, bind, workers=workers).run()


def _report_thread(problem: threading.ExceptHookArgs) -> None:
    if problem.exc_value is not None:
        report_bug(problem.exc_value)


def _write(line: str) -> None:
    sys.stderr.write(f"intake: {line}\n")
