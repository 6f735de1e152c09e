"""Bodies that do not come: ended, and never so many that nobody else gets in.

A thread waits for every body. Slow lines are what Tor has, so slowness is
allowed; silence is not, for it costs its sender nothing.

Rules:
* A body that brings less than 4 KiB in a minute is ended: its reader sees an end,
  keeps what came if it can (tus), and answers.
* What the sender has sent and we have not read is our slowness, not theirs.
* Some threads always stay free of bodies, for pages and for questions.
* When all places are taken, a newcomer gets that of the slowest: a hundred who send
  just enough lock nobody out. Only the young ones, who have shown nothing yet, stay.

The kernel counts the bytes of each connection (`TCP_INFO`), so that nothing has to
be read in small pieces. Other sockets have the timeout of the listener alone.
"""

import fcntl
import math
import socket
import struct
import termios
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from intake.domain.errors import BusyError

MOST_BODIES: Final = 100
"""Of the 128 threads of a worker."""

FLOOR_BYTES: Final = 4096
WINDOW_SECONDS: Final = 60.0
YOUNG_SECONDS: Final = 5.0
"""So long nobody's place is given to another: over Tor a body begins late."""

LOOK_SECONDS: Final = 1.0

_INFO_BYTES: Final = 136
_RECEIVED_AT: Final = 128  # tcpi_bytes_received, linux/tcp.h
_INT_BYTES: Final = 4


@dataclass(slots=True)
class _Body:
    connection: socket.socket | None
    began_bytes: int
    began: float
    received_bytes: int
    since: float

    def bytes_a_second(self, now: float) -> float:
        """How fast it has come so far; what waits for us is as fast as can be."""
        received_bytes = _received(self.connection)
        if self.connection is None or received_bytes is None:
            return math.inf
        if _waits_for_us(self.connection):
            return math.inf
        return (received_bytes - self.began_bytes) / (now - self.began)


@dataclass(slots=True)
class BodyWatch:
    """Knows every request whose body may still be on its way."""

    now: Callable[[], float] = time.monotonic
    most_bodies: int = MOST_BODIES
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _bodies: dict[int, _Body] = field(default_factory=dict, repr=False)
    _thread: threading.Thread | None = field(default=None, repr=False)

    def enter(self, environ: Mapping[str, object]) -> None:
        """Begin to watch a request.

        Args:
            environ: Of the request; the same object goes to `leave`.

        Raises:
            BusyError: As many bodies are on their way as there may be, and none of
                them is slow.
        """
        found = environ.get("gunicorn.socket")
        connection = found if isinstance(found, socket.socket) else None
        received_bytes, now = _received(connection) or 0, self.now()
        body = _Body(connection, received_bytes, now, received_bytes, now)
        with self._lock:
            if len(self._bodies) >= self.most_bodies:
                self._give_up_slowest(now)
            self._bodies[id(environ)] = body
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(
                    target=self._watch, name="body-watch", daemon=True
                )
                self._thread.start()

    def leave(self, environ: Mapping[str, object]) -> None:
        """Stop watching; nothing happens if it was not watched."""
        with self._lock:
            self._bodies.pop(id(environ), None)

    def look(self) -> None:
        """End every body that has not brought enough."""
        now = self.now()
        with self._lock:
            for body in self._bodies.values():
                if now - body.since >= WINDOW_SECONDS:
                    _judge(body, now)

    def _give_up_slowest(self, now: float) -> None:
        speeds = {
            key: body.bytes_a_second(now)
            for key, body in self._bodies.items()
            if now - body.began >= YOUNG_SECONDS
        }
        slowest = min(speeds, key=speeds.__getitem__, default=None)
        if slowest is None or speeds[slowest] == math.inf:
            raise BusyError("too many bodies at once")
        _end(self._bodies.pop(slowest))

    def _watch(self) -> None:
        while True:
            time.sleep(LOOK_SECONDS)
            self.look()


def _judge(body: _Body, now: float) -> None:
    received_bytes = _received(body.connection)
    if body.connection is None or received_bytes is None:
        return
    enough = received_bytes - body.received_bytes >= FLOOR_BYTES
    if enough or _waits_for_us(body.connection):
        body.received_bytes, body.since = received_bytes, now
    else:
        _end(body)


def _end(body: _Body) -> None:
    """Let its reader see an end; the answer must still get out."""
    if body.connection is not None:
        with suppress(OSError):
            body.connection.shutdown(socket.SHUT_RD)


def _received(connection: socket.socket | None) -> int | None:
    if connection is None:
        return None
    try:
        info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _INFO_BYTES)
    except OSError:
        return None
    if len(info) < _INFO_BYTES:
        return None
    (received_bytes,) = struct.unpack_from("=Q", info, _RECEIVED_AT)
    return int(received_bytes)


def _waits_for_us(connection: socket.socket) -> bool:
    try:
        answer = fcntl.ioctl(connection.fileno(), termios.FIONREAD, bytes(_INT_BYTES))
    except OSError:
        return False
    return int.from_bytes(answer, "little") > 0
