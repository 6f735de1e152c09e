"""Sealed reports as the page with JavaScript would send them."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime

from crypto.age import HybridRecipient
from crypto.entropy import system_entropy
from protocol.codename import Codename
from protocol.languages import Language
from protocol.mailbox import MailboxId, ReporterKeys
from protocol.report import (
    Answers,
    Consent,
    ConsentTo,
    Kind,
    Report,
    ReportDraft,
    ReportReader,
    ReportWriter,
    SealedBy,
)
from tests.intake.organisation import Organisation


def seal_in_page(
    organisation: Organisation,
    *,
    text: str = "Взятка в акимате",
    attachments: Sequence[tuple[str, bytes]] = (),
    codename: Codename | None = None,
    recipients: Sequence[HybridRecipient] = (),
) -> tuple[bytes, MailboxId]:
    """Seal a report; return it and where it goes."""
    codename = codename or Codename.generate(system_entropy)
    keys = ReporterKeys.derive(codename, organisation.id)
    sealed = io.BytesIO()
    writer = ReportWriter(
        sealed,
        recipients
        or (organisation.reviewer.recipient, organisation.recovery.recipient),
        entropy=system_entropy,
    )
    for name, content in attachments:
        writer.begin_attachment(name, "application/pdf")
        writer.write(content)
        writer.end_attachment()
    draft = ReportDraft(
        kind=Kind.REPORT,
        number=1,
        sealed_by=SealedBy.BROWSER,
        language=Language.RU,
        text=text,
        answers=Answers(),
        consent=Consent(to=ConsentTo.NONE, secrecy=False, do_not_use=""),
        reply_to=keys.identity.recipient,
        message_key=keys.signing_key.verification_key,
        token_hash=keys.token.token_hash,
        mailbox=keys.mailbox,
        directory_version=1,
    )
    writer.finish(draft, keys.signing_key)
    return sealed.getvalue(), keys.mailbox


def open_deposit(
    sealed: bytes, organisation: Organisation, mailbox: MailboxId
) -> tuple[Report, list[bytes]]:
    """Open a deposit as a reviewer; return the report and its files."""
    reader = ReportReader(
        io.BytesIO(sealed), [organisation.reviewer], came_under=mailbox
    )
    reader.verify_all()
    files = [
        reader.open_attachment(attachment.entry).read()
        for attachment in reader.report.attachments
    ]
    return reader.report, files


def this_moment() -> datetime:
    """Return now, for tests against a real server."""
    return datetime.now(UTC)  # noqa: TID251  # tests run now
