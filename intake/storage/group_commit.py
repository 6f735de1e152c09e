"""One writer for many requests: a batch shares its waits and its transaction.

A commit costs a wait for the disk, whatever it holds. So requests hand their
rows to one thread a process; it takes all that have gathered, syncs the
directories in which they put files, writes all rows in one transaction, and only
then lets the requests go on. Nobody is told *received* before.

Rules:
* Files first, then rows: a row never points at bytes that a power cut can take.
  Whoever wrote a file has synced it and given it its name; the names are made
  durable here.
* This thread does as little as can be: every call that it waits for must win
  the interpreter back from all the requests.
* One bad job spoils no other: a batch that fails is done again one by one.
* When nobody has written for a moment, the log is emptied: until then it tells the
  order of what was written, and whether it came in pieces.
* The thread starts on first use, so after a fork each process has its own.
"""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from sqlite3 import Error as SQLiteError
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine, Executable, Table, insert

from intake.storage.database import IMMEDIATE, truncate_log
from intake.storage.disk import sync_directory
from intake.storage.room import full_disk_told

QUIET_SECONDS: Final = 1.0
"""Without a write, before the log is emptied: a rush pays nothing for it."""

BATCH_LIMIT: Final = 64
"""So that a flood cannot make one reporter wait for ever."""

T = TypeVar("T")


Rows = Sequence[tuple[Table, Mapping[str, object]]]
"""New rows, each with its table; a batch inserts all of a table at once."""


class _Outcome:
    """What came of a job; half the calls of a `Future`, and no waiter list.

    The lock is held until the outcome is there: whoever waits takes it.
    """

    __slots__ = ("_error", "_lock", "_result")

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lock.acquire()
        self._result: Any = None
        self._error: BaseException | None = None

    def set_result(self, result: object) -> None:
        self._result = result
        self._lock.release()

    def set_exception(self, error: BaseException) -> None:
        self._error = error
        self._lock.release()

    def result(self) -> Any:  # noqa: ANN401  # whatever the job returns
        with self._lock:
            if self._error is not None:
                raise self._error
            return self._result


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    directories: frozenset[Path]
    rows: Rows
    work: Callable[[Connection], Any]
    done: _Outcome = field(default_factory=_Outcome)


class GroupCommit:
    """Runs writes in batches."""

    def __init__(self, engine: Engine) -> None:
        """Take the engine; the thread starts with the first job."""
        self._engine = engine
        self._writer = engine.execution_options(**{IMMEDIATE: True})
        self._jobs: SimpleQueue[_Job] = SimpleQueue()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def run(self, work: Callable[[Connection], T]) -> T:
        """Do `work` durably.

        Args:
            work: Statements alone; may be run a second time after a rollback.

        Returns:
            What `work` returned.
        """
        result: T = self._submit(_Job(directories=frozenset(), rows=(), work=work))
        return result

    def insert(
        self, rows: Rows, *, named_in: Path, then: Executable | None = None
    ) -> None:
        """Insert rows, durably and at the least cost.

        Args:
            rows: What to insert.
            named_in: Directory in which the caller has just named a synced file.
            then: A statement for the same transaction.
        """

        def work(connection: Connection) -> None:
            if then is not None:
                connection.execute(then)

        job = _Job(directories=frozenset({named_in}), rows=rows, work=work)
        self._submit(job)

    def _submit(self, job: _Job) -> Any:  # noqa: ANN401  # whatever the job returns
        self._ensure_thread()
        self._jobs.put(job)
        with full_disk_told():
            return job.done.result()

    def _ensure_thread(self) -> None:
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(
                    target=self._serve, name="group-commit", daemon=True
                )
                self._thread.start()

    def _serve(self) -> None:
        is_log_empty = True
        while True:
            try:
                first = self._jobs.get(timeout=None if is_log_empty else QUIET_SECONDS)
            except Empty:
                is_log_empty = self._empty_log()
            else:
                self._commit(self._gather(first))
                is_log_empty = False

    def _empty_log(self) -> bool:
        try:
            return truncate_log(self._engine, waits=False)
        except SQLiteError:
            # A full disk, perhaps: reports come first, and their thread must live.
            return False

    def _gather(self, first: _Job) -> list[_Job]:
        batch = [first]
        while len(batch) < BATCH_LIMIT:
            try:
                batch.append(self._jobs.get_nowait())
            except Empty:
                break
        return batch

    def _commit(self, batch: list[_Job]) -> None:
        placed = _sync_names(batch)
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


def _sync_names(batch: Iterable[_Job]) -> list[_Job]:
    """Sync the directories of a batch; return the jobs that may have rows."""
    failed: dict[Path, OSError] = {}
    for directory in frozenset[Path]().union(*(job.directories for job in batch)):
        try:
            sync_directory(directory)
        except OSError as error:
            failed[directory] = error
    durable: list[_Job] = []
    for job in batch:
        # A row must not point at a name that a power cut can take.
        if lost := job.directories & failed.keys():
            job.done.set_exception(failed[min(lost)])
        else:
            durable.append(job)
    return durable


def _by_table(jobs: Iterable[_Job]) -> Iterable[tuple[Table, list[Any]]]:
    gathered: dict[Table, list[Any]] = {}
    for job in jobs:
        for table, values in job.rows:
            gathered.setdefault(table, []).append(values)
    return gathered.items()
