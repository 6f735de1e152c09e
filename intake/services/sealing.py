"""Reports and messages of those without JavaScript, sealed while they arrive.

Spec: docs/protocol.md §1, §3, §5.

Attachments go straight from the request into the seal and as ciphertext to the
disk; text waits in memory for the length of the request. What comes out is, to
the byte of its size, what the page with JavaScript would have sent, and leaves
the same rows.

Rules:
* Directory and identities are asked when the sealing begins: expired ones take
  nothing.
* Nothing is kept unless `finish` returned: leaving the context removes the file.
"""

from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from crypto.entropy import Entropy
from intake.domain.clock import Clock
from intake.domain.deposit import Deposit, Upload, UploadId, expiry_of
from intake.domain.errors import TooLargeError
from intake.services.directory import CurrentDirectory, SealingKeys
from intake.services.ports import DepositStore, SealingFile
from protocol.codename import Codename
from protocol.day import day_of
from protocol.errors import TooLargeError as ProtocolTooLargeError
from protocol.languages import Language
from protocol.mailbox import ReporterKeys
from protocol.report import (
    Answers,
    Consent,
    Kind,
    ReportDraft,
    ReportWriter,
    SealedBy,
    message_number,
)
from protocol.sync import DepositId

FIRST_NUMBER: Final = 1
"""Of a mailbox's report; messages grow from there."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Written:
    """What a reporter wrote, checked field by field, not yet sealed."""

    text: str
    language: Language
    """Of the page that was used."""

    answers: Answers
    consent: Consent | None
    """`None` in a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealReport:
    """Opens seals for forms."""

    deposits: DepositStore
    directory: CurrentDirectory
    clock: Clock
    entropy: Entropy
    limit_bytes: int
    """Of an archive before it is sealed."""

    def check_room(self) -> None:
        """Say so before anybody types what could not be taken.

        Raises:
            FullError: There is no room.
        """
        self.deposits.check_room()

    def begin(self, kind: Kind) -> "Sealing":
        """Begin a report or a message.

        Returns:
            A context that keeps nothing unless it is finished.

        Raises:
            ClosedError: There is no valid directory, or nobody's identity holds.
            FullError: There is no room.
        """
        return Sealing(self, kind, self.directory.load_to_seal())


class Sealing:
    """One form on its way into the seal."""

    def __init__(self, service: SealReport, kind: Kind, keys: SealingKeys) -> None:
        """Open a file to seal into; called by `SealReport.begin`."""
        self._service = service
        self._kind = kind
        self._directory = keys.directory
        self._now = service.clock.now()
        self._upload_id = UploadId.generate(service.entropy)
        self._file: SealingFile = service.deposits.begin(self._upload_id)
        try:
            self._writer = ReportWriter(
                self._file,
                keys.recipients,
                kind=kind,
                limit_bytes=service.limit_bytes,
                entropy=service.entropy,
            )
        except BaseException:
            # Nobody holds the context yet that would remove the file.
            self._file.__exit__(None, None, None)
            raise

    def __enter__(self) -> Self:
        """Return the seal."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Remove what `finish` did not keep."""
        self._file.__exit__(kind, error, trace)

    def begin_attachment(self, name: str, media_type: str) -> None:
        """Begin a file; both are untrusted."""
        with _own_errors():
            self._writer.begin_attachment(name, media_type)

    def write(self, data: bytes) -> None:
        """Take the next bytes of the file."""
        with _own_errors():
            self._writer.write(data)

    def end_attachment(self) -> None:
        """End the file."""
        with _own_errors():
            self._writer.end_attachment()

    def finish(self, codename: Codename, written: Written) -> None:
        """Seal the text; the report is a durable deposit when this returns.

        Raises:
            FullError: There is no room.
            TooLargeError: It does not fit.
        """
        keys = ReporterKeys.derive(codename, self._directory.organisation_id)
        with _own_errors():
            draft = self._draft(keys, written)
            self._writer.finish(draft, keys.signing_key)
        self._keep(keys)

    def _draft(self, keys: ReporterKeys, written: Written) -> ReportDraft:
        is_message = self._kind is Kind.MESSAGE
        number = (
            message_number(self._now, self._service.entropy)
            if is_message
            else FIRST_NUMBER
        )
        return ReportDraft(
            kind=self._kind,
            number=number,
            sealed_by=SealedBy.SERVER,
            language=written.language,
            text=written.text,
            answers=written.answers,
            consent=written.consent,
            reply_to=keys.identity.recipient,
            message_key=keys.token.message_key,
            token_hash=keys.token.token_hash,
            mailbox=keys.mailbox,
            directory_version=self._directory.version,
        )

    def _keep(self, keys: ReporterKeys) -> None:
        today = day_of(self._service.clock.now())
        deposit = Deposit(
            id=DepositId.generate(self._service.entropy),
            mailbox=keys.mailbox,
            size_bytes=self._file.size_bytes,
            received_on=today,
            sha256=self._file.sha256(),
        )
        upload = Upload(
            id=self._upload_id,
            mailbox=None,
            length_bytes=self._file.size_bytes,
            expires_on=expiry_of(today),
            finished=True,
        )
        self._service.deposits.keep(self._file, deposit, upload)


class _own_errors:  # noqa: N801  # reads as a statement
    """Turns the protocol's *too large* into the intake's."""

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Translate one error; let every other one pass."""
        if isinstance(error, ProtocolTooLargeError):
            raise TooLargeError("larger than this server takes") from None
