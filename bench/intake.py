"""`make bench-intake`: the way without JavaScript, on the real server, one worker.

Text reports a second at 1, 8 and 32 connections; a file of 100 MB beside what
the same server reads without sealing; memory growth for a file of 1 GB.
"""

import argparse
import asyncio
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from bench.http_load import open_form
from bench.intake_house import Running, running, settings

CONNECTIONS: Final = (1, 8, 32)
SLOW_UPLOADS: Final = 64
FILE_BYTES: Final = 100 * 10**6
LARGE_BYTES: Final = 10**9
ROUNDS: Final = 5
BLOCK: Final = bytes(range(256)) * 4096

REPORTS_BOUND: Final = 200
FILE_BOUND: Final = 150
MEMORY_BOUND: Final = 32


def main() -> None:
    """Measure and print; the last lines are the bars."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--large-bytes", type=int, default=LARGE_BYTES)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-intake-") as place:
        environment = settings(Path(place))
        migrate = [sys.executable, "-m", "intake.cli", "migrate"]
        subprocess.run(migrate, env=environment, check=True)
        with running(environment, "intake.cli", "serve") as server:
            reports, errors = measure_reports(server, arguments.seconds)
            errors += measure_beside_slow(server, arguments.seconds)
        with (
            running(environment, "intake.cli", "serve") as server,
            running(environment, "bench.intake_bare") as bare,
        ):
            file_speed = measure_files(server, bare)
        with running(environment, "intake.cli", "serve") as server:
            growth = measure_memory(server, arguments.large_bytes)
    bar("intake_text_reports_32", reports, "reports/s", REPORTS_BOUND)
    bar("intake_text_report_errors", errors, "errors", 0, at_most=True)
    bar("intake_file_100MB", file_speed, "MB/s", FILE_BOUND)
    bar("intake_memory_growth_1GB", growth, "MB", MEMORY_BOUND, at_most=True)


def bar(
    name: str, value: float, unit: str, bound: float, *, at_most: bool = False
) -> None:
    """Print one bar: `BAR name value unit bound ok|short`."""
    fits = value <= bound if at_most else value >= bound
    sign = "<=" if at_most else ">="
    print(f"BAR {name} {value:.1f} {unit} {sign}{bound} {'ok' if fits else 'short'}")


def measure_reports(server: Running, seconds: float) -> tuple[float, int]:
    """Load the form; return reports a second at most connections, and all errors."""
    rate, all_errors = 0.0, 0
    for connections in CONNECTIONS:
        took, rate, errors = load(server, connections, seconds)
        show(f"{connections:>2} connections", took, rate, errors)
        all_errors += errors
    return rate, all_errors


def load(
    server: Running, connections: int, seconds: float
) -> tuple[list[float], float, int]:
    """Load the form from another process.

    Args:
        server: Serves.
        connections: At once.
        seconds: For so long.

    Returns:
        Seconds of each answer in order, answers a second, and errors.
    """
    command = [sys.executable, "-m", "bench.http_load", str(server.port)]
    command += [str(connections), str(seconds)]
    done = subprocess.run(command, check=True, capture_output=True)
    result = json.loads(done.stdout)
    took = sorted(result["took"])
    return took, len(took) / result["elapsed"], result["errors"]


def show(name: str, took: list[float], rate: float, errors: int) -> None:
    """Print one line of figures."""
    middle, late = took[len(took) // 2], took[int(len(took) * 0.99)]
    print(
        f"text reports, {name}: {rate:.0f}/s, p50 {middle * 1000:.1f} ms, "
        f"p99 {late * 1000:.1f} ms, errors {errors}"
    )


def measure_beside_slow(server: Running, seconds: float) -> int:
    """Load the form while many uploads stand half sent; return the errors."""
    slow = []
    for _ in range(SLOW_UPLOADS):
        connection = socket.create_connection(("127.0.0.1", server.port))
        connection.sendall(
            b"POST /ru/plain/report HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            b"Content-Type: multipart/form-data; boundary=b\r\n"
            b"Content-Length: 1000000\r\n\r\n--b\r\n"
        )
        slow.append(connection)
    took, rate, errors = load(server, 32, seconds)
    for connection in slow:
        connection.close()
    show(f"32 beside {SLOW_UPLOADS} slow", took, rate, errors)
    return errors


def measure_files(server: Running, bare: Running) -> float:
    """Send a file to both servers in turn; return the sealing one's MB/s."""
    sealed: list[float] = []
    read: list[float] = []
    for _ in range(ROUNDS):
        sealed.append(FILE_BYTES / send_file(server.port, FILE_BYTES) / 10**6)
        read.append(FILE_BYTES / send_file(bare.port, FILE_BYTES, bare=True) / 10**6)
    ours, limit = statistics.median(sealed), statistics.median(read)
    print(
        f"100 MB file: sealed and stored {ours:.0f} MB/s, only read {limit:.0f} MB/s, "
        f"ratio {ours / limit:.2f}"
    )
    return ours


def measure_memory(server: Running, size_bytes: int) -> float:
    """Return by how many MB the worker grows for a large file."""
    send_file(server.port, 10**6)
    before = server.peak_bytes()
    seconds = send_file(server.port, size_bytes)
    growth = (server.peak_bytes() - before) / 10**6
    print(
        f"{size_bytes / 10**9:.1f} GB file: {size_bytes / seconds / 10**6:.0f} MB/s, "
        f"worker grows by {growth:.1f} MB from {before / 10**6:.0f} MB"
    )
    return growth


def send_file(port: int, size_bytes: int, *, bare: bool = False) -> float:
    """Send a report with one file.

    Returns:
        The seconds until the answer.

    Raises:
        RuntimeError: It was not taken.
    """
    cookie, token = (b"", b"") if bare else asyncio.run(_session(port))
    boundary = b"bench-boundary"
    first = (
        b'--%b\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n%b\r\n'
        b'--%b\r\nContent-Disposition: form-data; name="text"\r\n\r\nbench\r\n'
        b'--%b\r\nContent-Disposition: form-data; name="attachments"; '
        b'filename="film.mp4"\r\nContent-Type: video/mp4\r\n\r\n'
    ) % (boundary, token, boundary, boundary)
    last = b"\r\n--%b--\r\n" % boundary
    head = (
        b"POST /ru/plain/report HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nCookie: %b\r\n"
        b"Connection: close\r\n"
        b"Content-Type: multipart/form-data; boundary=%b\r\nContent-Length: %d\r\n\r\n"
    ) % (port, cookie, boundary, len(first) + size_bytes + len(last))
    with socket.create_connection(("127.0.0.1", port)) as connection:
        began = time.perf_counter()
        connection.sendall(head + first)
        rest = size_bytes
        while rest > 0:
            connection.sendall(memoryview(BLOCK)[: min(rest, len(BLOCK))])
            rest -= len(BLOCK)
        connection.sendall(last)
        status = connection.recv(65536).split(b" ", 2)[1]
        seconds = time.perf_counter() - began
    if status not in {b"303", b"204"}:
        raise RuntimeError(f"answered {status.decode()}")
    return seconds


async def _session(port: int) -> tuple[bytes, bytes]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    found = await open_form(port, reader, writer)
    writer.close()
    await writer.wait_closed()
    return found


if __name__ == "__main__":
    main()
