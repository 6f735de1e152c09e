"""A reporter with a program of their own: only what the intake serves to anybody."""

import io
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urljoin

import requests

from crypto.age import HybridRecipient
from crypto.ed25519 import VerificationKey
from crypto.entropy import system_entropy
from protocol.codename import Codename
from protocol.directory import (
    IdentityList,
    KeyDirectory,
    SignedDirectory,
    report_recipients,
    verify_directory,
)
from protocol.languages import Language
from protocol.mailbox import ReporterKeys, read_mailbox_answer
from protocol.reply import Reply, open_replies
from protocol.report import (
    Answers,
    Consent,
    ConsentTo,
    Kind,
    ReportDraft,
    ReportWriter,
    SealedBy,
    message_number,
)

PATIENCE_SECONDS = 20


@dataclass
class Visitor:
    """Somebody with a codename, who knows the root's key from a poster."""

    root: VerificationKey
    codename: Codename = field(
        default_factory=lambda: Codename.generate(system_entropy),
    )

    def report(
        self,
        intake: str,
        text: str,
        now: datetime,
        files: Sequence[tuple[str, bytes]] = (),
    ) -> None:
        """Seal a first report to the keys of this moment, and send it."""
        self._send(intake, Kind.REPORT, text, now, files)

    def message(self, intake: str, text: str, now: datetime) -> None:
        """Write again to the same mailbox."""
        self._send(intake, Kind.MESSAGE, text, now, ())

    def replies(self, intake: str, now: datetime) -> list[Reply]:
        """Open the mailbox; every reply there is must verify."""
        directory, _ = self._keys(intake, now)
        keys = self._own(directory)
        answer = requests.get(
            f"{intake}/mailbox",
            headers={"Authorization": keys.token.bearer()},
            timeout=PATIENCE_SECONDS,
        )
        replies, unreadable = open_replies(
            read_mailbox_answer(answer.content).replies,
            keys.identity,
            mailbox=keys.mailbox,
            directory=directory,
        )
        assert unreadable == 0
        return list(replies)

    def _keys(
        self, intake: str, now: datetime
    ) -> tuple[KeyDirectory, tuple[HybridRecipient, ...]]:
        served = {
            name: _get(f"{intake}/{name}")
            for name in ("directory.json", "directory.json.sig", "identities.json")
        }
        directory = verify_directory(
            SignedDirectory(
                directory=served["directory.json"],
                signature=served["directory.json.sig"].decode(),
                cross_signature=_cross_signature(intake),
            ),
            root=self.root,
            newest_seen=0,
            now=now,
        )
        identities = IdentityList.parse(served["identities.json"])
        return directory, report_recipients(directory, identities, now)

    def _own(self, directory: KeyDirectory) -> ReporterKeys:
        return ReporterKeys.derive(self.codename, directory.organisation_id)

    def _send(
        self,
        intake: str,
        kind: Kind,
        text: str,
        now: datetime,
        files: Sequence[tuple[str, bytes]],
    ) -> None:
        directory, recipients = self._keys(intake, now)
        keys = self._own(directory)
        is_report = kind is Kind.REPORT
        draft = ReportDraft(
            kind=kind,
            number=1 if is_report else message_number(now, system_entropy),
            sealed_by=SealedBy.BROWSER,
            language=Language.RU,
            text=text,
            answers=Answers(),
            consent=Consent(to=ConsentTo.ANY, secrecy=False, do_not_use="")
            if is_report
            else None,
            reply_to=keys.identity.recipient,
            message_key=keys.signing_key.verification_key,
            token_hash=keys.token.token_hash,
            mailbox=keys.mailbox,
            directory_version=directory.version,
        )
        sealed = io.BytesIO()
        with ReportWriter(
            sealed, recipients, entropy=system_entropy, kind=kind
        ) as writer:
            for name, content in files:
                writer.begin_attachment(name, "application/pdf")
                writer.write(content)
                writer.end_attachment()
            writer.finish(draft, keys.signing_key)
        _upload(intake, str(keys.mailbox), sealed.getvalue())


def _cross_signature(intake: str) -> str | None:
    """Fetch the other root's signature, while one root replaces another."""
    answer = requests.get(
        f"{intake}/directory.json.cross.sig", timeout=PATIENCE_SECONDS
    )
    return answer.text if answer.status_code == HTTPStatus.OK else None


def _get(url: str) -> bytes:
    answer = requests.get(url, timeout=PATIENCE_SECONDS)
    assert answer.status_code == 200, url
    return answer.content


def _upload(intake: str, mailbox: str, sealed: bytes) -> None:
    """Send a sealed file as the page does: create, then one piece."""
    created = requests.post(
        f"{intake}/uploads",
        headers={
            "Tus-Resumable": "1.0.0",
            "Upload-Length": str(len(sealed)),
            "Upload-Metadata": f"mailbox {b64encode(mailbox.encode()).decode()}",
        },
        timeout=PATIENCE_SECONDS,
    )
    assert created.status_code == 201, created.text
    sent = requests.patch(
        urljoin(intake, created.headers["Location"]),
        data=sealed,
        headers={
            "Tus-Resumable": "1.0.0",
            "Upload-Offset": "0",
            "Content-Type": "application/offset+octet-stream",
        },
        timeout=PATIENCE_SECONDS,
    )
    assert sent.status_code == 204, sent.text
