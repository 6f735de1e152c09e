"""Reports, replies and the mailbox's answer: docs/protocol.md §1.3–1.5, §3."""

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.independent_reader.age_file import open_file
from tests.independent_reader.archives import Archive, is_rung
from tests.independent_reader.directories import Directory
from tests.independent_reader.documents import (
    Document,
    array,
    boolean,
    day,
    ed25519_key,
    hybrid_or,
    integer,
    mailbox,
    matching,
    member_object,
    one_of,
    or_null,
    read,
    sha256,
    take,
    text,
)
from tests.independent_reader.keys import Reporter, mailbox_of
from tests.independent_reader.refusal import RefusedError
from tests.independent_reader.signatures import signer

_LANGUAGES = ("kk", "ru", "en")
_SIGNATURE_BYTES = 4_096
_REPORT_BYTES = 2**20
_REPLY_BYTES = 512 * 1024
_SENT_BYTES = 4_096
_SUBTYPE = r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}"

_ANSWERS = {
    **{
        name: text(2_000)
        for name in ("category", "region", "institution", "place", "period", "amount")
    },
    "ongoing": one_of("yes", "no", "unknown"),
    "source": one_of("took_part", "saw", "told", "heard", "documents"),
    "knowers": one_of("public", "more_than_5", "2_to_5", "only_reporter", "unknown"),
    "paid": one_of("yes", "no", "unknown"),
}
_CONSENT = {
    "to": one_of("agency", "journalists", "any", "none"),
    "secrecy": boolean,
    "do_not_use": text(_REPORT_BYTES),
}


@dataclass(frozen=True)
class OpenedReport:
    """A report or a message, checked through."""

    json: bytes
    attachments: list[bytes]
    signed_by: bytes | None
    """The report's own key, if it signed and the mailbox commits to it."""


def open_report(sealed: bytes, seed: bytes, *, came_under: str) -> OpenedReport:
    """Open and check all of a report."""
    archive = _archive(open_file(sealed, seed), floor=65_536)
    content = archive.read("report.json", limit_bytes=_REPORT_BYTES)
    report = _report(content)
    expected = [each["entry"] for each in report["attachments"]]
    tail = ["report.json", "report.json.sig", "padding"]
    if archive.names != expected + tail:
        raise RefusedError("wrong_entries")
    if any(
        archive.size(each["entry"]) != each["size"] for each in report["attachments"]
    ):
        raise RefusedError("wrong_size")
    if report["mailbox"] != came_under:
        raise RefusedError("other_mailbox")
    signed_by = _signed_by(archive, "report.json", content, [report["message_key"]])
    if not _fits_mailbox(report):
        signed_by = None
    if signed_by is None and report["kind"] == "report":
        raise RefusedError("wrong_signature")
    attachments = []
    for each in report["attachments"]:
        attachments.append(archive.read(each["entry"]))
        found = hashlib.sha256(attachments[-1]).hexdigest()
        if each.get("sha256", found) != found:
            raise RefusedError("wrong_sha256")
    archive.require_zero_padding()
    assert archive.agrees_with_stock_zip()
    return OpenedReport(content, attachments, signed_by)


def _report(content: bytes) -> Document:
    document = read(
        content,
        format_name="debunker-report/1",
        limit_bytes=_REPORT_BYTES,
        too_long="report_json_too_long",
    )
    report = take(
        document,
        {
            "kind": one_of("report", "message"),
            "number": integer(1),
            "sealed_by": one_of("browser", "offline", "server"),
            "language": one_of(*_LANGUAGES),
            "text": text(_REPORT_BYTES),
            "answers": member_object,
            "consent": or_null(member_object),
            "reply_to": hybrid_or("reply_to_wrong"),
            "message_key": ed25519_key,
            "token_hash": sha256,
            "mailbox": mailbox,
            "directory_version": integer(1),
            "attachments": array(997),
        },
    )
    is_message = report["kind"] == "message"
    answered = {name: _ANSWERS[name] for name in _ANSWERS if name in report["answers"]}
    take(report["answers"], answered)
    if report["consent"] is not None:
        take(report["consent"], _CONSENT)
    if (report["number"] > 1) != is_message:
        raise RefusedError("number_out_of_range")
    if (report["consent"] is None) != is_message:
        raise RefusedError("consent_wrong")
    if is_message and report["answers"]:
        raise RefusedError("answers_wrong")
    if all(_is_invisible(each) for each in report["text"]):
        raise RefusedError("text_blank")
    for number, each in enumerate(report["attachments"], start=1):
        _check_attachment(each, number, is_message=is_message)
    if not is_message and not _fits_mailbox(report):
        raise RefusedError("wrong_mailbox_key")
    return report


def _check_attachment(document: Document, number: int, *, is_message: bool) -> None:
    checks: dict[str, Any] = {
        "entry": one_of(f"attachments/{number:03}"),
        "name": _file_name,
        "media_type": _media_type,
        "size": integer(0),
    }
    take(document, checks | ({"sha256": sha256} if is_message else {}))


def _file_name(name: str, value: object) -> str:
    checked: str = text(255)(name, value)
    if not checked or any(each in "/\\\x7f" or each < " " for each in checked):
        raise RefusedError(f"{name}_wrong")
    return checked


def _media_type(name: str, value: object) -> str:
    checked: str = text(255)(name, value)
    matching(f"{_SUBTYPE}/{_SUBTYPE}")(name, checked)
    return checked


def _is_invisible(character: str) -> bool:
    category = unicodedata.category(character)
    return category.startswith("Z") or category in {"Cc", "Cf"}


def _fits_mailbox(report: Document) -> bool:
    token_hash = bytes.fromhex(report["token_hash"])
    committed = mailbox_of(token_hash, report["message_key"])
    return committed == str(report["mailbox"])


def read_answer(untrusted: bytes) -> tuple[list[str], list[bytes]]:
    """Read out of the mailbox's answer: days of what waits, and sealed replies."""
    archive = _archive(untrusted, floor=131_072)
    first, *replies = archive.names[:-1] or [""]
    expected = [f"replies/{number:03}" for number in range(1, len(replies) + 1)]
    if (first, archive.names[-1]) != ("sent.json", "padding") or replies != expected:
        raise RefusedError("wrong_entries")
    days = _days(archive.read("sent.json", limit_bytes=_SENT_BYTES))
    return days, [archive.read(name) for name in replies]


def _days(content: bytes) -> list[str]:
    document = read(
        content,
        format_name="debunker-sent/1",
        limit_bytes=_SENT_BYTES,
        too_long="entry_too_large",
    )
    listed = take(document, {"sent": array(60)})["sent"]
    days = [take(each, {"day": day})["day"] for each in listed]
    if days != sorted(set(days)):
        raise RefusedError("sent_not_sorted")
    return [str(each) for each in days]


def open_replies(
    sealed: Sequence[bytes], seed: bytes, *, came_under: str, directory: Directory
) -> tuple[list[bytes], int]:
    """Open all that open: each one's `reply.json` by number, and how many do not."""
    found: dict[int, bytes] = {}
    unreadable = 0
    for each in sealed:
        try:
            number, content = open_reply(
                each, seed, came_under=came_under, directory=directory
            )
        except RefusedError:
            unreadable += 1
            continue
        unreadable += number in found
        found.setdefault(number, content)
    return [found[number] for number in sorted(found)], unreadable


def open_reply(
    sealed: bytes, seed: bytes, *, came_under: str, directory: Directory
) -> tuple[int, bytes]:
    """Open and check one reply: its number and its `reply.json`."""
    archive = _archive(open_file(sealed, seed), floor=16_384)
    if archive.names != ["reply.json", "reply.json.sig", "padding"]:
        raise RefusedError("wrong_entries")
    archive.require_zero_padding()
    content = archive.read("reply.json", limit_bytes=_REPLY_BYTES)
    document = read(
        content,
        format_name="debunker-reply/1",
        limit_bytes=_REPLY_BYTES,
        too_long="reply_json_too_long",
    )
    states = ("received", "under_review", "more_needed", "referred", "closed")
    reply = take(
        document,
        {
            "mailbox": mailbox,
            "number": integer(1),
            "day": day,
            "language": one_of(*_LANGUAGES),
            "state": one_of(*states),
            "text": text(_REPLY_BYTES),
        },
    )
    team = directory.team_on(reply["day"])
    if _signed_by(archive, "reply.json", content, team) is None:
        raise RefusedError("wrong_signature")
    if reply["mailbox"] != came_under:
        raise RefusedError("other_mailbox")
    return reply["number"], content


def read_mailbox(
    answer: bytes, reporter: Reporter, directory: Directory
) -> tuple[list[bytes], int]:
    """Do what the reporter's page does with the mailbox's answer."""
    return open_replies(
        read_answer(answer)[1],
        reporter.identity_seed,
        came_under=reporter.mailbox,
        directory=directory,
    )


def _archive(plaintext: bytes, *, floor: int) -> Archive:
    if not is_rung(len(plaintext), floor=floor):
        raise RefusedError("not_a_rung")
    return Archive(plaintext)


def _signed_by(
    archive: Archive, name: str, content: bytes, keys: Sequence[bytes]
) -> bytes | None:
    armored = archive.read(f"{name}.sig", limit_bytes=_SIGNATURE_BYTES)
    namespace = "debunker-" + name.removesuffix(".json")
    return signer(armored.decode("latin-1"), content, keys, namespace=namespace)
