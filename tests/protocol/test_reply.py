"""Promises of `protocol.reply`."""

from dataclasses import replace
from datetime import date
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.age import seal as seal_age_file
from crypto.entropy import system_entropy
from protocol.directory import TeamKey
from protocol.errors import (
    MalformedError,
    ProtocolError,
    TooLargeError,
    UnreadableError,
)
from protocol.languages import Language
from protocol.reply import (
    MAX_REPLY_JSON_BYTES,
    CaseState,
    Reply,
    open_replies,
    open_reply,
    seal_reply,
)
from tests.vectors.directory_cases import DIRECTORY
from tests.vectors.fixed import KEYS, OTHER_KEYS, OTHER_TEAM, TEAM
from tests.vectors.reply_cases import REPLY

_REPLIES = st.builds(
    partial(replace, REPLY),
    number=st.integers(1, 2**53 - 1),
    day=st.dates(min_value=date(2026, 7, 1), max_value=date(2027, 6, 30)),
    language=st.sampled_from(Language),
    state=st.sampled_from(CaseState),
    text=st.text(st.characters(exclude_categories=["Cs"])),
)

_seal = partial(
    seal_reply,
    reply_to=KEYS.identity.recipient,
    team_key=TEAM,
    entropy=system_entropy,
)
_open = partial(
    open_reply, identity=KEYS.identity, mailbox=KEYS.mailbox, directory=DIRECTORY
)
_SEALED = _seal(REPLY)


@settings(max_examples=25)
@given(reply=_REPLIES)
def test_what_is_sealed_opens(reply: Reply) -> None:
    """Open ∘ seal is identity."""
    assert _open(_seal(reply)) == reply


@given(reply=_REPLIES)
def test_a_reply_reads_back(reply: Reply) -> None:
    """Serialise and parse are inverse."""
    assert Reply.parse(reply.to_json()) == reply


@settings(max_examples=60)
@given(place=st.integers(0, len(_SEALED) - 1), bit=st.integers(0, 7))
def test_any_changed_bit_is_refused(place: int, bit: int) -> None:
    """An intake that touches a reply makes it unreadable, nothing else."""
    changed = bytearray(_SEALED)
    changed[place] ^= 1 << bit

    with pytest.raises(UnreadableError):
        _open(bytes(changed))


@given(data=st.binary(max_size=300))
def test_random_bytes_are_refused_by_type(data: bytes) -> None:
    """Parsing and opening raise nothing but this package's errors."""
    with pytest.raises(UnreadableError):
        _open(data)
    with pytest.raises(ProtocolError):
        Reply.parse(data)


def test_short_replies_are_alike() -> None:
    """Their size does not tell a refusal from thanks."""
    sizes = {len(_seal(replace(REPLY, text="ж" * count))) for count in (0, 1, 7_000)}

    assert len(sizes) == 1
    assert sizes.pop() < 18_500


def test_a_reply_cannot_be_moved() -> None:
    """Sealed anew to somebody else, it still names its mailbox."""
    moved = seal_reply(
        REPLY, OTHER_KEYS.identity.recipient, team_key=TEAM, entropy=system_entropy
    )

    with pytest.raises(UnreadableError, match="other mailbox"):
        open_reply(
            moved,
            OTHER_KEYS.identity,
            mailbox=OTHER_KEYS.mailbox,
            directory=DIRECTORY,
        )


def test_the_intake_cannot_write_a_reply() -> None:
    """It knows mailbox and recipient, but has no team key."""
    forged = _seal(REPLY, team_key=OTHER_TEAM)

    with pytest.raises(UnreadableError, match="wrong signature"):
        _open(forged)


@pytest.mark.parametrize(
    ("day", "is_valid"),
    [
        (date(2026, 6, 30), False),
        (date(2026, 7, 1), True),
        (date(2027, 6, 30), True),
        (date(2027, 7, 1), False),
    ],
)
def test_a_team_key_counts_on_its_days(day: date, *, is_valid: bool) -> None:
    """Both ends included; whoever left the team writes no more replies."""
    sealed = _seal(replace(REPLY, day=day))

    if is_valid:
        assert _open(sealed).day == day
    else:
        with pytest.raises(UnreadableError, match="wrong signature"):
            _open(sealed)


def test_two_keys_may_be_valid_on_one_day() -> None:
    """While a key is replaced, both sign."""
    second = TeamKey(
        key=OTHER_TEAM.verification_key,
        not_before=date(2026, 11, 1),
        not_after=date(2026, 12, 1),
    )
    directory = replace(DIRECTORY, team=(*DIRECTORY.team, second))

    for key in (TEAM, OTHER_TEAM):
        sealed = _seal(REPLY, team_key=key)
        assert _open(sealed, directory=directory) == REPLY


def test_a_replayed_reply_is_counted_not_shown() -> None:
    """The same one again, and another one under its number."""
    other = replace(REPLY, text="Басқа")
    second = replace(REPLY, number=2)

    replies, unreadable = open_replies(
        [_SEALED, _SEALED, _seal(other), _seal(second), b"noise"],
        KEYS.identity,
        mailbox=KEYS.mailbox,
        directory=DIRECTORY,
    )

    assert replies == (REPLY, second)
    assert unreadable == 3


def test_another_archive_is_no_reply() -> None:
    """Anyone may seal anything to a reporter's recipient."""
    recipients = [KEYS.identity.recipient]
    sealed = seal_age_file(bytes(16_384), recipients, entropy=system_entropy)

    with pytest.raises(UnreadableError, match="wrong end record"):
        _open(sealed)


def test_nothing_of_a_reply_is_shown() -> None:
    """A `repr` in a traceback tells no text and no mailbox."""
    shown = repr(REPLY)

    assert REPLY.text not in shown
    assert str(REPLY.mailbox) not in shown


def test_a_reply_fits_into_the_intake() -> None:
    """The longest one, sealed, stays below 1 MiB; a longer one is refused."""
    bare = len(replace(REPLY, text="").to_json())
    longest = replace(REPLY, text="a" * (MAX_REPLY_JSON_BYTES - bare))

    assert len(_seal(longest)) < 2**20
    assert _open(_seal(longest)) == longest
    with pytest.raises(TooLargeError):
        replace(longest, text=longest.text + "a").to_json()
    with pytest.raises(MalformedError):
        Reply.parse(bytes(MAX_REPLY_JSON_BYTES + 1))


def test_a_number_below_one_is_none() -> None:
    """Replies are numbered from 1."""
    with pytest.raises(MalformedError):
        replace(REPLY, number=0)
