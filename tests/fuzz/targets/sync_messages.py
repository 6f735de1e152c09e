"""The bodies of the sync channel: read in their one order, or refused."""

import json
from datetime import date

from protocol.errors import MalformedError, UnknownFormatError
from protocol.sync import (
    Acknowledgement,
    AcknowledgementBatch,
    DepositEntry,
    DepositId,
    DepositListing,
)
from tests.fuzz.vector_seeds import pretty
from tests.vectors.fixed import KEYS


def target(data: bytes) -> bool:
    """Parse both kinds; nothing is both, and nothing is lost."""
    kinds = (DepositListing, AcknowledgementBatch)
    return sum(_accepts(kind, data) for kind in kinds) == 1


def _accepts(
    kind: type[DepositListing] | type[AcknowledgementBatch], data: bytes
) -> bool:
    try:
        message = kind.parse(data)
    except (MalformedError, UnknownFormatError):
        return False
    written = message.to_json()
    assert kind.parse(written) == message, "what was written reads differently"
    assert json.loads(written) == json.loads(data), "a reader saw something else"
    ids = [str(each.id) for each in message.deposits]
    assert ids == sorted(set(ids)), "a page that would skip or repeat"
    return True


def seeds() -> dict[str, bytes]:
    """A page and a batch, empty, full, spaced and out of order."""
    ids = [DepositId(letter * 32) for letter in "ab"]
    sha256 = "ab" * 32
    listing = DepositListing(
        deposits=tuple(
            DepositEntry(
                id=each,
                mailbox=KEYS.mailbox,
                size_bytes=70_000,
                day=date(2026, 11, 24),
                sha256=sha256,
            )
            for each in ids
        )
    ).to_json()
    batch = AcknowledgementBatch(
        deposits=tuple(Acknowledgement(id=each, sha256=sha256) for each in ids)
    ).to_json()
    return {
        "listing": listing,
        "empty_listing": DepositListing(deposits=()).to_json(),
        "batch": batch,
        "pretty_batch": pretty(batch),
        "backwards": batch.replace(b"a" * 32, b"c" * 32),
        "size_zero": listing.replace(b"70000", b"0"),
    }
