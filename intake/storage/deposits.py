"""Deposits and uploads: where files and rows meet.

Spec: docs/protocol.md §5, §8.

The order of every change is what survives kill -9 at any moment:

* in:  bytes synced → linked or renamed into `deposits` → directory synced → row;
* out: row gone → file gone → write-ahead log emptied.

An upload is linked, not renamed: until its row says *finished* the sender can
find it again under its own id, complete, and have it finished then.
"""

from collections.abc import Sequence
from datetime import date
from typing import BinaryIO

from sqlalchemy import Connection, Engine, delete, exists, select, update
from sqlalchemy.engine import Row

from intake.domain.clock import Clock
from intake.domain.deposit import Deposit, Upload, UploadId
from intake.domain.errors import (
    ChangedDepositError,
    DepositNotFoundError,
    FullError,
)
from intake.services.ports import GrowingFile, SealingFile
from intake.storage import sealed_files, tables
from intake.storage.database import truncate_log
from intake.storage.group_commit import GroupCommit
from intake.storage.room import Room, full_disk_told
from protocol.day import day_of
from protocol.mailbox import MailboxId
from protocol.sync import DepositId

_deposits = tables.deposits.c
_uploads = tables.uploads.c


class Deposits:
    """Sealed reports that wait for the console."""

    def __init__(
        self,
        engine: Engine,
        commits: GroupCommit,
        files: sealed_files.SealedFiles,
        room: Room,
    ) -> None:
        """Take what is shared with the other stores."""
        self._engine = engine
        self._commits = commits
        self._files = files
        self._room = room

    def check_room(self) -> None:
        """Refuse while nothing more can be taken.

        Raises:
            FullError: There is no room.
        """
        self._room.check()

    def begin(self, upload: UploadId) -> SealingFile:
        """Open a file to seal a form into; nothing of it is kept until `keep`.

        Returns:
            The file, empty.

        Raises:
            FullError: There is no room.
        """
        self._room.check()
        path = self._files.uploads / str(upload)
        with full_disk_told():
            return sealed_files.SealingFile(path, self._room.take)

    def keep(self, file: SealingFile, deposit: Deposit, upload: Upload) -> None:
        """Make a sealed form a deposit; it is durable when this returns.

        Args:
            file: Complete.
            deposit: What it becomes.
            upload: A finished one: both ways leave the same rows.

        Raises:
            FullError: There is no room; nothing is kept.
        """
        # Here, not in the writer's thread: syncs that wait together cost one.
        file.sync(deposit.received_on)
        target = self._files.deposits / str(deposit.id)
        with full_disk_told():
            file.move_to(target)
        rows = (
            (tables.deposits, _deposit_values(deposit)),
            (tables.uploads, _upload_values(upload)),
        )
        try:
            self._commits.insert(rows, named_in=self._files.deposits)
        except FullError:
            # No row was written, so none points here; and room is scarce.
            target.unlink(missing_ok=True)
            raise

    def finish(self, file: GrowingFile, deposit: Deposit, upload: Upload) -> None:
        """Make a complete upload a deposit; it is durable when this returns.

        Args:
            file: Synced, and held under its lock until after this call.
            deposit: What it becomes.
            upload: Not finished yet.

        Raises:
            FullError: There is no room; the upload stays as it is, complete.
        """
        target = self._files.deposits / str(deposit.id)
        with full_disk_told():
            target.hardlink_to(file.path)
        finished = (
            update(tables.uploads)
            .where(_uploads.id == str(upload.id))
            .values(finished=True, mailbox=None)
        )
        rows = ((tables.deposits, _deposit_values(deposit)),)
        try:
            self._commits.insert(rows, named_in=self._files.deposits, then=finished)
        except FullError:
            target.unlink(missing_ok=True)
            raise
        file.path.unlink(missing_ok=True)

    def page(self, *, after: DepositId | None, limit: int) -> tuple[Deposit, ...]:
        """Return deposits in the order of their ids."""
        query = select(tables.deposits).order_by(_deposits.id).limit(limit)
        if after is not None:
            query = query.where(_deposits.id > str(after))
        with self._engine.connect() as connection:
            return tuple(map(_deposit, connection.execute(query)))

    def load(self, deposit_id: DepositId) -> Deposit:
        """Return one deposit.

        Raises:
            DepositNotFoundError: It is not there, or not any more.
        """
        query = select(tables.deposits).where(_deposits.id == str(deposit_id))
        with self._engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise DepositNotFoundError("no such deposit")
        return _deposit(row)

    def days_of(self, mailbox: MailboxId) -> tuple[date, ...]:
        """Return the days on which something came that still waits.

        Returns:
            Each day once; none for an unknown mailbox, and none for a deleted one,
            whose codename is to tell nothing any more.
        """
        name = str(mailbox)
        deleted = tables.deleted_mailboxes.c.mailbox
        query = (
            select(_deposits.received_on)
            .where(_deposits.mailbox == name)
            .where(~exists().where(deleted == name))
            .distinct()
        )
        with self._engine.connect() as connection:
            return tuple(connection.execute(query).scalars())

    def open(self, deposit_id: DepositId) -> BinaryIO:
        """Open a sealed file, and leave no access time."""
        return self._files.open_deposit(str(deposit_id))

    def forget(self, acknowledged: Sequence[tuple[DepositId, bytes]]) -> None:
        """Delete deposits that the console has; unknown ones are gone already.

        Args:
            acknowledged: Ids with the SHA-256 that the console computed.

        Raises:
            ChangedDepositError: A digest is not ours: nothing is deleted.
        """
        digests = {str(deposit_id): digest for deposit_id, digest in acknowledged}
        known = _deposits.id.in_(digests)

        def work(connection: Connection) -> bool:
            query = select(_deposits.id, _deposits.sha256).where(known)
            for name, sha256 in connection.execute(query):
                if digests[name] != sha256:
                    return False
            connection.execute(delete(tables.deposits).where(known))
            return True

        if not self._commits.run(work):
            raise ChangedDepositError("a digest is not that of the deposit")
        self._files.remove_deposits(digests.keys())
        self._room.freed()
        truncate_log(self._engine)


class Uploads:
    """Sealed files on their way in by tus."""

    def __init__(
        self,
        engine: Engine,
        commits: GroupCommit,
        files: sealed_files.SealedFiles,
        room: Room,
    ) -> None:
        """Take what is shared with the other stores."""
        self._engine = engine
        self._commits = commits
        self._files = files
        self._room = room
        self._expired_on: date | None = None

    def create(self, upload: Upload, *, day: date) -> None:
        """Begin an upload; it can be continued when this returns.

        Raises:
            FullError: There is no room.
        """
        self._room.check()
        with full_disk_told():
            self._files.create_upload(str(upload.id), day)
        rows = ((tables.uploads, _upload_values(upload)),)
        self._commits.insert(rows, named_in=self._files.uploads)

    def find(self, upload_id: UploadId) -> Upload | None:
        """Return an upload, whether or not it is finished."""
        query = select(tables.uploads).where(_uploads.id == str(upload_id))
        with self._engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _upload(row)

    def hold(self, upload_id: UploadId) -> GrowingFile:
        """Open an upload's file under its lock."""
        return self._files.hold_upload(str(upload_id), self._room.take)

    def drop(self, upload_id: UploadId) -> None:
        """Forget an unfinished upload and its bytes."""
        # The bytes first: on a full disk the row may have to stay for a while,
        # and a row without a file is as good as none.
        self._files.remove_upload(str(upload_id))
        self._room.freed()
        self._remove((_uploads.id == str(upload_id)) & ~_uploads.finished)

    def expire(self, today: date) -> None:
        """Forget every upload whose last day is past; looks once a day."""
        if today == self._expired_on:
            return
        self._expired_on = today
        past = _uploads.expires_on < today
        with self._engine.connect() as connection:
            names = connection.execute(select(_uploads.id).where(past)).scalars().all()
        if names:
            self._remove(_uploads.id.in_(names))
            for name in names:
                self._files.remove_upload(name)

    def _remove(self, condition: object) -> None:
        def work(connection: Connection) -> None:
            connection.execute(delete(tables.uploads).where(condition))  # type: ignore[arg-type]  # a column expression

        self._commits.run(work)


class Recovery:
    """What is done once, before anything is served."""

    def __init__(
        self,
        engine: Engine,
        files: sealed_files.SealedFiles,
        uploads: Uploads,
        *,
        clock: Clock,
    ) -> None:
        """Take what is shared with the other stores."""
        self._engine = engine
        self._files = files
        self._uploads = uploads
        self._clock = clock

    def __call__(self) -> bool:
        """Remove files that a kill left without a row, and expired uploads.

        Returns:
            False if another process serves the same directory by now.
        """
        self._uploads.expire(day_of(self._clock.now()))
        unfinished = select(_uploads.id).where(~_uploads.finished)
        with self._engine.connect() as connection:
            deposits = set(connection.execute(select(_deposits.id)).scalars())
            uploads = set(connection.execute(unfinished).scalars())
        done = self._files.clean(deposits=deposits, uploads=uploads)
        truncate_log(self._engine)
        return done

    def release(self) -> None:
        """Let go of the directory; nothing may be served afterwards."""
        self._files.release()


def _deposit_values(deposit: Deposit) -> dict[str, object]:
    return {
        "id": str(deposit.id),
        "mailbox": str(deposit.mailbox),
        "size_bytes": deposit.size_bytes,
        "received_on": deposit.received_on,
        "sha256": deposit.sha256,
    }


def _upload_values(upload: Upload) -> dict[str, object]:
    return {
        "id": str(upload.id),
        "mailbox": None if upload.mailbox is None else str(upload.mailbox),
        "length_bytes": upload.length_bytes,
        "expires_on": upload.expires_on,
        "finished": upload.finished,
    }


def _deposit(row: Row[tuple[object, ...]]) -> Deposit:
    return Deposit(
        id=DepositId(row.id),
        mailbox=MailboxId(row.mailbox),
        size_bytes=row.size_bytes,
        received_on=row.received_on,
        sha256=row.sha256,
    )


def _upload(row: Row[tuple[object, ...]]) -> Upload:
    return Upload(
        id=UploadId(row.id),
        mailbox=None if row.mailbox is None else MailboxId(row.mailbox),
        length_bytes=row.length_bytes,
        expires_on=row.expires_on,
        finished=row.finished,
    )
