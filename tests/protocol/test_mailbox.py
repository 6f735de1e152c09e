"""Promises of `protocol.mailbox`."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.ed25519 import VerificationKey
from crypto.entropy import system_entropy
from protocol.codename import Codename
from protocol.errors import MalformedError, TooLargeError, UnreadableError
from protocol.mailbox import (
    MailboxId,
    MailboxToken,
    OrganisationId,
    ReporterKeys,
    build_mailbox_answer,
    mailbox_of,
    read_mailbox_answer,
)

_BYTES_32 = st.binary(min_size=32, max_size=32)


@given(raw=_BYTES_32, key=_BYTES_32)
def test_a_token_reads_back(raw: bytes, key: bytes) -> None:
    """Writing and reading the header are inverse; any 64 bytes are a token."""
    token = MailboxToken(raw, VerificationKey(key))

    assert len(token.bearer()) == len("Bearer ") + 86
    assert MailboxToken.parse_bearer(token.bearer()) == token


@given(raw=_BYTES_32)
def test_an_organisation_id_reads_back(raw: bytes) -> None:
    """Writing and reading are inverse."""
    assert OrganisationId.parse(str(OrganisationId(raw))) == OrganisationId(raw)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "A" * 86,
        "bearer " + "A" * 86,
        "Bearer  " + "A" * 86,
        "Bearer " + "A" * 43,
        "Bearer " + "A" * 85,
        "Bearer " + "A" * 87,
        "Bearer " + "A" * 86 + "==",
        "Bearer " + "A" * 85 + "B",
        "Bearer " + "+" * 86,
        "Bearer " + "é" * 86,
    ],
)
def test_a_token_has_one_spelling(value: str) -> None:
    """Padding, other alphabets and stray bits are refused."""
    with pytest.raises(MalformedError) as refused:
        MailboxToken.parse_bearer(value)

    assert refused.value.reason == "not_a_mailbox_token"


@given(value=st.text())
def test_random_text_is_refused_by_type(value: str) -> None:
    """Parsing raises nothing but its own error."""
    for parse in (MailboxToken.parse_bearer, OrganisationId.parse, MailboxId):
        with pytest.raises(MalformedError):
            parse(value)


@pytest.mark.parametrize("text", ["", "a" * 31, "a" * 33, "A" * 32, "1" * 32, "а" * 32])
def test_a_mailbox_has_one_spelling(text: str) -> None:
    """32 characters of base32 in lower case, and nothing else."""
    with pytest.raises(MalformedError):
        MailboxId(text)


def test_lengths_are_fixed() -> None:
    """A token and an organisation's id have 32 bytes."""
    with pytest.raises(MalformedError):
        MailboxToken(bytes(31), VerificationKey(bytes(32)))
    with pytest.raises(MalformedError):
        OrganisationId(bytes(33))


def test_no_secret_is_shown() -> None:
    """Whoever prints keys learns nothing that opens a mailbox."""
    keys = ReporterKeys.derive(Codename(b"abcdefghijkl"), OrganisationId(bytes(32)))

    shown = f"{keys!r} {keys.token!r} {keys.token}"

    for secret in (keys.token.raw, keys.identity.seed, keys.signing_key.seed):
        assert secret.hex() not in shown
        assert repr(secret) not in shown
    assert keys.token.bearer() not in shown


def test_every_derived_value_is_another() -> None:
    """One leaked value opens nothing else."""
    keys = ReporterKeys.derive(Codename(bytes(12)), OrganisationId(bytes(32)))
    values = {keys.token.raw, keys.identity.seed, keys.signing_key.seed}

    assert len(values) == 3


def test_a_mailbox_commits_to_token_and_key() -> None:
    """Neither can be exchanged under one id: nobody takes a mailbox over."""
    keys = ReporterKeys.derive(Codename(bytes(12)), OrganisationId(bytes(32)))
    token_hash, key = keys.token.token_hash, keys.token.message_key

    assert key == keys.signing_key.verification_key
    assert mailbox_of(token_hash=token_hash, message_key=key) == keys.mailbox
    assert keys.mailbox != mailbox_of(token_hash="00" * 32, message_key=key)
    other = VerificationKey(bytes(32))
    assert keys.mailbox != mailbox_of(token_hash=token_hash, message_key=other)


def test_what_a_report_carries_opens_no_mailbox() -> None:
    """A reviewer who reads `token_hash` cannot read the replies."""
    keys = ReporterKeys.derive(Codename(bytes(12)), OrganisationId(bytes(32)))
    hashed = MailboxToken(bytes.fromhex(keys.token.token_hash), keys.token.message_key)

    assert hashed.mailbox != keys.mailbox


def test_organisations_cannot_be_linked() -> None:
    """One codename used twice gives unrelated mailboxes."""
    codename = Codename(bytes(12))
    first = ReporterKeys.derive(codename, OrganisationId(bytes(32)))
    second = ReporterKeys.derive(codename, OrganisationId(b"\x01" * 32))

    assert first.mailbox != second.mailbox


@given(
    replies=st.lists(st.binary(max_size=300), max_size=5),
    sent_on=st.lists(st.dates(), max_size=60),
)
def test_an_answer_reads_back(replies: list[bytes], sent_on: list[date]) -> None:
    """Building and reading are inverse: replies oldest first, each day once."""
    answer = build_mailbox_answer(replies, sent_on=sent_on, entropy=system_entropy)

    read = read_mailbox_answer(answer)

    assert read.replies == tuple(replies)
    assert read.sent_on == tuple(sorted(set(sent_on)))


def test_an_answer_tells_days_and_no_count() -> None:
    """Ten messages of a day are one day; of too many days the newest are told."""
    day = date(2026, 11, 24)
    once = build_mailbox_answer([], sent_on=[day], entropy=bytes)
    often = build_mailbox_answer([], sent_on=[day] * 10, entropy=bytes)
    days = [day + timedelta(days=step) for step in range(400)]

    long = build_mailbox_answer([], sent_on=days, entropy=system_entropy)

    assert once == often
    assert read_mailbox_answer(long).sent_on == tuple(days[-60:])


def test_answers_are_alike() -> None:
    """An empty mailbox and one with replies differ in nothing that is seen."""
    empty = build_mailbox_answer([], entropy=system_entropy)
    days = [date(2026, 1, 1) + timedelta(days=step) for step in range(60)]
    waits = build_mailbox_answer([], sent_on=days, entropy=system_entropy)
    full = build_mailbox_answer(
        [bytes(18_000)] * 7, sent_on=days, entropy=system_entropy
    )

    assert len(empty) == len(waits) == len(full) == 131_072


def test_an_answer_cannot_be_compressed() -> None:
    """Random padding: no size on the way tells how full a mailbox is."""
    first = build_mailbox_answer([], entropy=system_entropy)
    second = build_mailbox_answer([], entropy=system_entropy)

    assert first[1_000:2_000] != second[1_000:2_000]
    assert len(set(first[1_000:3_000])) > 200


def test_an_answer_holds_998_replies() -> None:
    """One more is refused rather than dropped silently."""
    replies = [b"r"] * 998

    answer = build_mailbox_answer(replies, entropy=system_entropy)

    assert read_mailbox_answer(answer).replies == tuple(replies)
    with pytest.raises(TooLargeError):
        build_mailbox_answer([*replies, b"r"], entropy=system_entropy)


@given(body=st.binary(max_size=300))
def test_a_random_answer_is_refused_by_type(body: bytes) -> None:
    """Reading raises nothing but its own error."""
    with pytest.raises(UnreadableError):
        read_mailbox_answer(body)
