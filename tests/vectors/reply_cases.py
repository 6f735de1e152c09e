"""Vectors of replies: sealed ones, and what an opened one may hold.

Most cases give the archive inside the seal: whoever reads them seals it to
`identity_seed` first, or starts behind the seal.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from crypto import sshsig
from crypto.ed25519 import SigningKey
from protocol.languages import Language
from protocol.reply import CaseState, Reply
from tests.vectors.case import Case
from tests.vectors.changes import changed, repeated, without
from tests.vectors.directory_cases import DIRECTORY
from tests.vectors.encoding import to_segments
from tests.vectors.fixed import (
    KEYS,
    OLD_TEAM,
    OTHER_KEYS,
    OTHER_TEAM,
    ROOT,
    TEAM,
)
from tests.vectors.raw_zip import RawEntry, padded
from tests.vectors.sealing import sealed_file

_NAMESPACE = "debunker-reply"
_FLOOR = 16_384

REPLY = Reply(
    mailbox=KEYS.mailbox,
    number=1,
    day=date(2026, 11, 24),
    language=Language.KK,
    state=CaseState.RECEIVED,
    text="Хабарламаңызды алдық. Рақмет!",
)

_Refused = Iterator[tuple[str, bytes, str, str]]


def cases() -> Iterator[Case]:
    """Make all of them."""
    yield from _sealed()
    good = _archive(REPLY.to_json())
    yield _accepted("received", good, [REPLY], "as the team sends it")
    long = replace(REPLY, text="ұ" * 20_000, state=CaseState.MORE_NEEDED, number=2)
    yield _accepted("long", _archive(long.to_json()), [long], "on a higher rung")
    old = replace(REPLY, day=date(2026, 6, 30), state=CaseState.CLOSED)
    by_old = _archive(old.to_json(), key=OLD_TEAM)
    yield _accepted("old_team_key", by_old, [old], "by the key of that day")
    empty = replace(REPLY, text="", language=Language.EN)
    yield _accepted("empty_text", _archive(empty.to_json()), [empty], "a state alone")
    for group in (_signatures, _contents, _archives):
        for name, archive, reason, description in group():
            yield _given_archives(name, [archive], description, reason=reason)
    yield from _lists()


def _sealed() -> Iterator[Case]:
    plaintext = _archive(REPLY.to_json())
    good = sealed_file("reply", "sealed", plaintext, [KEYS.identity])
    foreign = sealed_file(
        "reply", "sealed_to_another", plaintext, [OTHER_KEYS.identity]
    )
    expected = {"replies": [REPLY.to_json().decode()], "unreadable": 0}
    yield _sealed_case("sealed", good, "opens", expected=expected)
    flipped = bytearray(good)
    flipped[-1_000] ^= 1
    altered = "altered"
    yield _sealed_case("sealed_flipped", bytes(flipped), "a bit flipped", altered)
    broken = bytearray(good)
    broken[good.index(b"\n--- ") + 10] ^= 2
    yield _sealed_case("sealed_other_mac", bytes(broken), "header altered", altered)
    yield _sealed_case("sealed_cut", good[:-1], "the last byte is missing", altered)
    to_other = "not_sealed_to_us"
    yield _sealed_case("sealed_to_another", foreign, "another's reply", to_other)
    plain = b"age-encryption.org/v2\n" + good[22:]
    yield _sealed_case("sealed_v2", plain, "a later age", "not_an_age_file")


def _signatures() -> _Refused:
    content = REPLY.to_json()
    wrong = "wrong_signature"
    signature = _sign(content)
    altered = changed(content, text="Енді жазбаңыз.")
    yield "altered_text", _archive(altered, signature), wrong, "the text was changed"
    later = changed(content, number=2)
    yield "altered_number", _archive(later, signature), wrong, "moved behind another"
    stranger = _archive(content, key=OTHER_TEAM)
    yield "signed_by_stranger", stranger, wrong, "a key of no directory"
    yield "signed_by_root", _archive(content, key=ROOT), wrong, "the root signs none"
    early = replace(REPLY, day=date(2026, 6, 30)).to_json()
    yield "before_the_key", _archive(early), wrong, "the key was not valid yet"
    late = replace(REPLY, day=date(2026, 7, 1)).to_json()
    yield "after_the_key", _archive(late, key=OLD_TEAM), wrong, "no longer valid"
    namespace = sshsig.sign(content, TEAM, namespace="debunker-message")
    yield "other_namespace", _archive(content, namespace), wrong, "for another use"
    yield "no_signature", _archive(content, ""), wrong, "an empty signature"
    moved = replace(REPLY, mailbox=OTHER_KEYS.mailbox).to_json()
    yield "other_mailbox", _archive(moved), "other_mailbox", "re-sealed to another"


def _contents() -> _Refused:
    good = REPLY.to_json()
    table: dict[str, tuple[bytes, str, str]] = {
        "next_format": (
            changed(good, format="debunker-reply/2"),
            "unknown_format",
            "a version that is not known",
        ),
        "unknown_member": (changed(good, note=""), "unknown_member", "one too many"),
        "duplicate_member": (
            repeated(good, "number"),
            "duplicate_member",
            "number comes twice",
        ),
        "text_missing": (without(good, "text"), "text_missing", "one too few"),
        "text_number": (changed(good, text=1), "text_wrong", "no string"),
        "number_zero": (changed(good, number=0), "number_out_of_range", "from 1"),
        "number_boolean": (changed(good, number=True), "number_wrong", "no number"),
        "state_unknown": (changed(good, state="won"), "state_wrong", "no such state"),
        "language_unknown": (changed(good, language="fr"), "language_wrong", "fr"),
        "day_impossible": (changed(good, day="2026-02-30"), "day_wrong", "no such day"),
        "day_short": (changed(good, day="2026-7-1"), "day_wrong", "without zeros"),
        "mailbox_upper_case": (
            changed(good, mailbox=str(REPLY.mailbox).upper()),
            "mailbox_wrong",
            "capitals",
        ),
        "not_json": (b"{", "not_json", "half an object"),
    }
    for name, (content, reason, description) in table.items():
        yield name, _archive(content), reason, description


def _archives() -> _Refused:
    content, signature = REPLY.to_json(), _sign(REPLY.to_json()).encode()
    json = RawEntry(name=b"reply.json", data=content)
    sig = RawEntry(name=b"reply.json.sig", data=signature)
    extra = RawEntry(name=b"extra")
    entries = "wrong_entries"
    yield "unsigned", padded([json], _FLOOR, _padding()), entries, "no signature"
    more = padded([json, sig, extra], _FLOOR, _padding())
    yield "other_entry", more, entries, "an entry of no format"
    order = padded([sig, json], _FLOOR, _padding())
    yield "other_order", order, entries, "the signature comes first"
    low = padded([json, sig], 4_096, _padding())
    yield "below_the_floor", low, "not_a_rung", "a rung, but too low"
    odd = padded([json, sig], _FLOOR + 1, _padding())
    yield "between_rungs", odd, "not_a_rung", "a byte above a rung"
    hidden = padded([json, sig], _FLOOR, _padding(b"hidden"))
    yield "padding_not_zero", hidden, "padding_not_zero", "something hides in it"


def _lists() -> Iterator[Case]:
    second = replace(REPLY, number=2, state=CaseState.UNDER_REVIEW)
    both = [_archive(second.to_json()), _archive(REPLY.to_json())]
    yield _given_archives(
        "ordered_by_number",
        both,
        "they come in another order",
        expected=_expected([REPLY, second]),
    )
    again = replace(REPLY, text="Басқа мәтін")
    yield _given_archives(
        "number_twice",
        [_archive(REPLY.to_json()), _archive(again.to_json())],
        "the first of a number counts, the second is skipped",
        expected=_expected([REPLY], unreadable=1),
    )
    moved = replace(REPLY, mailbox=OTHER_KEYS.mailbox).to_json()
    yield _given_archives(
        "one_bad_of_three",
        [_archive(REPLY.to_json()), _archive(moved), _archive(second.to_json())],
        "a bad one does not hide the others",
        expected=_expected([REPLY, second], unreadable=1),
    )


def _accepted(name: str, archive: bytes, replies: list[Reply], words: str) -> Case:
    return _given_archives(name, [archive], words, expected=_expected(replies))


def _expected(replies: list[Reply], unreadable: int = 0) -> dict[str, object]:
    texts = [reply.to_json().decode() for reply in replies]
    return {"replies": texts, "unreadable": unreadable}


def _given_archives(
    name: str,
    archives: list[bytes],
    description: str,
    *,
    reason: str | None = None,
    expected: dict[str, object] | None = None,
) -> Case:
    given = _reader() | {"archives": [to_segments(archive) for archive in archives]}
    return Case(
        folder="reply",
        name=name,
        description=description,
        given=given,
        reason=reason,
        expected=expected,
    )


def _sealed_case(
    name: str,
    sealed: bytes,
    description: str,
    reason: str | None = None,
    expected: dict[str, object] | None = None,
) -> Case:
    return Case(
        folder="reply",
        name=name,
        description=description,
        given=_reader() | {"sealed": f"{name}.age"},
        reason=reason,
        expected=expected,
        sealed=sealed,
    )


def _reader() -> dict[str, object]:
    return {
        "identity_seed": KEYS.identity.seed.hex(),
        "mailbox": str(KEYS.mailbox),
        "directory": DIRECTORY.to_json().decode(),
    }


def _archive(
    content: bytes, signature: str | None = None, key: SigningKey = TEAM
) -> bytes:
    signed = _sign(content, key) if signature is None else signature
    entries = [
        RawEntry(name=b"reply.json", data=content),
        RawEntry(name=b"reply.json.sig", data=signed.encode()),
    ]
    rung = _FLOOR if len(content) < 10_000 else 49_152
    return padded(entries, rung, _padding())


def _padding(data: bytes = b"") -> RawEntry:
    return RawEntry(name=b"padding", data=data)


def _sign(content: bytes, key: SigningKey = TEAM) -> str:
    return sshsig.sign(content, key, namespace=_NAMESPACE)
