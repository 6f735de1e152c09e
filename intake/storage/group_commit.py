"""One writer for many requests: a batch shares its syncs and its transaction.

A commit costs a wait for the disk, whatever it holds. So requests hand their
writes to one thread a process; it takes all that have gathered, gives their
files their last names, writes their rows in one transaction, and only then lets the
requests go on. Nobody is told *received* before.

Rules:
* Files first, then rows: a row never points at bytes that a power cut can take.
  Their contents are synced by whoever wrote them, all at once; the names here.
* One bad job spoils no other: a batch that fails is done again one by one.
* The thread starts on first use, so after a fork each process has its own.
"""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine, Table, insert

from intake.storage.database import IMMEDIATE
from intake.storage.disk import sync_directory

BATCH_LIMIT: Final = 64
"""So that a flood cannot make one reporter wait for ever."""

T = TypeVar("T")


Rows = Sequence[tuple[Table, Mapping[str, object]]]
"""New rows, each with its table; a batch inserts all of a table at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    place: Callable[[], Iterable[Path]]
    rows: Rows
    work: Callable[[Connection], Any]
    done: Future[Any] = field(default_factory=Future)


def _no_files() -> Iterable[Path]:
    return ()


def _nothing(_connection: Connection) -> None:
    return


class GroupCommit:
    """Runs writes in batches."""

    def __init__(self, engine: Engine) -> None:
        """Take the engine; the thread starts with the first job."""
        self._writer = engine.execution_options(**{IMMEDIATE: True})
        self._jobs: SimpleQueue[_Job] = SimpleQueue()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def run(
        self,
        work: Callable[[Connection], T],
        *,
        place: Callable[[], Iterable[Path]] = _no_files,
    ) -> T:
        """Do `place` and `work` durably.

        Args:
            work: Statements alone; may be run a second time after a rollback.
            place: Puts synced files where they belong and returns the
                directories that must be synced for it.

        Returns:
            What `work` returned.
        """
        result: T = self._submit(_Job(place=place, rows=(), work=work))
        return result

    def insert(
        self, rows: Rows, *, place: Callable[[], Iterable[Path]] = _no_files
    ) -> None:
        """Do `place` and insert rows, durably and at the least cost.

        Args:
            rows: What to insert.
            place: As in `run`.
        """
        self._submit(_Job(place=place, rows=rows, work=_nothing))

    def _submit(self, job: _Job) -> Any:  # noqa: ANN401  # whatever the job returns
        self._ensure_thread()
        self._jobs.put(job)
        return job.done.result()

    def _ensure_thread(self) -> None:
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(
                    target=self._serve, name="group-commit", daemon=True
                )
                self._thread.start()

    def _serve(self) -> None:
        while True:
            self._commit(self._gather())

    def _gather(self) -> list[_Job]:
        batch = [self._jobs.get()]
        while len(batch) < BATCH_LIMIT:
            try:
                batch.append(self._jobs.get_nowait())
            except Empty:
                break
        return batch

    def _commit(self, batch: list[_Job]) -> None:
        placed = _place(batch)
        try:
            results = self._write(placed)
        except BaseException as error:  # noqa: BLE001  # told to those who wait
            if len(placed) == 1:
                placed[0].done.set_exception(error)
            else:
                self._commit_singly(placed)
            return
        for job, result in zip(placed, results, strict=True):
            job.done.set_result(result)

    def _write(self, jobs: list[_Job]) -> list[Any]:
        if not jobs:
            return []
        with self._writer.begin() as connection:
            for table, values in _by_table(jobs):
                connection.execute(insert(table), values)
            return [job.work(connection) for job in jobs]

    def _commit_singly(self, jobs: list[_Job]) -> None:
        for job in jobs:
            try:
                (result,) = self._write([job])
            except BaseException as error:  # noqa: BLE001  # told to the one who waits
                job.done.set_exception(error)
            else:
                job.done.set_result(result)


def _place(batch: Iterable[_Job]) -> list[_Job]:
    """Put the files of a batch in place; return the jobs whose files are durable."""
    placed: list[tuple[_Job, set[Path]]] = []
    for job in batch:
        try:
            placed.append((job, set(job.place())))
        except BaseException as error:  # noqa: BLE001  # told to the one who waits
            job.done.set_exception(error)
    failed: dict[Path, BaseException] = {}
    for directory in set().union(*(directories for _, directories in placed)):
        try:
            sync_directory(directory)
        except OSError as error:
            failed[directory] = error
    durable: list[_Job] = []
    for job, directories in placed:
        # A row must not point at a name that a power cut can take.
        if lost := directories & failed.keys():
            job.done.set_exception(failed[lost.pop()])
        else:
            durable.append(job)
    return durable


def _by_table(jobs: Iterable[_Job]) -> Iterable[tuple[Table, list[Any]]]:
    gathered: dict[Table, list[Any]] = {}
    for job in jobs:
        for table, values in job.rows:
            gathered.setdefault(table, []).append(values)
    return gathered.items()
