"""Vectors of the mailbox: what derives from a codename, and the answer."""

import io
import json
from collections.abc import Iterator, Sequence

from protocol.archive import ArchiveWriter
from protocol.codename import Codename
from protocol.ladder import MAILBOX_FLOOR_BYTES
from protocol.mailbox import OrganisationId, ReporterKeys
from tests.vectors.case import Case
from tests.vectors.encoding import to_segments
from tests.vectors.fixed import CODENAME, ORGANISATION_ID, OTHER_CODENAME, seed


def cases() -> Iterator[Case]:
    """Make all of them."""
    other = OrganisationId(seed("another organisation"))
    yield _derivation("derive", CODENAME, ORGANISATION_ID)
    yield _derivation("derive_other_codename", OTHER_CODENAME, ORGANISATION_ID)
    yield _derivation("derive_other_organisation", CODENAME, other)
    first, second = b"first sealed reply", b"second, longer sealed reply"
    yield _answer("answer_empty", [], "no reply: zeros stand for random padding")
    yield _answer("answer_two_replies", [first, second], "oldest first")
    days = ["2026-02-28", "2026-11-24"]
    yield _answer("answer_sent", [first], "what came on two days still waits", days)
    sixty = [f"2026-{month:02}-{day:02}" for month in (1, 3) for day in range(1, 31)]
    yield _answer("answer_sent_60_days", [], "as many days as may be", sixty)
    good = _archive(_sent() | {"replies/001": first}, MAILBOX_FLOOR_BYTES)
    yield _bad("answer_truncated", good[:-1], "not_a_rung", "the last byte is missing")
    low = _archive(_sent() | {"replies/001": first}, 16_384)
    yield _bad("answer_below_the_floor", low, "not_a_rung", "a rung, but too low")
    gap = _archive(
        _sent() | {"replies/001": first, "replies/003": second}, MAILBOX_FLOOR_BYTES
    )
    yield _bad("answer_gap_in_names", gap, "wrong_entries", "002 is missing")
    alien = _archive(
        _sent() | {"replies/001": first, "extra": b""}, MAILBOX_FLOOR_BYTES
    )
    yield _bad("answer_other_entry", alien, "wrong_entries", "an entry of no format")
    bare = _archive({"replies/001": first}, MAILBOX_FLOOR_BYTES)
    yield _bad("answer_without_sent", bare, "wrong_entries", "sent.json is missing")
    late = _archive({"replies/001": first} | _sent(), MAILBOX_FLOOR_BYTES)
    yield _bad("answer_sent_last", late, "wrong_entries", "sent.json comes first")
    yield from _bad_sent()


def _bad_sent() -> Iterator[Case]:
    day = {"day": "2026-11-24"}
    good = {"format": "debunker-sent/1", "sent": [day]}
    for name, document, reason, description in (
        (
            "format",
            good | {"format": "debunker-sent/2"},
            "unknown_format",
            "a later one",
        ),
        ("missing", {"format": good["format"]}, "sent_missing", "no list"),
        ("text", good | {"sent": "2026-11-24"}, "sent_wrong", "a string for a list"),
        ("bare_day", good | {"sent": ["2026-11-24"]}, "not_an_object", "a day alone"),
        (
            "no_day",
            good | {"sent": [{"day": "2026-02-29"}]},
            "day_wrong",
            "no such day",
        ),
        ("hour", good | {"sent": [day | {"hour": 9}]}, "unknown_member", "an hour"),
        ("count", good | {"count": 1}, "unknown_member", "a count"),
        ("twice", good | {"sent": [day, day]}, "sent_not_sorted", "a day twice"),
        (
            "falling",
            good | {"sent": [day, {"day": "2026-11-23"}]},
            "sent_not_sorted",
            "the later day first",
        ),
        ("61_days", good | {"sent": [day] * 61}, "sent_too_long", "a day too many"),
    ):
        sent = {"sent.json": json.dumps(document).encode()}
        answer = _archive(sent, MAILBOX_FLOOR_BYTES)
        yield _bad(f"answer_sent_{name}", answer, reason, description)
    long = {"sent.json": json.dumps(good).encode().ljust(4_097)}
    answer = _archive(long, MAILBOX_FLOOR_BYTES)
    yield _bad("answer_sent_long", answer, "entry_too_large", "white space behind it")


def _derivation(name: str, codename: Codename, organisation_id: OrganisationId) -> Case:
    keys = ReporterKeys.derive(codename, organisation_id)
    return Case(
        folder="mailbox",
        name=name,
        description="everything that derives from a codename",
        given={
            "secret": codename.secret.hex(),
            "organisation_id": str(organisation_id),
        },
        expected={
            "token": keys.token.raw.hex(),
            "token_hash": keys.token.token_hash,
            "authorization": keys.token.bearer(),
            "mailbox": str(keys.mailbox),
            "identity_seed": keys.identity.seed.hex(),
            "identity": keys.identity.encode(),
            "reply_to": str(keys.identity.recipient),
            "signing_seed": keys.signing_key.seed.hex(),
            "message_key": str(keys.signing_key.verification_key),
        },
    )


def _answer(
    name: str, replies: list[bytes], description: str, days: Sequence[str] = ()
) -> Case:
    entries = _sent(*days) | {
        f"replies/{number:03}": reply for number, reply in enumerate(replies, 1)
    }
    return Case(
        folder="mailbox",
        name=name,
        description=description,
        given={"answer": to_segments(_archive(entries, MAILBOX_FLOOR_BYTES))},
        expected={
            "sent": list(days),
            "replies": [reply.hex() for reply in replies],
        },
    )


def _bad(name: str, answer: bytes, reason: str, description: str) -> Case:
    return Case(
        folder="mailbox",
        name=name,
        description=description,
        given={"answer": to_segments(answer)},
        reason=reason,
    )


def _sent(*days: str) -> dict[str, bytes]:
    document = {"format": "debunker-sent/1", "sent": [{"day": day} for day in days]}
    return {"sent.json": json.dumps(document).encode()}


def _archive(entries: dict[str, bytes], floor_bytes: int) -> bytes:
    answer = io.BytesIO()
    writer = ArchiveWriter(answer)
    for name, data in entries.items():
        writer.add(name, data)
    writer.finish(floor_bytes=floor_bytes)
    return answer.getvalue()
