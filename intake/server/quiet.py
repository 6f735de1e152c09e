"""gunicorn as the intake wants it, around any WSGI app.

Spec: docs/protocol.md §8. Why gunicorn: docs/adr/0001.

Rules:
* A request's body is handed over while it arrives; nothing is spooled.
* 128 threads a worker: slow senders occupy threads, not the server.
* A thread is for whoever has said what they want, and for the answer. Heads are waited
  for, and connections seen off, by the one loop, which itself waits for nobody.
* Each worker stays on one processor (docs/adr/0016): its threads share one
  interpreter, and on two processors they mostly pass it to and fro.
* No access log, no file, no variable that could switch one on.
"""

import os
import selectors
import socket
import struct
import sys
import time
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from functools import partial
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

HEAD_BYTES: Final = 8192
"""Ours and every browser's are shorter; a longer one is refused."""

HEAD_END: Final = b"\r\n\r\n"
LEAVING_SECONDS: Final = 2
"""For whoever has been answered to take the answer and go (RFC 9112 §9.6). Closed
at once, what they still send would reset the connection, and the answer with it."""

MOST_WAITING: Final = 500
"""Connections whose head, or whose end, is waited for; the oldest give way."""

IDLE_SECONDS: Final = 60
"""Whoever takes or sends nothing for so long has gone: the thread, and the lock of
an upload, are given back. `intake.web.body_watch` is stricter."""

GRACE_SECONDS: Final = 2
"""A slow upload is resumed elsewhere; a stop need not wait for it."""


class _State(Enum):
    ON_ITS_WAY = "on its way"
    HERE = "here"
    """A thread finds all that it reads first, or the end of the connection."""

    TOO_LONG = "too long"


@dataclass(slots=True)
class _Head:
    """A head on its way."""

    deadline: float
    seen_bytes: int = 0

    def look_at(self, client: socket.socket) -> _State:
        """Look at what has come, and leave it there for a thread."""
        try:
            seen = client.recv(HEAD_BYTES, socket.MSG_PEEK)
        except BlockingIOError:
            return _State.ON_ITS_WAY
        except OSError:
            return _State.HERE  # a thread will find the same, and end it
        # Told of something where there is no more than before: of the end.
        has_ended = len(seen) == self.seen_bytes
        if has_ended or HEAD_END in seen:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1)
            return _State.HERE
        if len(seen) == HEAD_BYTES:
            return _State.TOO_LONG
        self.seen_bytes = len(seen)
        # Not to be told again of what has been looked at.
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, len(seen) + 1)
        return _State.ON_ITS_WAY


_Waiting = dict[TConn, _Head] | dict[TConn, float]


class QuietWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn is untyped
    """Waits for heads and ends without a thread; answers in our own words.

    gunicorn gives a new connection a thread at once, and closes an old one in its only
    loop, waiting up to two seconds: a hundred half heads, or one client a second that
    does not close, would stop the intake for everybody.
    """

    processor: int
    """Where this worker runs; the master chooses it."""

    def init_process(self) -> None:
        """Begin with no connection, on the one processor."""
        os.sched_setaffinity(0, {self.processor})
        self._heads: dict[TConn, _Head] = {}
        self._leaving: dict[TConn, float] = {}
        self._handled: dict[TConn, float] = {}
        super().init_process()

    # --- Until a head is there --------------------------------------------------------

    def accept(self, listener: socket.socket) -> None:
        """Take a new connection, and wait for the head of its first request."""
        with suppress(BlockingIOError, ConnectionAbortedError):
            client, address = listener.accept()
            self.nr_conns += 1
            conn = TConn(self.cfg, client, address, listener.getsockname())
            self._await_head(conn)

    def on_client_socket_readable(self, conn: TConn, client: socket.socket) -> None:
        """Wait for the head of a further request."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._await_head(conn)

    def _await_head(self, conn: TConn) -> None:
        head = _Head(time.monotonic() + HEAD_SECONDS)
        state = head.look_at(conn.sock)
        if state is not _State.ON_ITS_WAY:
            self._take(conn, state)
            return
        self._make_room(self._heads)
        self._heads[conn] = head
        look = partial(self._look_for_head, conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, look)

    def _look_for_head(self, conn: TConn, client: socket.socket) -> None:
        state = self._heads[conn].look_at(client)
        if state is not _State.ON_ITS_WAY:
            self._forget(self._heads, conn)
            self._take(conn, state)

    def _take(self, conn: TConn, state: _State) -> None:
        if state is _State.TOO_LONG:
            self.handle_error(None, conn.sock, conn.client, ValueError())
            self._see_off(conn)
            return
        conn.data_ready = True
        self.enqueue_req(conn)

    def handle(self, conn: TConn) -> object:
        """Serve the next request of a connection."""
        self._handled[conn] = time.monotonic() + HEAD_SECONDS
        try:
            return super().handle(conn)
        finally:
            self._handled.pop(conn, None)

    def handle_request(self, req: object, conn: TConn) -> object:
        """Answer a request whose head is complete."""
        self._handled.pop(conn, None)
        return super().handle_request(req, conn)

    # --- After an answer --------------------------------------------------------------

    def finish_request(self, conn: TConn, done: Future[object]) -> None:
        """Keep a connection for its next request, or see it off."""
        is_kept = done.exception() is None and done.result()
        if is_kept and not _has_half_head(conn):
            super().finish_request(conn, done)
        else:
            self._see_off(conn)

    def _see_off(self, conn: TConn) -> None:
        try:
            conn.sock.shutdown(socket.SHUT_WR)
            conn.sock.settimeout(0)
        except OSError:
            self._close(conn)
            return
        self._make_room(self._leaving)
        self._leaving[conn] = time.monotonic() + LEAVING_SECONDS
        drain = partial(self._drain, conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, drain)

    def _drain(self, conn: TConn, client: socket.socket) -> None:
        """Drop what somebody is still sending, until they have the answer and close."""
        with suppress(OSError):
            if client.recv(HEAD_BYTES):
                return
        self._forget(self._leaving, conn)
        self._close(conn)

    # --- Time is up -------------------------------------------------------------------

    def murder_pending(self) -> None:
        """End, once a second, what has been waited for too long."""
        super().murder_pending()
        now = time.monotonic()
        for conn, head in tuple(self._heads.items()):
            if now > head.deadline:
                self._forget(self._heads, conn)
                self._see_off(conn)
        for conn, deadline in tuple(self._leaving.items()):
            if now > deadline:
                self._forget(self._leaving, conn)
                self._close(conn)
        for conn, deadline in tuple(self._handled.items()):
            if now > deadline:
                # Its thread reads an end, and goes on to another.
                with suppress(OSError):
                    conn.sock.shutdown(socket.SHUT_RDWR)

    def _make_room(self, waiting: _Waiting) -> None:
        if len(waiting) >= MOST_WAITING:
            oldest = next(iter(waiting))
            self._forget(waiting, oldest)
            self._close(oldest)

    def _forget(self, waiting: _Waiting, conn: TConn) -> None:
        del waiting[conn]
        self.poller.unregister(conn.sock)

    def _close(self, conn: TConn) -> None:
        self.nr_conns -= 1
        conn.close()

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


def _has_half_head(conn: TConn) -> bool:
    """Tell whether half of the next head was read along with the last request.

    Returns:
        True for a sender who does not wait for answers; no browser is one.
    """
    read_along: bytes = conn.parser.unreader.buf.getvalue()
    return read_along != b"" and HEAD_END not in read_along


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
