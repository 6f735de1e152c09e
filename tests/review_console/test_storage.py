"""What is on disk: whole or not at all, in clear as little as was said."""

import io
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text, update

from crypto.age import HybridIdentity, seal
from crypto.entropy import system_entropy
from protocol.report import ConsentTo
from protocol.sync import DepositId
from review_console.domain.audit import AuditEntry, AuditKind
from review_console.domain.errors import DamagedError, NotFoundError
from review_console.domain.ids import CaseId, ReferralId
from review_console.storage import tables
from review_console.storage.database import SqlStore, make_engine
from review_console.storage.joined import JoinedFile
from review_console.storage.schema import is_current, upgrade
from review_console.storage.sealed_files import SealedDirectory
from tests.review_console.fake_intake import FakeIntake
from tests.review_console.people import House

CONTENT = b"plaintext " * 40_000


@pytest.fixture
def files(tmp_path: Path) -> SealedDirectory:
    """An empty directory."""
    return SealedDirectory(tmp_path / "data", entropy=system_entropy)


@pytest.fixture
def deposit_id() -> DepositId:
    """A name for a file."""
    return DepositId.generate(system_entropy)


def sealed_file() -> bytes:
    """Seal something to somebody."""
    identity = HybridIdentity.generate(system_entropy)
    return seal(CONTENT, [identity.recipient], entropy=system_entropy)


def receive(files: SealedDirectory, deposit_id: DepositId, content: bytes) -> None:
    """Store a file that arrives in uneven pieces."""
    pieces = [content[:1], content[1:7_000], content[7_000:]]
    files.receive(
        deposit_id,
        pieces,
        size_bytes=len(content),
        sha256=sha256(content).hexdigest(),
    )


@pytest.mark.parametrize("content", [sealed_file(), b"", b"junk", bytes(300_000)])
def test_what_is_stored_is_what_came(
    files: SealedDirectory, deposit_id: DepositId, content: bytes
) -> None:
    """Header and payload joined are the file, whatever it is."""
    receive(files, deposit_id, content)

    assert files.holds(deposit_id)
    with files.open_sealed(deposit_id) as stored:
        assert stored.read() == content


def test_a_new_header_leaves_the_payload_alone(
    files: SealedDirectory, deposit_id: DepositId, tmp_path: Path
) -> None:
    """The large part is neither read nor written."""
    receive(files, deposit_id, sealed_file())
    payload = tmp_path / "data" / "sealed" / f"{deposit_id}.payload"
    before = payload.stat()

    files.replace_header(deposit_id, b"new header\n")

    after = payload.stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    with files.open_sealed(deposit_id) as stored:
        assert stored.read(11) == b"new header\n"


def test_the_old_header_is_overwritten(
    files: SealedDirectory, deposit_id: DepositId, tmp_path: Path
) -> None:
    """Who kept the old file open sees zeros, not the reviewers' stanzas."""
    receive(files, deposit_id, sealed_file())
    header = tmp_path / "data" / "sealed" / f"{deposit_id}.header"
    with header.open("rb") as old:
        files.replace_header(deposit_id, b"new header\n")

        assert set(old.read()) == {0}


@pytest.mark.parametrize("change", [b"", b"longer"], ids=["shorter", "longer"])
def test_another_length_leaves_nothing(
    files: SealedDirectory, deposit_id: DepositId, tmp_path: Path, change: bytes
) -> None:
    """Cut off or lengthened on the way: refused, and no piece is left."""
    content = sealed_file()

    with pytest.raises(DamagedError):
        files.receive(
            deposit_id,
            [content[:-1] + change],
            size_bytes=len(content),
            sha256=sha256(content).hexdigest(),
        )

    assert not files.holds(deposit_id)
    assert not list((tmp_path / "data" / "sealed").iterdir())


def test_a_connection_that_breaks_leaves_nothing(
    files: SealedDirectory, deposit_id: DepositId, tmp_path: Path
) -> None:
    """Whatever stops the stream, the directory is as before."""

    def broken() -> Iterator[bytes]:
        yield bytes(400_000)
        raise ConnectionError

    with pytest.raises(ConnectionError):
        files.receive(deposit_id, broken(), size_bytes=500_000, sha256="0" * 64)

    assert not list((tmp_path / "data" / "sealed").iterdir())


def test_a_file_that_is_gone_is_damage(
    files: SealedDirectory, deposit_id: DepositId
) -> None:
    """Not an empty file, not a crash."""
    with pytest.raises(DamagedError):
        files.open_sealed(deposit_id)
    with pytest.raises(NotFoundError):
        files.open_package(ReferralId.generate(system_entropy))


def test_nobody_else_reads_the_files(
    files: SealedDirectory, deposit_id: DepositId, tmp_path: Path
) -> None:
    """Folders and files belong to the console's user alone."""
    receive(files, deposit_id, sealed_file())

    for path in (tmp_path / "data", *(tmp_path / "data").rglob("*")):
        assert path.stat().st_mode & 0o077 == 0


@given(
    head=st.binary(max_size=40),
    tail=st.binary(max_size=40),
    reads=st.lists(st.tuples(st.integers(0, 90), st.integers(0, 90))),
)
def test_two_parts_read_as_one(
    head: bytes, tail: bytes, reads: list[tuple[int, int]]
) -> None:
    """At any place, of any length, as if they were one file."""
    joined = io.BufferedReader(JoinedFile(head, io.BytesIO(tail)))
    whole = io.BytesIO(head + tail)

    for position, length in reads:
        joined.seek(position)
        whole.seek(position)
        assert joined.read(length) == whole.read(length)
    assert joined.seek(0, io.SEEK_END) == len(head + tail)


def test_before_the_start_is_no_place() -> None:
    """A wrong seek is our own bug, and says so."""
    with pytest.raises(ValueError, match="before the start"):
        JoinedFile(b"a", io.BytesIO(b"b")).seek(-1)


def test_migrations_make_the_tables(tmp_path: Path) -> None:
    """What the program expects and what a migration makes never differ."""
    engine = make_engine(f"sqlite:///{tmp_path / 'new.sqlite'}")
    assert not is_current(engine)

    upgrade(engine)

    assert is_current(engine)
    with engine.begin() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, tables.metadata) == []
    engine.dispose()


def test_sqlite_keeps_its_promises(plain_house: House) -> None:
    """A commit is on disk when it returns; what is deleted is overwritten."""
    store = plain_house.adapters.store
    assert isinstance(store, SqlStore)

    with store.engine.begin() as connection:
        settings = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "secure_delete", "foreign_keys")
        }

    assert settings == {
        "journal_mode": "wal",
        "synchronous": 2,
        "secure_delete": 1,
        "foreign_keys": 1,
    }


def test_an_exception_undoes_all_of_a_unit(plain_house: House) -> None:
    """Both happen or neither."""
    entry = AuditEntry(kind=AuditKind.LOGGED_IN, at=plain_house.clock.now(), by=None)

    class StopError(Exception):
        pass

    def fail() -> None:
        with plain_house.adapters.store.begin() as unit:
            unit.audit.append(entry)
            raise StopError

    before = _audit_count(plain_house)
    with pytest.raises(StopError):
        fail()

    assert _audit_count(plain_house) == before


def test_a_changed_audit_entry_breaks_the_chain(plain_house: House) -> None:
    """Edited or cut out of the middle, it shows."""
    assert plain_house.operations.check_audit()
    store = plain_house.adapters.store
    assert isinstance(store, SqlStore)

    with store.engine.begin() as connection:
        connection.execute(
            update(tables.audit)
            .where(tables.audit.c.sequence == 2)
            .values(at="2020-01-01T00:00:00Z"),
        )

    assert not plain_house.operations.check_audit()


def test_no_content_lies_in_clear(house: House, fake_intake: FakeIntake) -> None:
    """Text, title, names, answers, replies: nowhere on the console's disk."""
    reporter = house.reporter()
    sealed = reporter.report(
        "CANARY text", files=[("CANARY.pdf", b"CANARY bytes")], to=ConsentTo.JOURNALISTS
    )
    fake_intake.deposit(sealed, reporter.keys.mailbox)
    by = house.unlocked("Айгүл")
    house.services.sync(by=by)
    case_id = house.services.list_cases(by=by).rows[0].id
    page = house.services.show_case(case_id, by=by)
    house.services.rename_case(case_id, "CANARY title", by=by)
    fake_intake.is_reachable = False
    house.answer(case_id, text="CANARY reply", state=page.case.case.state, by=by)

    everything = b"".join(
        path.read_bytes()
        for path in house.config.data.parent.rglob("*")
        if path.is_file()
    )

    assert str(reporter.keys.mailbox).encode() in everything
    for secret in (
        "CANARY",
        "procurement",
        "710000000",
        "journalists-consent",
        str(page.report.reply_to),
        str(page.report.message_key),
    ):
        assert secret.encode() not in everything


def test_a_case_that_was_not_granted_is_not_there(
    house: House, fake_intake: FakeIntake
) -> None:
    """Missing and not yours are one answer; ids of no shape too."""
    by = house.unlocked("Айгүл")

    with pytest.raises(NotFoundError):
        house.services.show_case(CaseId.generate(system_entropy), by=by)
    with pytest.raises(NotFoundError):
        CaseId.parse("../../etc/passwd")
    assert not fake_intake.replies


def _audit_count(house: House) -> int:
    store = house.adapters.store
    assert isinstance(store, SqlStore)
    with store.engine.begin() as connection:
        return len(connection.execute(tables.audit.select()).all())
