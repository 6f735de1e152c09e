"""Files: through the form, and in pieces by tus; beside a server that only reads."""

import asyncio
import base64
import io
import socket
import statistics
import time
from pathlib import Path
from typing import Final

from bench.http_load import open_form
from bench.intake_house import House, Running
from crypto.age import HybridIdentity, seal_stream
from crypto.entropy import system_entropy
from protocol.ladder import ladder

FILE_BYTES: Final = 100 * 10**6
ROUNDS: Final = 5
PIECE_BYTES: Final = 4 * 2**20
BLOCK: Final = bytes(range(256)) * 4096
FLOOR_BYTES: Final = 65_536


def measure_form(server: Running, bare: Running) -> float:
    """Send a file through the form to both servers in turn; return our MB/s."""
    sealed: list[float] = []
    read: list[float] = []
    before = server.processor_seconds()
    for _ in range(ROUNDS):
        sealed.append(FILE_BYTES / send_file(server.port, FILE_BYTES) / 10**6)
        read.append(FILE_BYTES / send_file(bare.port, FILE_BYTES, bare=True) / 10**6)
    processor = (server.processor_seconds() - before) / ROUNDS
    return _show("100 MB file, sealed and stored", sealed, read, processor)


def measure_pieces(house: House, server: Running, bare: Running) -> float:
    """Send a sealed file in pieces of 4 MiB to both in turn; return our MB/s."""
    sealed_file = _sealed_file()
    length_bytes = len(sealed_file)
    ours: list[float] = []
    read: list[float] = []
    before = server.processor_seconds()
    for _ in range(ROUNDS):
        ours.append(length_bytes / send_pieces(server.port, sealed_file) / 10**6)
        seconds = send_pieces(bare.port, sealed_file, bare=True)
        read.append(length_bytes / seconds / 10**6)
    processor = (server.processor_seconds() - before) / ROUNDS
    kept = sum(path.stat().st_size == length_bytes for path in _deposits(house))
    if kept != ROUNDS:
        raise RuntimeError("an upload was lost")
    return _show("tus, pieces of 4 MiB, each synced", ours, read, processor)


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


def send_pieces(port: int, sealed: bytes, *, bare: bool = False) -> float:
    """Send a sealed file by tus over one connection.

    Returns:
        The seconds from the first piece to the last answer.

    Raises:
        RuntimeError: A piece was not taken.
    """
    with socket.create_connection(("127.0.0.1", port)) as connection:
        where = b"/uploads/none" if bare else _create(connection, len(sealed))
        view = memoryview(sealed)
        began = time.perf_counter()
        for offset in range(0, len(sealed), PIECE_BYTES):
            piece = view[offset : offset + PIECE_BYTES]
            connection.sendall(
                b"PATCH %b HTTP/1.1\r\nHost: 127.0.0.1\r\nTus-Resumable: 1.0.0\r\n"
                b"Content-Type: application/offset+octet-stream\r\n"
                b"Upload-Offset: %d\r\nContent-Length: %d\r\n\r\n"
                % (where, offset, len(piece))
            )
            connection.sendall(piece)
            if not connection.recv(65536).startswith(b"HTTP/1.1 204"):
                raise RuntimeError("a piece was not taken")
        return time.perf_counter() - began


def _create(connection: socket.socket, length_bytes: int) -> bytes:
    mailbox = base64.b64encode(b"a" * 32)
    connection.sendall(
        b"POST /uploads HTTP/1.1\r\nHost: 127.0.0.1\r\nTus-Resumable: 1.0.0\r\n"
        b"Upload-Metadata: mailbox %b\r\nUpload-Length: %d\r\n\r\n"
        % (mailbox, length_bytes)
    )
    head = connection.recv(65536)
    _, found, rest = head.partition(b"Location: ")
    if not found:
        raise RuntimeError("no upload was begun")
    return rest.partition(b"\r\n")[0]


def _sealed_file() -> bytes:
    """Seal as many bytes as a report of a 100 MB file has."""
    sealed = io.BytesIO()
    plaintext = io.BytesIO(bytes(ladder(FILE_BYTES, floor_bytes=FLOOR_BYTES)))
    recipient = HybridIdentity.generate(system_entropy).recipient
    seal_stream(plaintext, sealed, [recipient], entropy=system_entropy)
    return sealed.getvalue()


def _deposits(house: House) -> list[Path]:
    return list((house.data / "deposits").iterdir())


def _show(
    name: str, ours: list[float], read: list[float], processor_seconds: float
) -> float:
    speed, limit = statistics.median(ours), statistics.median(read)
    print(
        f"{name}: {speed:.0f} MB/s, only read {limit:.0f} MB/s, "
        f"ratio {speed / limit:.2f}, processor {processor_seconds:.2f} s a file"
    )
    return speed


async def _session(port: int) -> tuple[bytes, bytes]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    found = await open_form(port, reader, writer)
    writer.close()
    await writer.wait_closed()
    return found
