"""A file that was sealed elsewhere and is handed in whole, by a form.

Spec: docs/protocol.md §4.2, §5.

The way for those whose browser runs no script, or whose report was sealed without a
network: what the form brings is ciphertext already, is held against the same checks
as an upload in pieces, and leaves the same rows.

Rules:
* Nothing begins while the form is closed, or full.
* What cannot be a sealed report is refused as soon as its header says so.
* Nothing is kept unless `finish` returned: leaving the context removes the file.
"""

from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from crypto.entropy import Entropy
from intake.domain.clock import Clock
from intake.domain.deposit import Deposit, Upload, UploadId, expiry_of
from intake.domain.errors import RefusedUploadError, TooLargeError
from intake.services.directory import CurrentDirectory
from intake.services.ports import DepositStore, SealingFile
from protocol.day import day_of
from protocol.errors import ProtocolError
from protocol.errors import TooLargeError as ProtocolTooLargeError
from protocol.mailbox import MailboxId
from protocol.report import HEADER_LIMIT_BYTES, check_sealed_upload
from protocol.sync import DepositId

_LENGTH: Final = "not_a_rung"
"""Reason of `check_sealed_upload` that only the whole file can decide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeSealedFile:
    """Takes sealed files in, each in one go."""

    deposits: DepositStore
    directory: CurrentDirectory
    clock: Clock
    entropy: Entropy
    limit_bytes: int
    """Of a sealed file."""

    def check_open(self) -> None:
        """Say so before anybody chooses a file that could not be taken.

        Raises:
            ClosedError: There is no valid directory.
            FullError: There is no room.
        """
        self.directory.load()
        self.deposits.check_room()

    def begin(self) -> "ArrivingFile":
        """Begin to take a file.

        Returns:
            A context that keeps nothing unless it is finished.

        Raises:
            ClosedError: There is no valid directory.
            FullError: There is no room.
        """
        self.directory.load()
        return ArrivingFile(self)


class ArrivingFile:
    """One sealed file on its way in."""

    def __init__(self, service: TakeSealedFile) -> None:
        """Open a file to write to; called by `TakeSealedFile.begin`."""
        self._service = service
        self._upload_id = UploadId.generate(service.entropy)
        self._file: SealingFile = service.deposits.begin(self._upload_id)
        self._head = bytearray()

    def __enter__(self) -> Self:
        """Return the file."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Remove what `finish` did not keep."""
        self._file.__exit__(kind, error, trace)

    def write(self, data: bytes) -> None:
        """Take the next bytes.

        Raises:
            FullError: There is no room.
            RefusedUploadError: It is no sealed report.
            TooLargeError: Past the limit.
        """
        if self._file.size_bytes + len(data) > self._service.limit_bytes:
            raise TooLargeError("larger than this server takes")
        missing_bytes = HEADER_LIMIT_BYTES - len(self._head)
        self._file.write(data)
        if missing_bytes > 0:
            self._head += data[:missing_bytes]
            if len(self._head) == HEADER_LIMIT_BYTES:
                self._check_header()

    def finish(self, mailbox: MailboxId) -> None:
        """Keep the file; it is a durable deposit when this returns.

        Args:
            mailbox: Where the report goes, as its sender says: only whoever opens
                the file can tell whether that is so.

        Raises:
            FullError: There is no room.
            RefusedUploadError: It is no sealed report, or not all of one.
        """
        size_bytes = self._file.size_bytes
        try:
            check_sealed_upload(bytes(self._head), size_bytes)
        except ProtocolError:
            raise RefusedUploadError("not a sealed report") from None
        today = day_of(self._service.clock.now())
        deposit = Deposit(
            id=DepositId.generate(self._service.entropy),
            mailbox=mailbox,
            size_bytes=size_bytes,
            received_on=today,
            sha256=self._file.sha256(),
        )
        upload = Upload(
            id=self._upload_id,
            mailbox=None,
            length_bytes=size_bytes,
            expires_on=expiry_of(today),
            finished=True,
        )
        self._service.deposits.keep(self._file, deposit, upload)

    def _check_header(self) -> None:
        try:
            check_sealed_upload(bytes(self._head), self._service.limit_bytes)
        except ProtocolTooLargeError:
            return
        except ProtocolError as error:
            if error.reason != _LENGTH:
                raise RefusedUploadError("not a sealed report") from None
