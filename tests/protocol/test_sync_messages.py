"""Promises of `protocol.sync`: what the bodies say."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.entropy import system_entropy
from protocol.errors import MalformedError, ProtocolError, UnknownFormatError
from protocol.mailbox import MailboxId
from protocol.report import MAX_SEALED_BYTES
from protocol.sync import (
    MAX_DEPOSITS,
    Acknowledgement,
    AcknowledgementBatch,
    DepositEntry,
    DepositId,
    DepositListing,
    ReplyId,
)
from tests.vectors.changes import changed, changed_in, repeated, without

_BASE32 = st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=32, max_size=32)
_SHA256 = st.binary(min_size=32, max_size=32).map(bytes.hex)
_IDS = st.lists(_BASE32.map(DepositId), unique=True, max_size=5).map(sorted)
_ENTRY = DepositEntry(
    id=DepositId("b" * 32),
    mailbox=MailboxId("m" * 32),
    size_bytes=71_000,
    day=date(2026, 11, 24),
    sha256="0" * 64,
)
_LISTING = DepositListing(deposits=(_ENTRY,))
_BATCH = AcknowledgementBatch(
    deposits=(Acknowledgement(id=_ENTRY.id, sha256=_ENTRY.sha256),)
)


@given(ids=_IDS, data=st.data())
def test_a_listing_reads_back(ids: list[DepositId], data: st.DataObject) -> None:
    """Serialise and parse are inverse."""
    entries = [
        DepositEntry(
            id=each,
            mailbox=MailboxId(data.draw(_BASE32)),
            size_bytes=data.draw(st.integers(1, MAX_SEALED_BYTES)),
            day=data.draw(st.dates()),
            sha256=data.draw(_SHA256),
        )
        for each in ids
    ]
    listing = DepositListing(deposits=tuple(entries))

    assert DepositListing.parse(listing.to_json()) == listing


@given(ids=_IDS, sha256=_SHA256)
def test_a_batch_reads_back(ids: list[DepositId], sha256: str) -> None:
    """Serialise and parse are inverse."""
    deposits = (Acknowledgement(id=each, sha256=sha256) for each in ids)
    batch = AcknowledgementBatch(deposits=tuple(deposits))

    assert AcknowledgementBatch.parse(batch.to_json()) == batch


@given(data=st.binary(max_size=200))
def test_random_bytes_are_refused_by_type(data: bytes) -> None:
    """Parsing raises nothing but this package's errors."""
    for parse in (DepositListing.parse, AcknowledgementBatch.parse):
        with pytest.raises(ProtocolError):
            parse(data)


def test_each_is_refused_where_the_other_belongs() -> None:
    """A listing is no acknowledgement, whatever it holds."""
    with pytest.raises(UnknownFormatError):
        AcknowledgementBatch.parse(_LISTING.to_json())
    with pytest.raises(UnknownFormatError):
        DepositListing.parse(_BATCH.to_json())


_CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "unknown member": lambda good: changed(good, next="x"),
    "missing member": lambda good: without(good, "deposits"),
    "member twice": lambda good: repeated(good, "deposits"),
    "no array": lambda good: changed(good, deposits={}),
    "unknown member inside": lambda good: changed_in(good, "deposits", name="x"),
    "short id": lambda good: changed_in(good, "deposits", id="b" * 31),
    "id in capitals": lambda good: changed_in(good, "deposits", id="B" * 32),
    "short hash": lambda good: changed_in(good, "deposits", sha256="0" * 63),
    "hash in capitals": lambda good: changed_in(good, "deposits", sha256="A" * 64),
}


@pytest.mark.parametrize("change", _CHANGES.values(), ids=_CHANGES)
def test_bodies_are_read_strictly(change: Callable[[bytes], bytes]) -> None:
    """Unknown, missing, doubled and misspelt members are refused."""
    for good, parse in (
        (_LISTING.to_json(), DepositListing.parse),
        (_BATCH.to_json(), AcknowledgementBatch.parse),
    ):
        with pytest.raises(MalformedError):
            parse(change(good))


@pytest.mark.parametrize(
    "members",
    [
        {"size": 0},
        {"size": True},
        {"size": MAX_SEALED_BYTES + 1},
        {"day": "2026-11-24T00:00:00Z"},
        {"mailbox": "m"},
    ],
    ids=str,
)
def test_entries_are_read_strictly(members: dict[str, object]) -> None:
    """No empty file, none larger than a report, no hour, no half mailbox."""
    with pytest.raises(MalformedError):
        DepositListing.parse(changed_in(_LISTING.to_json(), "deposits", **members))


def test_a_page_is_in_order() -> None:
    """Paging by `after` would skip or repeat otherwise."""
    first, second = (
        Acknowledgement(id=DepositId(letter * 32), sha256="0" * 64) for letter in "ab"
    )

    AcknowledgementBatch(deposits=(first, second))
    for wrong in ((second, first), (first, first)):
        with pytest.raises(MalformedError, match="out of order"):
            AcknowledgementBatch(deposits=wrong)


def test_a_page_has_at_most_500() -> None:
    """And the largest page is read."""
    ids = sorted(DepositId.generate(system_entropy) for _ in range(MAX_DEPOSITS + 1))
    deposits = [Acknowledgement(id=each, sha256="0" * 64) for each in ids]
    batch = AcknowledgementBatch(deposits=tuple(deposits[:-1]))

    assert AcknowledgementBatch.parse(batch.to_json()) == batch
    with pytest.raises(MalformedError, match="deposits too long"):
        AcknowledgementBatch(deposits=tuple(deposits))
    with pytest.raises(MalformedError, match="body too long"):
        AcknowledgementBatch.parse(b" " * (2**18 + 1))


def test_an_id_is_random_and_typed() -> None:
    """160 bits from the given source; a reply's id is no deposit's."""
    assert str(DepositId.generate(bytes)) == "a" * 32
    assert str(ReplyId.generate(lambda length: b"\xff" * length)) == "7" * 32
    assert len({DepositId("a" * 32), ReplyId("a" * 32)}) == 2
    with pytest.raises(MalformedError):
        ReplyId("a" * 33)


def test_hashes_are_checked_when_made() -> None:
    """A wrong one would acknowledge, and delete, nothing or the wrong thing."""
    with pytest.raises(MalformedError):
        Acknowledgement(id=_ENTRY.id, sha256="")
