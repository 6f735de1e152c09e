"""Text reports without JavaScript: how many a second, how long each, at what cost."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from bench.intake_house import Running

SLOW_UPLOADS: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a load of text reports showed."""

    rate: float
    """Answers a second."""

    middle_seconds: float
    late_seconds: float
    """99 of 100 answers came sooner."""

    answers: int
    errors: int
    """Answers other than the expected one, and connections that broke."""

    processor_milliseconds: float
    """Of the worker, a report."""


def load(
    server: Running, connections: int, seconds: float, *, bare: bool = False
) -> Load:
    """Load a server from another process.

    Args:
        server: Serves.
        connections: At once; each sends one report after the other.
        seconds: For so long.
        bare: Whether it is the server that only reads.

    Returns:
        The figures.

    Raises:
        RuntimeError: Nothing was answered.
    """
    command = [sys.executable, "-m", "bench.http_load", str(server.port)]
    command += [str(connections), str(seconds), *(["--bare"] if bare else [])]
    before = server.processor_seconds()
    done = subprocess.run(command, check=True, capture_output=True)
    processor = server.processor_seconds() - before
    result = json.loads(done.stdout)
    took = sorted(result["took"])
    if not took:
        raise RuntimeError("nothing was answered")
    return Load(
        rate=len(took) / result["elapsed"],
        middle_seconds=took[len(took) // 2],
        late_seconds=took[int(len(took) * 0.99)],
        answers=len(took) - result["errors"],
        errors=result["errors"],
        processor_milliseconds=processor / len(took) * 1000,
    )


def show(name: str, found: Load, limit: Load | None = None) -> None:
    """Print one line of figures; beside the server that only reads, if given."""
    beside = (
        ""
        if limit is None
        else f"; only read {limit.rate:.0f}/s, ratio {found.rate / limit.rate:.2f}"
    )
    print(
        f"text reports, {name}: {found.rate:.0f}/s, "
        f"p50 {found.middle_seconds * 1000:.1f} ms, "
        f"p99 {found.late_seconds * 1000:.1f} ms, "
        f"processor {found.processor_milliseconds:.2f} ms a report, "
        f"errors {found.errors}{beside}"
    )


@contextmanager
def slow_uploads(server: Running, count: int = SLOW_UPLOADS) -> Iterator[None]:
    """Let many uploads stand half sent until the block ends."""
    connections = []
    try:
        for _ in range(count):
            connection = socket.create_connection(("127.0.0.1", server.port))
            connections.append(connection)
            connection.sendall(
                b"POST /ru/plain/report HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                b"Content-Type: multipart/form-data; boundary=b\r\n"
                b"Content-Length: 1000000\r\n\r\n--b\r\n"
            )
        yield
    finally:
        for connection in connections:
            connection.close()
