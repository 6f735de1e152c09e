"""Vectors of the mailbox: what derives from a codename, and the answer."""

import io
from collections.abc import Iterator

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
    good = _archive({"replies/001": first}, MAILBOX_FLOOR_BYTES)
    yield _bad("answer_truncated", good[:-1], "not_a_rung", "the last byte is missing")
    low = _archive({"replies/001": first}, 16_384)
    yield _bad("answer_below_the_floor", low, "not_a_rung", "a rung, but too low")
    gap = _archive({"replies/001": first, "replies/003": second}, MAILBOX_FLOOR_BYTES)
    yield _bad("answer_gap_in_names", gap, "wrong_entries", "002 is missing")
    alien = _archive({"replies/001": first, "extra": b""}, MAILBOX_FLOOR_BYTES)
    yield _bad("answer_other_entry", alien, "wrong_entries", "an entry of no format")


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


def _answer(name: str, replies: list[bytes], description: str) -> Case:
    entries = {f"replies/{number:03}": reply for number, reply in enumerate(replies, 1)}
    return Case(
        folder="mailbox",
        name=name,
        description=description,
        given={"answer": to_segments(_archive(entries, MAILBOX_FLOOR_BYTES))},
        expected={"replies": [reply.hex() for reply in replies]},
    )


def _bad(name: str, answer: bytes, reason: str, description: str) -> Case:
    return Case(
        folder="mailbox",
        name=name,
        description=description,
        given={"answer": to_segments(answer)},
        reason=reason,
    )


def _archive(entries: dict[str, bytes], floor_bytes: int) -> bytes:
    answer = io.BytesIO()
    writer = ArchiveWriter(answer)
    for name, data in entries.items():
        writer.add(name, data)
    writer.finish(floor_bytes=floor_bytes)
    return answer.getvalue()
