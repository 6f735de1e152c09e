"""gunicorn as the intake wants it, around any WSGI app.

Spec: docs/protocol.md §8. Why gunicorn: docs/adr/0001.

Rules:
* A request's body is handed over while it arrives; nothing is spooled.
* 128 threads a worker: slow senders occupy threads, not the server.
* Each worker stays on one processor (docs/adr/0016): its threads share one
  interpreter, and on two processors they mostly pass it to and fro.
* No access log, no file, no variable that could switch one on.
"""

import os
import socket
import struct
import sys
import time
from contextlib import suppress
from http import HTTPStatus
from typing import Final

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.workers.gthread import TConn, ThreadWorker

from intake.server.scrubbed_log import ScrubbedLogger
from intake.web.headers import HEADERS

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


class QuietWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn is untyped
    """Hurries slow heads; answers what is no HTTP in our own words.

    A body may take hours on a slow line. A head fits into one packet: whoever
    sends half of one and waits wants our threads, not an answer.
    """

    processor: int
    """Where this worker runs; the master chooses it."""

    def init_process(self) -> None:
        """Begin with no connection, on the one processor."""
        os.sched_setaffinity(0, {self.processor})
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
            "pre_fork": choose_processor,
            "when_ready": self._announce,
        }.items():
            self.cfg.set(name, value)

    def _announce(self, _arbiter: object) -> None:
        sys.stdout.write(f"intake http://{self.bound}\n")
        sys.stdout.flush()


def choose_processor(arbiter: Arbiter, worker: QuietWorker) -> None:
    """Give a new worker the processor with the fewest of its siblings."""
    taken = [sibling.processor for sibling in arbiter.WORKERS.values()]
    allowed = sorted(os.sched_getaffinity(0))
    worker.processor = min(allowed, key=taken.count)
