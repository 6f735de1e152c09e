"""A report's whole way, read at each station by the second implementation."""

import base64
import json
import subprocess
from pathlib import Path

import pytest

from crypto.age import parse_recipient
from crypto.age.hybrid import HybridRecipient
from crypto.entropy import system_entropy
from protocol.day import day_of
from protocol.languages import Language
from protocol.mailbox import MailboxId
from protocol.reply import CaseState, Reply, seal_reply
from protocol.sync import ReplyId
from tests.independent_reader import directories, messages
from tests.independent_reader.age_file import stanza_types
from tests.independent_reader.documents import ed25519_key
from tests.independent_reader.keys import Reporter, read_codename
from tests.intake.conftest import House
from tests.intake.console import Console
from tests.intake.reporter import PlainReporter, codename_in

TWIN = Path(__file__).parents[2] / "browser" / "test" / "twin.mjs"
TEXT = "Мен көрдім: әкім ақша алды.\nВторая строка"
FILES = [("акт.pdf", b"%PDF" + bytes(70_000)), ("фото.jpg", b"\xff\xd8\r\n--x")]


def _directory(house: House) -> directories.Directory:
    """Fetch the directory as anybody can, and verify it."""
    client = house.client()
    return directories.verify_directory(
        client.get("/directory.json").data,
        client.get("/directory.json.sig").text,
        None,
        root=ed25519_key("root", str(house.organisation.root.verification_key)),
        newest_seen=0,
        now=house.clock.now(),
    )


def test_the_intake_says_whom_to_seal_to(house: House) -> None:
    """Directory and identities, as any page or auditor fetches them."""
    identities = house.client().get("/identities.json").data

    recipients = directories.report_recipients(
        _directory(house), identities, house.clock.now()
    )

    people = (house.organisation.reviewer, house.organisation.recovery)
    assert recipients == [str(each.recipient) for each in people]


@pytest.mark.parametrize("who", ["reviewer", "recovery"])
def test_what_the_server_sealed_is_read(house: House, who: str) -> None:
    """Codename from the page, report from the disk, by either recipient."""
    without_script = PlainReporter(house.client())
    without_script.get("plain/report")
    directory = _directory(house)
    reporter = Reporter.derive(
        read_codename(codename_in(without_script.page)), directory.organisation_id
    )
    without_script.report(TEXT, files=FILES, consent_to="agency")
    (path,) = house.deposits
    sealed = path.read_bytes()
    seed = getattr(house.organisation, who).seed

    report = messages.open_report(sealed, seed, came_under=reporter.mailbox)

    assert json.loads(report.json)["text"] == TEXT
    assert report.attachments == [content for _, content in FILES]
    assert report.signed_by == reporter.message_key
    assert stanza_types(sealed) == 2 * ["mlkem768x25519"]


@pytest.mark.needs("node")
def test_what_the_browser_sealed_is_read(house: House) -> None:
    """By the page's own modules, sealed to what the intake serves."""
    secret = system_entropy(12)
    client = house.client()
    request = {
        "do": "seal",
        "directory": base64.b64encode(client.get("/directory.json").data).decode(),
        "signature": client.get("/directory.json.sig").text,
        "identities": base64.b64encode(client.get("/identities.json").data).decode(),
        "root": str(house.organisation.root.verification_key),
        "secret": base64.b64encode(secret).decode(),
        "draft": {"kind": "message", "language": "kk", "text": TEXT},
        "files": [
            {
                "name": name,
                "type": "application/pdf",
                "content": base64.b64encode(content).decode(),
            }
            for name, content in FILES
        ],
    }
    done = subprocess.run(
        ["node", str(TWIN)],
        input=json.dumps(request).encode(),
        capture_output=True,
        check=True,
        timeout=120,
    )
    answer = json.loads(done.stdout)
    reporter = Reporter.derive(secret, _directory(house).organisation_id)

    report = messages.open_report(
        base64.b64decode(answer["sealed"]),
        house.organisation.reviewer.seed,
        came_under=reporter.mailbox,
    )

    assert answer["mailbox"] == reporter.mailbox
    assert json.loads(report.json)["text"] == TEXT
    assert report.attachments == [content for _, content in FILES]
    assert report.signed_by == reporter.message_key


def test_the_teams_reply_is_read_from_the_mailbox(house: House) -> None:
    """With the codename's twelve bytes and the document, nothing else."""
    directory = _directory(house)
    reporter = Reporter.derive(system_entropy(12), directory.organisation_id)
    reply = Reply(
        mailbox=MailboxId(reporter.mailbox),
        number=1,
        day=day_of(house.clock.now()),
        language=Language.KK,
        state=CaseState.MORE_NEEDED,
        text=TEXT,
    )
    sealed = seal_reply(
        reply,
        _recipient(reporter),
        team_key=house.organisation.team,
        entropy=system_entropy,
    )
    console = Console(house=house)
    for body in (sealed, b"no reply"):
        reply_id = ReplyId.generate(system_entropy)
        path = f"/sync/mailboxes/{reporter.mailbox}/replies/{reply_id}"
        assert console.call("PUT", path, body).status_code == 201

    answer = house.client().get(
        "/mailbox", headers={"Authorization": reporter.authorization}
    )

    replies, unreadable = messages.read_mailbox(answer.data, reporter, directory)
    assert replies == [reply.to_json()]
    assert unreadable == 1


def _recipient(reporter: Reporter) -> HybridRecipient:
    """Read the reporter's recipient as a report carries it."""
    recipient = parse_recipient(reporter.reply_to)
    assert isinstance(recipient, HybridRecipient)
    return recipient
