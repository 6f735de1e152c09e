"""Sealed files that arrive piece by piece.

Spec: docs/protocol.md §5.

Rules:
* Nothing begins while the form is closed; what has begun may end.
* The form of the file is checked as soon as its header is here, and again
  before it becomes a deposit: a stranger's file is dropped, not kept.
* Whatever was reported as received of an upload is durable.
* A complete upload is finished by whoever sees it first, sender or not: a kill
  between the last byte and the row costs nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from crypto.entropy import Entropy
from intake.domain.clock import Clock
from intake.domain.deposit import Deposit, Upload, UploadId, expiry_of
from intake.domain.errors import (
    FullError,
    OffsetError,
    RefusedUploadError,
    TooLargeError,
    UploadFinishedError,
    UploadNotFoundError,
)
from intake.services.directory import CurrentDirectory
from intake.services.ports import DepositStore, GrowingFile, UploadStore
from protocol.day import day_of
from protocol.errors import ProtocolError
from protocol.mailbox import MailboxId
from protocol.report import HEADER_LIMIT_BYTES, check_sealed_upload
from protocol.sync import DepositId

INCOMPLETE: Final = "header_incomplete"
"""Reason of `check_sealed_upload` when only more bytes can tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What a sender may know of an upload."""

    id: UploadId
    offset_bytes: int
    length_bytes: int
    expires_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveUpload:
    """Takes a sealed file in, piece by piece."""

    deposits: DepositStore
    uploads: UploadStore
    directory: CurrentDirectory
    clock: Clock
    entropy: Entropy
    limit_bytes: int
    """Of a sealed file."""

    def create(self, mailbox: MailboxId, length_bytes: int) -> Progress:
        """Begin an upload.

        Args:
            mailbox: Where the report goes.
            length_bytes: Of the whole sealed file.

        Returns:
            The new upload, empty.

        Raises:
            ClosedError: There is no valid directory.
            FullError: There is no room.
            TooLargeError: Past the limit.
        """
        self.directory.load()
        if length_bytes > self.limit_bytes:
            raise TooLargeError("larger than this server takes")
        today = day_of(self.clock.now())
        self.uploads.expire(today)
        upload = Upload(
            id=UploadId.generate(self.entropy),
            mailbox=mailbox,
            length_bytes=length_bytes,
            expires_on=expiry_of(today),
        )
        self.uploads.create(upload, day=today)
        return _progress(upload, 0)

    def append(
        self, upload_id: UploadId, offset_bytes: int, pieces: Iterable[bytes]
    ) -> Progress:
        """Take a piece; if it was the last, the report is a deposit afterwards.

        Args:
            upload_id: Of an unfinished upload.
            offset_bytes: Where the sender thinks that the piece begins.
            pieces: Untrusted; what came before a broken connection is kept.

        Returns:
            How far the upload is, durably.

        Raises:
            FullError: There was no room for all of it; what fitted is durable.
            OffsetError: It begins elsewhere.
            RefusedUploadError: Not a sealed report, or longer than declared;
                the upload is dropped.
            UploadFinishedError: It is a deposit already.
        """
        upload = self._load(upload_id)
        if upload.finished:
            raise UploadFinishedError("the upload is complete")
        with self._hold(upload) as file:
            if offset_bytes != file.size_bytes:
                raise OffsetError("the piece does not begin at the offset")
            try:
                self._write(file, upload, pieces)
            finally:
                self._sync(file, upload)
            return self._settle(file, upload, began_bytes=offset_bytes)

    def look(self, upload_id: UploadId) -> Progress:
        """Say how far an upload is."""
        upload = self._load(upload_id)
        if upload.finished:
            return _progress(upload, upload.length_bytes)
        with self._hold(upload) as file:
            # What a killed request left behind is about to be counted on.
            self._sync(file, upload)
            return self._settle(file, upload, began_bytes=file.size_bytes)

    def cancel(self, upload_id: UploadId) -> None:
        """Drop an upload.

        Raises:
            UploadFinishedError: It is a deposit, and no longer the sender's.
        """
        upload = self._load(upload_id)
        if upload.finished:
            raise UploadFinishedError("the upload is complete")
        with self._hold(upload):
            self.uploads.drop(upload_id)

    def _load(self, upload_id: UploadId) -> Upload:
        upload = self.uploads.find(upload_id)
        if upload is None or upload.expires_on < day_of(self.clock.now()):
            raise UploadNotFoundError("no such upload")
        return upload

    def _hold(self, upload: Upload) -> GrowingFile:
        try:
            return self.uploads.hold(upload.id)
        except UploadNotFoundError:
            # Its file went between our two looks: finished, or dropped.
            if self._load(upload.id).finished:
                raise UploadFinishedError("the upload is complete") from None
            raise

    def _sync(self, file: GrowingFile, upload: Upload) -> None:
        try:
            file.sync(day_of(self.clock.now()))
        except (OSError, FullError):
            # Linux tells of a lost page once; the next sync would succeed and
            # mean nothing. So what is here is not to be counted on any more.
            self.uploads.drop(upload.id)
            raise

    def _write(
        self, file: GrowingFile, upload: Upload, pieces: Iterable[bytes]
    ) -> None:
        room = upload.length_bytes - file.size_bytes
        for piece in pieces:
            room -= len(piece)
            if room < 0:
                self.uploads.drop(upload.id)
                raise RefusedUploadError("more bytes than declared")
            file.append(piece)

    def _settle(
        self, file: GrowingFile, upload: Upload, *, began_bytes: int
    ) -> Progress:
        size_bytes = file.size_bytes
        complete = size_bytes == upload.length_bytes
        # A piece that begins behind the header cannot change what was checked.
        if complete or began_bytes < HEADER_LIMIT_BYTES:
            self._check(file, upload, complete=complete)
        if complete:
            self._finish(file, upload)
        return _progress(upload, size_bytes)

    def _check(self, file: GrowingFile, upload: Upload, *, complete: bool) -> None:
        head = file.head(HEADER_LIMIT_BYTES)
        try:
            check_sealed_upload(head, upload.length_bytes)
        except ProtocolError as error:
            if (
                error.reason == INCOMPLETE
                and not complete
                and len(head) < HEADER_LIMIT_BYTES
            ):
                return
            self.uploads.drop(upload.id)
            raise RefusedUploadError("not a sealed report") from None

    def _finish(self, file: GrowingFile, upload: Upload) -> None:
        if upload.mailbox is None:
            raise UploadFinishedError("the upload is complete")
        deposit = Deposit(
            id=DepositId.generate(self.entropy),
            mailbox=upload.mailbox,
            size_bytes=upload.length_bytes,
            received_on=day_of(self.clock.now()),
            sha256=file.sha256(),
        )
        self.deposits.finish(file, deposit, upload)


def _progress(upload: Upload, offset_bytes: int) -> Progress:
    return Progress(
        id=upload.id,
        offset_bytes=offset_bytes,
        length_bytes=upload.length_bytes,
        expires_on=upload.expires_on,
    )
