"""Reading a mailbox with the page's script: what it costs, and what its time tells.

Histories from none to all the replies that a mailbox can hold (docs/protocol.md §3);
the sealed replies are as long as real ones. An unknown mailbox and one with a reply
are read by turns, so that whatever else the machine does is unfair to both alike: an
answer's time must not tell a stranger whether somebody's codename is in use.
"""

import socket
import statistics
import time
from typing import Final

from bench.intake_house import House, Running
from crypto.ed25519 import SigningKey
from crypto.entropy import system_entropy
from intake.storage.database import connect
from intake.storage.group_commit import GroupCommit
from intake.storage.replies import Replies
from protocol.mailbox import MailboxToken
from protocol.sync import ReplyId

HISTORIES: Final = (0, 1, 5, 20, 100, 998)
LONG_FROM: Final = 100
"""A reviewer's answer a week for two years: longer ones are shown, and not judged.

A full mailbox is 21 MB, an answer a week for 19 years. Reading that from the database,
making the archive of it, and handing it to the kernel take some 14 ms apiece, all of
them to move bytes (CRC-32 alone is 4): there is nothing cheap to take away."""

REPLY_BYTES: Final = 18_500
"""A short reply on its floor of 16 KiB, sealed."""

READS: Final = 60
TURNS: Final = 1500

Mailboxes = dict[int, MailboxToken]


def fill(house: House) -> Mailboxes:
    """Write the replies; the server must not run yet."""
    engine = connect(f"sqlite:///{house.database}")
    replies = Replies(engine, GroupCommit(engine))
    mailboxes = {}
    for count in HISTORIES:
        key = SigningKey.generate(system_entropy).verification_key
        token = MailboxToken(system_entropy(32), key)
        for _ in range(count):
            reply_id = ReplyId.generate(system_entropy)
            replies.add(token.mailbox, reply_id, system_entropy(REPLY_BYTES))
        mailboxes[count] = token
    engine.dispose()
    return mailboxes


def measure_mailboxes(server: Running, mailboxes: Mailboxes) -> float:
    """Read each mailbox; return the server's worst mean of processor time, in ms."""
    worst = 0.0
    for count, token in mailboxes.items():
        reads = READS if count < LONG_FROM else READS // 10
        before = server.processor_seconds()
        took = [_read(server.port, token) for _ in range(reads)]
        processor = (server.processor_seconds() - before) / reads * 1000
        print(
            f"mailbox with {count} replies: p50 {statistics.median(took) * 1000:.1f} "
            f"ms, processor {processor:.1f} ms a read"
        )
        if count <= LONG_FROM:
            worst = max(worst, processor)
    return worst


def measure_difference(server: Running, mailboxes: Mailboxes) -> float:
    """Return by how many ms the medians of an unknown and a known mailbox differ."""
    unknown, known = mailboxes[0], mailboxes[1]
    took: dict[MailboxToken, list[float]] = {unknown: [], known: []}
    for turn in range(TURNS):
        for token in (unknown, known) if turn % 2 else (known, unknown):
            took[token].append(_read(server.port, token))
    first, second = (statistics.quantiles(took[each], n=4) for each in (unknown, known))
    difference = abs(first[1] - second[1]) * 1000
    spread = (first[2] - first[0]) * 1000
    print(
        f"mailbox, unknown beside known: medians differ by {difference:.3f} ms; half "
        f"of the answers lie within {spread:.3f} ms"
    )
    return difference


def _read(port: int, token: MailboxToken) -> float:
    request = (
        "GET /mailbox HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        f"Authorization: {token.bearer()}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port)) as connection:
        began = time.perf_counter()
        connection.sendall(request.encode())
        first = connection.recv(2**20)
        while connection.recv(2**20):
            pass
        seconds = time.perf_counter() - began
    if not first.startswith(b"HTTP/1.1 200 "):
        raise RuntimeError("the mailbox was not read")
    return seconds
