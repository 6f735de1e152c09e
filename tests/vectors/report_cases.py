"""Vectors of sealed reports and messages.

Most cases give the archive inside the seal: whoever reads them seals it to
`identity_seed` first, or starts behind the seal.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any

from crypto import sshsig
from crypto.age import X25519Identity
from crypto.ed25519 import SigningKey
from tests.vectors.case import Case
from tests.vectors.changes import changed, changed_in, repeated, to_json, without
from tests.vectors.encoding import to_segments
from tests.vectors.fixed import (
    KEYS,
    OTHER_KEYS,
    RECOVERY,
    REVIEWER,
    seed,
)
from tests.vectors.raw_zip import RawEntry, padded
from tests.vectors.sealing import sealed_file

_NAMESPACE = "debunker-report"
_FLOOR = 65_536
_FILES = (b"%PDF-1.4 first attachment", b"\xff\xd8\xff second attachment")
_Refused = Iterator[tuple[str, bytes, str, str]]


def cases() -> Iterator[Case]:
    """Make all of them."""
    yield from _sealed()
    yield from _accepted()
    yield from _unverified()
    groups = (_layouts, _documents, _members, _keys, _answers, _consents)
    for group in (*groups, _attachments, _messages, _substituted):
        for name, archive, reason, description in group():
            yield _case(name, archive, description, reason=reason)


def _sealed() -> Iterator[Case]:
    plaintext = _archive(_report())
    expected = _expected(_report(), _FILES)
    good = sealed_file("report", "sealed", plaintext, [REVIEWER, RECOVERY])
    yield _sealed_case("sealed", good, "to a reviewer and to recovery", expected)
    bit = bytearray(good)
    bit[-30_000] ^= 1
    to_other = sealed_file("report", "sealed_to_others", plaintext, [RECOVERY])
    for name, sealed, reason, description in (
        ("sealed_to_others", to_other, "not_sealed_to_us", "to recovery alone"),
        ("sealed_flipped", bytes(bit), "altered", "a bit flipped in the payload"),
        ("sealed_cut", good[:-1], "altered", "the last byte is missing"),
    ):
        yield _sealed_case(name, sealed, description, reason=reason)


def _accepted() -> Iterator[Case]:
    report = _report(files=())
    yield _good("text_alone", report, (), "no attachment")
    full = changed(
        report,
        answers={
            "category": "bribe_taking",
            "region": "750000000",
            "institution": "акимат",
            "place": "Алматы",
            "period": "2025-2026",
            "amount": "2 млн тенге",
            "ongoing": "yes",
            "source": "took_part",
            "knowers": "2_to_5",
            "paid": "unknown",
        },
    )
    yield _good("all_answers", full, (), "every question answered")
    strange = changed(report, answers={"category": "of_tomorrow", "region": "0"})
    yield _good("newer_catalogue", strange, (), "ids that our catalogue lacks")
    unicode = changed(
        report, text="\u202eетет\u0000\ud7ff\U0001f4a1", sealed_by="server"
    )
    yield _good("strange_text", unicode, (), "controls and directions are kept")
    long = changed(report, text="ж" * 31_000)
    yield _case(
        "long_text",
        _archive(long, files=(), rung=81_920),
        "above the lowest rung",
        expected=_expected(long, ()),
    )
    empty = _report(files=(b"",))
    yield _good("empty_attachment", empty, (b"",), "an attachment of no bytes")
    message = _message()
    yield _good("message", message, _FILES, "a later message")


def _unverified() -> Iterator[Case]:
    message = _message()
    stranger = OTHER_KEYS.signing_key
    other_key = changed(message, message_key=str(stranger.verification_key))
    other_token = changed(message, token_hash=OTHER_KEYS.token.token_hash)
    altered = changed(message, number=7)
    for name, content, signature, description in (
        ("message_altered", message, _sign(altered), "the signature of another"),
        ("message_by_stranger", message, _sign(message, stranger), "by another key"),
        ("message_other_key", other_key, _sign(other_key, stranger), "key exchanged"),
        ("message_other_token", other_token, _sign(other_token), "token exchanged"),
        ("message_other_use", message, _sign(message, use="debunker-reply"), "reply"),
        ("message_no_signature", message, "", "an empty signature"),
        ("message_garbage", message, "no signature at all\n", "not even armored"),
    ):
        yield _case(
            name,
            _archive(content, signature=signature),
            f"unverified: {description}",
            expected=_expected(content, _FILES, verified=False),
        )


def _substituted() -> _Refused:
    """Give what an intake can make of a mailbox id that it saw."""
    report = _report()
    own = str(OTHER_KEYS.signing_key.verification_key)
    other_key = changed(report, message_key=own)
    by_own = _sign(other_key, OTHER_KEYS.signing_key)
    committed = "wrong_mailbox_key"
    forged = _archive(other_key, signature=by_own)
    yield "substituted", forged, committed, "signed by a key of the forger's"
    unsigned = _archive(other_key, signature="")
    yield "substituted_unsigned", unsigned, committed, "and not even signed"
    other_token = changed(report, token_hash=OTHER_KEYS.token.token_hash)
    yield "other_token", _archive(other_token), committed, "another token's hash"
    moved = changed(
        report,
        token_hash=OTHER_KEYS.token.token_hash,
        message_key=own,
        mailbox=str(OTHER_KEYS.mailbox),
    )
    whole = _archive(moved, signature=_sign(moved, OTHER_KEYS.signing_key))
    yield "other_mailbox", whole, "other_mailbox", "a genuine one of another mailbox"
    wrong = "wrong_signature"
    text = changed(report, text="Всё хорошо.")
    altered = _archive(text, signature=_sign(report))
    yield "altered_text", altered, wrong, "the text was exchanged"
    reply_to = changed(report, reply_to=str(OTHER_KEYS.identity.recipient))
    redirected = _archive(reply_to, signature=_sign(report))
    yield "altered_reply_to", redirected, wrong, "replies were redirected"
    stranger = _archive(report, signature=_sign(report, OTHER_KEYS.signing_key))
    yield "signed_by_stranger", stranger, wrong, "the key did not sign"
    use = _archive(report, signature=_sign(report, use="debunker-message"))
    yield "signed_for_other_use", use, wrong, "another namespace"
    empty = _archive(report, signature="")
    yield "empty_signature", empty, wrong, "an empty signature"


def _layouts() -> _Refused:
    report, alone = _report(), _report(files=())
    entry = RawEntry(name=b"report.json", data=alone)
    extra = RawEntry(name=b"extra")
    padding = RawEntry(name=b"padding", data=b"hidden")
    wrong = "wrong_entries"
    yield "no_report", _padded([extra]), "missing_entry", "no report.json"
    more_entries = _padded([*_json(alone), extra])
    yield "other_entry", more_entries, wrong, "an entry of no format"
    files = _entries(_FILES)
    order = _padded([files[1], files[0], *_json(report)])
    yield "other_order", order, wrong, "attachments in another order"
    last = _padded([*_json(report), *files])
    yield "report_first", last, wrong, "report.json before the attachments"
    fewer = _archive(report, files=_FILES[:1])
    yield "attachment_missing", fewer, wrong, "one less than told"
    more = _archive(report, files=(*_FILES, b"third"))
    yield "attachment_untold", more, wrong, "one more than told"
    longer = _archive(report, files=(_FILES[0] + b"!", _FILES[1]))
    yield "attachment_longer", longer, "wrong_size", "a byte more than told"
    unsigned = _padded([entry])
    yield "unsigned", unsigned, wrong, "no signature entry"
    low = _archive(alone, files=(), rung=32_768)
    yield "below_the_floor", low, "not_a_rung", "a rung, but too low"
    odd = _archive(alone, files=(), rung=65_537)
    yield "between_rungs", odd, "not_a_rung", "a byte above a rung"
    hidden = padded(_json(alone), _FLOOR, padding)
    yield "padding_not_zero", hidden, "padding_not_zero", "something hides in padding"
    lie = RawEntry(name=b"attachments/001", data=b"data")
    lie.central, lie.described = {"crc": 1}, {"crc": 1}
    one = _json(_report(files=(b"data",)))
    yield "wrong_crc", _padded([lie, *one]), "wrong_crc", "an attachment's CRC lies"
    huge = RawEntry(name=b"report.json", data=bytes(2**20 + 1))
    long = padded([huge], 1_310_720, RawEntry(name=b"padding"))
    yield "report_json_too_long", long, "entry_too_large", "1 MiB and a byte"
    yield "plain_text", bytes(_FLOOR), "wrong_end_record", "no archive at all"


def _documents() -> _Refused:
    good = _report(files=())
    table = {
        "next_format": (
            changed(good, format="debunker-report/2"),
            "unknown_format",
            "a version that is not known",
        ),
        "format_number": (changed(good, format=1), "format_wrong", "no string"),
        "unknown_member": (changed(good, ip=""), "unknown_member", "one too many"),
        "member_missing": (without(good, "consent"), "consent_missing", "one too few"),
        "duplicate_member": (repeated(good, "text"), "duplicate_member", "two texts"),
        "not_json": (good[:-1], "not_json", "the last brace is missing"),
        "not_utf8": (
            good.replace("Т".encode(), b"\xd0", 1),
            "not_json",
            "half a letter",
        ),
        "half_character": (
            good.replace("Т".encode(), b"\\udc00", 1),
            "not_json",
            "an escaped lone surrogate",
        ),
        "not_an_object": (b'"report"', "not_an_object", "a string"),
    }
    for name, (content, reason, description) in table.items():
        yield name, _archive(content, files=()), reason, description


def _members() -> _Refused:
    table: dict[str, tuple[str, object, str, str]] = {
        "kind_unknown": ("kind", "tip", "kind_wrong", "no such kind"),
        "number_of_message": ("number", 2, "number_out_of_range", "a report is 1"),
        "number_zero": ("number", 0, "number_out_of_range", "numbers begin at 1"),
        "number_boolean": ("number", True, "number_wrong", "true is no number"),
        "sealed_by_unknown": ("sealed_by", "app", "sealed_by_wrong", "no such way"),
        "language_unknown": ("language", "uz", "language_wrong", "no page in Uzbek"),
        "text_blank": ("text", " \n\t\u00a0", "text_blank", "white space alone"),
        "text_invisible": (
            "text",
            "\u200b\u2060\ufeff\u00ad\x00",
            "text_blank",
            "format and control characters alone",
        ),
        "text_null": ("text", None, "text_wrong", "null"),
        "mailbox_other": (
            "mailbox",
            str(OTHER_KEYS.mailbox),
            "wrong_mailbox_key",
            "not the one of its key",
        ),
        "token_hash_capitals": (
            "token_hash",
            KEYS.token.token_hash.upper(),
            "token_hash_wrong",
            "capitals",
        ),
        "token_hash_short": ("token_hash", "00" * 31, "token_hash_wrong", "31 bytes"),
        "mailbox_short": ("mailbox", "a" * 31, "mailbox_wrong", "31 characters"),
        "directory_version_zero": (
            "directory_version",
            0,
            "directory_version_out_of_range",
            "versions begin at 1",
        ),
    }
    yield from _changed(table)


def _keys() -> _Refused:
    recipient = str(KEYS.identity.recipient)
    key = str(KEYS.signing_key.verification_key)
    classical = str(X25519Identity.from_seed(seed("classical")).recipient)
    table: dict[str, tuple[str, object, str, str]] = {
        "reply_to_classical": ("reply_to", classical, "reply_to_wrong", "not hybrid"),
        "reply_to_capitals": (
            "reply_to",
            recipient.upper(),
            "reply_to_wrong",
            "the other spelling of bech32",
        ),
        "reply_to_cut": ("reply_to", recipient[:-1], "reply_to_wrong", "cut off"),
        "message_key_comment": (
            "message_key",
            key + " me",
            "message_key_wrong",
            "a comment",
        ),
        "message_key_hex": ("message_key", "00" * 32, "message_key_wrong", "hex"),
    }
    yield from _changed(table)


def _answers() -> _Refused:
    table: dict[str, tuple[object, str, str]] = {
        "answers_null": (None, "answers_wrong", "null"),
        "answer_unknown": ({"phone": "+7"}, "unknown_member", "no such question"),
        "answer_empty_choice": ({"paid": ""}, "paid_wrong", "an empty choice"),
        "answer_null": ({"place": None}, "place_wrong", "null, not absent"),
        "answer_boolean": ({"ongoing": True}, "ongoing_wrong", "a boolean"),
        "answer_other_source": ({"source": "guessed"}, "source_wrong", "no choice"),
        "answer_other_knowers": ({"knowers": 3}, "knowers_wrong", "a number"),
        "answer_too_long": ({"place": "ы" * 2_001}, "place_too_long", "2,001 letters"),
    }
    yield from _changed(
        {
            name: ("answers", value, reason, description)
            for name, (value, reason, description) in table.items()
        }
    )


def _consents() -> _Refused:
    full = {"to": "agency", "secrecy": True, "do_not_use": ""}
    table: dict[str, tuple[object, str, str]] = {
        "consent_null": (None, "consent_wrong", "null in a report"),
        "consent_to_unknown": (full | {"to": "police"}, "to_wrong", "no such choice"),
        "consent_secrecy_number": (
            full | {"secrecy": 1},
            "secrecy_wrong",
            "1 is not true",
        ),
        "consent_unknown_member": (full | {"by": "me"}, "unknown_member", "too many"),
        "consent_half": ({"to": "any"}, "secrecy_missing", "too few"),
    }
    yield from _changed(
        {
            name: ("consent", value, reason, description)
            for name, (value, reason, description) in table.items()
        }
    )


def _attachments() -> _Refused:
    good = _report()
    table: dict[str, tuple[str, object, str, str]] = {
        "name_with_path": ("name", "C:\\Users\\me\\a.pdf", "name_wrong", "a path"),
        "name_with_slash": ("name", "a/b", "name_wrong", "a path"),
        "name_control": ("name", "a\nb", "name_wrong", "a line break"),
        "name_empty": ("name", "", "name_wrong", "empty"),
        "name_too_long": ("name", "я" * 256, "name_too_long", "256 characters"),
        "media_type_empty": ("media_type", "", "media_type_wrong", "empty"),
        "media_type_capitals": (
            "media_type",
            "Image/PNG",
            "media_type_wrong",
            "capitals",
        ),
        "media_type_charset": (
            "media_type",
            "text/plain;charset=utf-8",
            "media_type_wrong",
            "with a parameter",
        ),
        "size_other": ("size", 1, "wrong_size", "not the one in the archive"),
        "size_negative": ("size", -1, "size_out_of_range", "below zero"),
        "size_text": ("size", "25", "size_wrong", "a string"),
        "entry_other": ("entry", "attachments/002", "entry_wrong", "begins with 2"),
        "entry_outside": ("entry", "../report.json", "entry_wrong", "outside"),
        "hash_in_report": ("sha256", "0" * 64, "unknown_member", "not in a report"),
    }
    for name, (member, value, reason, description) in table.items():
        content = changed_in(good, "attachments", **{member: value})
        yield f"attachment_{name}", _archive(content), reason, description


def _messages() -> _Refused:
    message = _message()
    table: dict[str, tuple[bytes, str, str]] = {
        "number_one": (changed(message, number=1), "number_out_of_range", "from 2"),
        "with_answers": (
            changed(message, answers={"paid": "no"}),
            "answers_wrong",
            "answers belong to the report",
        ),
        "with_consent": (
            changed(message, consent={"to": "any", "secrecy": True, "do_not_use": ""}),
            "consent_wrong",
            "consent belongs to the report",
        ),
        "hash_capitals": (
            changed_in(message, "attachments", sha256="A" * 64),
            "sha256_wrong",
            "capitals",
        ),
        "hash_other": (
            changed_in(message, "attachments", sha256="0" * 64),
            "wrong_sha256",
            "not that of the attachment",
        ),
    }
    for name, (content, reason, description) in table.items():
        archive = _archive(content, signature=_sign(content))
        yield f"message_{name}", archive, reason, description
    hashless = json.loads(message)
    del hashless["attachments"][1]["sha256"]
    content = to_json(hashless)
    archive = _archive(content, signature=_sign(content))
    yield "message_hash_missing", archive, "sha256_missing", "one has none"
    files = _entries(_FILES)
    unsigned = _padded([*files, RawEntry(name=b"report.json", data=message)])
    yield "message_unsigned", unsigned, "wrong_entries", "no signature entry"


def _changed(table: dict[str, tuple[str, object, str, str]]) -> _Refused:
    good = _report(files=())
    for name, (member, value, reason, description) in table.items():
        content = changed(good, **{member: value})
        yield name, _archive(content, files=()), reason, description


def _report(files: Sequence[bytes] = _FILES) -> bytes:
    return to_json(
        {
            "format": "debunker-report/1",
            "kind": "report",
            "number": 1,
            "sealed_by": "browser",
            "language": "ru",
            "text": "Тендер выиграла фирма зятя начальника.",
            "answers": {"category": "procurement"},
            "consent": {"to": "any", "secrecy": True, "do_not_use": "моё имя"},
            "reply_to": str(KEYS.identity.recipient),
            "message_key": str(KEYS.signing_key.verification_key),
            "token_hash": KEYS.token.token_hash,
            "mailbox": str(KEYS.mailbox),
            "directory_version": 2,
            "attachments": [
                {
                    "entry": f"attachments/{number:03}",
                    "name": f"акт {number}.pdf",
                    "media_type": "application/pdf",
                    "size": len(data),
                }
                for number, data in enumerate(files, start=1)
            ],
        }
    )


def _message() -> bytes:
    members: dict[str, Any] = json.loads(_report())
    members |= {"kind": "message", "number": 2_519_123_456}
    members |= {"answers": {}, "consent": None}
    for attachment, data in zip(members["attachments"], _FILES, strict=True):
        attachment["sha256"] = hashlib.sha256(data).hexdigest()
    return to_json(members)


def _sign(
    content: bytes, key: SigningKey = KEYS.signing_key, use: str = _NAMESPACE
) -> str:
    return sshsig.sign(content, key, namespace=use)


def _entries(files: Sequence[bytes]) -> list[RawEntry]:
    return [
        RawEntry(name=b"attachments/%03d" % number, data=data)
        for number, data in enumerate(files, start=1)
    ]


def _archive(
    content: bytes,
    files: Sequence[bytes] = _FILES,
    signature: str | None = None,
    rung: int = _FLOOR,
) -> bytes:
    signed = _sign(content) if signature is None else signature
    json_and_signature = _json(content, signed)
    entries = [*_entries(files), *json_and_signature]
    return padded(entries, rung, RawEntry(name=b"padding"))


def _json(content: bytes, signature: str | None = None) -> list[RawEntry]:
    signed = _sign(content) if signature is None else signature
    return [
        RawEntry(name=b"report.json", data=content),
        RawEntry(name=b"report.json.sig", data=signed.encode()),
    ]


def _padded(entries: Sequence[RawEntry]) -> bytes:
    return padded(entries, _FLOOR, RawEntry(name=b"padding"))


def _good(
    name: str,
    content: bytes,
    files: Sequence[bytes],
    description: str,
) -> Case:
    return _case(
        name,
        _archive(content, files),
        description,
        expected=_expected(content, files),
    )


def _expected(
    content: bytes, files: Sequence[bytes], *, verified: bool = True
) -> dict[str, object]:
    return {
        "report": content.decode(),
        "attachments": [data.hex() for data in files],
        "verified": verified,
    }


def _case(
    name: str,
    archive: bytes,
    description: str,
    *,
    reason: str | None = None,
    expected: dict[str, object] | None = None,
) -> Case:
    return Case(
        folder="report",
        name=name,
        description=description,
        given=_reader() | {"archive": to_segments(archive)},
        reason=reason,
        expected=expected,
    )


def _sealed_case(
    name: str,
    sealed: bytes,
    description: str,
    expected: dict[str, object] | None = None,
    *,
    reason: str | None = None,
) -> Case:
    return Case(
        folder="report",
        name=name,
        description=description,
        given=_reader() | {"sealed": f"{name}.age"},
        reason=reason,
        expected=expected,
        sealed=sealed,
    )


def _reader() -> dict[str, object]:
    return {
        "identity_seed": REVIEWER.seed.hex(),
        "came_under": str(KEYS.mailbox),
        "first_message_key": str(KEYS.signing_key.verification_key),
    }
