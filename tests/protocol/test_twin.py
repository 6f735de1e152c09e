"""The browser's code and Python's meet: what one seals, the other opens.

Spec: docs/protocol.md §1–§4. The browser's modules run in Node, as they are
bundled for the page; nothing between the two is imitated.
"""

import base64
import io
import json
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from crypto.age import HybridIdentity
from crypto.ed25519 import SigningKey
from crypto.entropy import system_entropy
from protocol.codename import Codename
from protocol.day import day_of
from protocol.directory import report_recipients, sign_directory
from protocol.languages import Language
from protocol.mailbox import ReporterKeys, build_mailbox_answer
from protocol.reply import CaseState, Reply, seal_reply
from protocol.report import (
    Answers,
    Consent,
    ConsentTo,
    Kind,
    Knowers,
    Paid,
    ReportDraft,
    ReportReader,
    ReportWriter,
    SealedBy,
    is_verified_message,
)
from tests.intake.organisation import Organisation

pytestmark = pytest.mark.needs("node")

TWIN = Path(__file__).parents[2] / "browser" / "test" / "twin.mjs"
NOW = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251  # the twin asks its own clock
ORGANISATION = Organisation()
ROOT, TEAM = ORGANISATION.root, ORGANISATION.team
REVIEWER, RECOVERY = ORGANISATION.reviewer, ORGANISATION.recovery
CODENAME = Codename.generate(system_entropy)
TEXT = 'Мен көрдім: әкім ақша алды.\nВторая строка — \u2028 «кавычки» \\ "\t😀'
DIRECTORY = ORGANISATION.content(now=NOW)
SIGNED = sign_directory(DIRECTORY, ROOT)
IDENTITIES = ORGANISATION.identities(now=NOW)
KEYS = ReporterKeys.derive(CODENAME, DIRECTORY.organisation_id)


def _ask(request: Mapping[str, object]) -> dict[str, Any]:
    """Have the browser's modules do something."""
    common = {
        "directory": base64.b64encode(SIGNED.directory).decode(),
        "signature": SIGNED.signature,
        "identities": base64.b64encode(IDENTITIES.to_json()).decode(),
        "root": str(ROOT.verification_key),
        "secret": base64.b64encode(CODENAME.secret).decode(),
    }
    done = subprocess.run(
        ["node", str(TWIN)],
        input=json.dumps({**common, **request}).encode(),
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr.decode()
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _seal(
    draft: Mapping[str, object], files: Sequence[tuple[str, str, bytes]] = ()
) -> bytes:
    """Seal in the browser's code; the announced length and mailbox are right."""
    typed = [
        {"name": name, "type": kind, "content": base64.b64encode(content).decode()}
        for name, kind, content in files
    ]
    answer = _ask({"do": "seal", "draft": draft, "files": typed})
    sealed = base64.b64decode(answer["sealed"])
    assert len(sealed) == answer["lengthBytes"]
    assert answer["mailbox"] == str(KEYS.mailbox)
    return sealed


def _report_draft() -> dict[str, object]:
    """Give a report as the page reads it from the form."""
    return {
        "kind": "report",
        "language": "kk",
        "text": TEXT,
        "answers": {"category": "bribe", "knowers": "2_to_5", "paid": "unknown"},
        "consent": {"to": "agency", "secrecy": True, "doNotUse": "суреттің артын"},
    }


FILES = (
    ("C:\\құжат\\акт №1.pdf", "application/pdf", bytes(range(256)) * 1_500),
    ("empty", "", b""),
    ("a\x07b.txt", "Text/Plain; charset=utf-8", b"x" * 65_536),
)


def _open(sealed: bytes, identity: HybridIdentity = REVIEWER) -> ReportReader:
    """Open in Python, strictly."""
    reader = ReportReader(io.BytesIO(sealed), [identity], came_under=KEYS.mailbox)
    reader.verify_all()
    return reader


@pytest.mark.parametrize("identity", [REVIEWER, RECOVERY], ids=["reviewer", "recovery"])
def test_a_report_from_the_page_opens(identity: HybridIdentity) -> None:
    """Text, answers, consent, names and bytes are what the reporter gave."""
    reader = _open(_seal(_report_draft(), FILES), identity)

    report = reader.report
    assert (report.kind, report.number, report.sealed_by) == (
        Kind.REPORT,
        1,
        SealedBy.BROWSER,
    )
    assert report.text == TEXT
    assert report.answers == Answers(
        category="bribe", knowers=Knowers.TWO_TO_5, paid=Paid.UNKNOWN
    )
    assert report.consent == Consent(
        to=ConsentTo.AGENCY, secrecy=True, do_not_use="суреттің артын"
    )
    assert [(each.name, each.media_type) for each in report.attachments] == [
        ("акт №1.pdf", "application/pdf"),
        ("empty", "application/octet-stream"),
        ("a_b.txt", "text/plain"),
    ]
    contents = [
        reader.open_attachment(each.entry).read() for each in report.attachments
    ]
    assert contents == [content for _, _, content in FILES]
    assert report.reply_to == KEYS.identity.recipient
    assert report.message_key == KEYS.signing_key.verification_key
    assert report.directory_version == DIRECTORY.version
    assert reader.signature_by == KEYS.signing_key.verification_key


def test_a_message_from_the_page_is_verified() -> None:
    """It carries the codename's signature, over the attachments too."""
    draft = {"kind": "message", "language": "ru", "text": TEXT}

    reader = _open(_seal(draft, FILES))

    assert is_verified_message(reader, KEYS.signing_key.verification_key)
    assert not is_verified_message(reader, TEAM.verification_key)
    days = (day_of(NOW) - date(2020, 1, 1)).days
    assert reader.report.number // 1_000_000 in (days, days + 1)
    assert all(each.sha256 for each in reader.report.attachments)


def test_both_ways_give_the_same_file() -> None:
    """A sealed file tells nobody which way it came: one length, one header."""
    sealed = io.BytesIO()
    writer = ReportWriter(
        sealed, report_recipients(DIRECTORY, IDENTITIES, NOW), entropy=system_entropy
    )
    report = writer.finish(
        ReportDraft(
            kind=Kind.REPORT,
            number=1,
            sealed_by=SealedBy.SERVER,
            language=Language.KK,
            text=TEXT,
            answers=Answers(
                category="bribe", knowers=Knowers.TWO_TO_5, paid=Paid.UNKNOWN
            ),
            consent=Consent(
                to=ConsentTo.AGENCY, secrecy=True, do_not_use="суреттің артын"
            ),
            reply_to=KEYS.identity.recipient,
            message_key=KEYS.signing_key.verification_key,
            token_hash=KEYS.token.token_hash,
            mailbox=KEYS.mailbox,
            directory_version=DIRECTORY.version,
        ),
        KEYS.signing_key,
    )
    from_page = _seal(_report_draft())

    assert len(from_page) == len(sealed.getvalue())
    page_report = json.loads(_open(from_page).report.to_json())
    assert page_report.pop("sealed_by") == "browser"
    server_report = json.loads(report.to_json())
    assert server_report.pop("sealed_by") == "server"
    assert page_report == server_report


def test_the_page_reads_replies_and_counts_what_it_cannot() -> None:
    """Signed replies are shown by number; a stranger's is skipped."""

    def reply(number: int, state: CaseState, key: SigningKey) -> bytes:
        content = Reply(
            mailbox=KEYS.mailbox,
            number=number,
            day=day_of(NOW),
            language=Language.RU,
            state=state,
            text=TEXT,
        )
        recipient = KEYS.identity.recipient
        return seal_reply(content, recipient, team_key=key, entropy=system_entropy)

    replies = [
        reply(2, CaseState.MORE_NEEDED, TEAM),
        reply(1, CaseState.RECEIVED, TEAM),
        reply(3, CaseState.CLOSED, ROOT),
        reply(2, CaseState.CLOSED, TEAM),
    ]
    answer = build_mailbox_answer(replies, entropy=system_entropy)

    opened = _ask({"do": "read", "answer": base64.b64encode(answer).decode()})

    day = day_of(NOW).isoformat()
    assert opened == {
        "replies": [
            {
                "number": 1,
                "day": day,
                "language": "ru",
                "state": "received",
                "text": TEXT,
            },
            {
                "number": 2,
                "day": day,
                "language": "ru",
                "state": "more_needed",
                "text": TEXT,
            },
        ],
        "unreadableCount": 2,
    }
