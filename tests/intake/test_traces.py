"""What the intake leaves on its disk and in its output: nothing to find a person by.

The server is the real one. strace sees everything that any of its processes
writes or maps; then every file under its directories is searched.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, time
from pathlib import Path

import pytest

from intake.app import ENGINE
from protocol.codename import Codename
from protocol.day import DAY_ZONE, day_of
from protocol.languages import Language
from tests.intake.conftest import House
from tests.intake.console import Console
from tests.intake.organisation import Organisation
from tests.intake.plain_browser import USER_AGENT, PlainBrowser
from tests.intake.reporter import codename_in, upload
from tests.intake.sealed import seal_in_page, this_moment
from tests.intake.server_process import ServerProcess

pytestmark = pytest.mark.enable_socket

TEXT_CANARY = "kanareika-teksta-5207"
FILE_CANARY = b"kanareika-faila-9981"
NAME_CANARY = "kanareika-imeni-3345.pdf"
CALLS = (
    "write,pwrite64,writev,pwritev,pwritev2,sendto,sendmsg,sendfile,splice,"
    "copy_file_range,mmap,memfd_create,open,openat,creat,rename,link"
)


@pytest.fixture
def traced(tmp_path: Path, organisation: Organisation) -> Iterator[ServerProcess]:
    """The server under strace, which prints every byte that is written."""
    log = tmp_path / "trace"
    strace = ["strace", "-f", "-ff", "-s", "40000000", "-o", str(log)]
    strace += ["-e", f"trace={CALLS}", "-e", "signal=none"]
    with ServerProcess(tmp_path / "intake", organisation, wrapper=strace) as server:
        yield server


def _trace_lines(root: Path) -> Iterator[str]:
    for log in root.glob("trace.*"):
        with log.open(errors="replace") as lines:
            yield from lines


def _files_under(*roots: Path) -> Iterator[Path]:
    for root in roots:
        for path in root.rglob("*"):
            if path.is_file():
                yield path


def _shows(path: Path, *canaries: bytes) -> list[bytes]:
    content = path.read_bytes()
    return [canary for canary in canaries if canary in content]


@pytest.mark.needs("strace")
@pytest.mark.parametrize("size", [70_000, 20 * 10**6], ids=["small", "20_MB"])
def test_plaintext_is_never_written_by_any_process(
    traced: ServerProcess, tmp_path: Path, size: int
) -> None:
    """Not to a file, not to a spool, not into a shared mapping.

    The file is many times the canary, so that any write of any piece shows it.
    """
    content = (FILE_CANARY * (size // len(FILE_CANARY) + 1))[:size]
    browser = PlainBrowser(traced).open_form()

    status = browser.report(TEXT_CANARY, [(NAME_CANARY, content)])
    traced.stop()

    assert status == 303
    wrote, sealed_bytes, opened = 0, 0, 0
    for line in _trace_lines(tmp_path):
        assert FILE_CANARY.decode() not in line
        assert TEXT_CANARY not in line
        assert NAME_CANARY not in line
        assert "O_TMPFILE" not in line
        # A shared, writable mapping of a file would be a write unseen; SQLite's
        # index of its log is one, and holds page numbers alone.
        if (
            "MAP_SHARED" in line
            and "PROT_WRITE" in line
            and "MAP_ANONYMOUS" not in line
        ):
            assert re.search(r"mmap\(NULL, 32768, ", line), line
        wrote += line.startswith("write(")
        opened += "/data/uploads/" in line and "O_CREAT" in line
        if found := re.search(r"^write\(.* = (\d+)$", line):
            sealed_bytes += int(found[1])
    # The trace saw the sealed file being written, so it would have seen the rest.
    assert opened == 1
    assert sealed_bytes > size
    assert wrote > size // 65_552


@pytest.mark.needs("strace")
def test_the_trace_would_show_a_server_that_spools(tmp_path: Path) -> None:
    """The test above is only worth something if it can fail."""
    log = tmp_path / "trace"
    script = tmp_path / "spool.py"
    script.write_text(
        "import tempfile\n"
        "with tempfile.TemporaryFile() as f:\n"
        f"    f.write({FILE_CANARY!r} * 5000)\n"
    )
    command = ["strace", "-f", "-ff", "-s", "40000000", "-o", str(log)]
    command += ["-e", f"trace={CALLS}", sys.executable, str(script)]

    subprocess.run(command, check=True)

    lines = list(_trace_lines(tmp_path))
    assert any(FILE_CANARY.decode() in line for line in lines)
    assert any("O_TMPFILE" in line for line in lines)


@pytest.fixture
def server(tmp_path: Path, organisation: Organisation) -> Iterator[ServerProcess]:
    """The real server."""
    with ServerProcess(tmp_path / "intake", organisation) as server:
        yield server


def test_nothing_on_disk_or_in_the_output_tells_who_wrote_what(
    server: ServerProcess,
) -> None:
    """Codename, text, file name, address, user agent: also after broken requests."""
    browser = PlainBrowser(server).open_form()
    codename = Codename.parse(codename_in(browser.page))
    assert browser.report(TEXT_CANARY, [(NAME_CANARY, FILE_CANARY * 100)]) == 303
    assert browser.report(" ", [(NAME_CANARY, FILE_CANARY * 100)]) == 422
    for request in _broken_requests(browser):
        with browser.connect() as connection:
            connection.sendall(request)
            connection.shutdown(1)
            while connection.recv(65536):
                pass
    server.stop()

    canaries = [
        TEXT_CANARY.encode(),
        NAME_CANARY.encode(),
        FILE_CANARY,
        USER_AGENT.encode(),
        b"127.0.0.1",
        codename.characters().encode(),
        codename.characters().replace("-", "").encode(),
        codename.words(Language.RU).encode(),
        codename.words(Language.EN).encode(),
        codename.secret,
        codename.secret.hex().encode(),
        browser.token.encode(),
        browser.cookie.partition("=")[2].encode(),
    ]
    searched = list(_files_under(server.root))
    for path in searched:
        assert _shows(path, *canaries) == [], path
    assert len(searched) >= 5
    assert "server warning" not in server.output.read_text()


def _broken_requests(browser: PlainBrowser) -> list[bytes]:
    canary = TEXT_CANARY.encode()
    whole = browser.report_request(TEXT_CANARY, [(NAME_CANARY, FILE_CANARY * 9000)])
    token = browser.token.encode()
    return [
        canary + b"\r\n\r\n",
        b"GET /" + canary + b" HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + canary + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + canary + b"\x00: 1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + canary + b"\r\n\r\n",
        b"GET /" + canary * 1000 + b" HTTP/1.1\r\n\r\n",
        b"GET /ru/" + canary + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01" + canary,
        whole[: len(whole) // 2],
        whole.replace(b"Content-Disposition", b"Content-Strange", 3),
        whole.replace(token, canary),
        whole.replace(b'name="text"', b'name="' + canary + b'"'),
    ]


def test_files_carry_midnight_and_rows_carry_no_order(
    server: ServerProcess,
) -> None:
    """A seized disk tells days, not hours: protocol.md §8."""
    for _ in range(3):
        assert PlainBrowser(server).open_form().report("текст") == 303
    day = day_of(this_moment())
    server.stop()

    midnight = datetime.combine(day, time(), tzinfo=DAY_ZONE).timestamp()
    files = list((server.data / "deposits").iterdir())
    assert len(files) == 3
    for path in files:
        status = path.stat()
        assert status.st_mtime_ns == status.st_atime_ns == int(midnight) * 10**9
        assert status.st_mode & 0o777 == 0o600
    assert len({path.stat().st_size for path in files}) == 1


def test_a_deposit_that_goes_leaves_nothing_in_the_database(house: House) -> None:
    """Deleted rows are overwritten, and the log is emptied."""
    sealed, mailbox = seal_in_page(house.organisation)
    upload(house.client(), sealed, mailbox)
    console = Console(house=house)
    (entry,) = console.deposits()
    traces = [
        str(mailbox).encode(),
        str(entry.id).encode(),
        bytes.fromhex(entry.sha256),
    ]
    before = [path for path in _files_under(house.root) if _shows(path, traces[0])]

    assert console.acknowledge(entry).status_code == 204

    assert before
    for path in _files_under(house.root):
        assert _shows(path, *traces) == [], path


def test_every_table_is_without_rowid_and_every_key_random(house: House) -> None:
    """A row's place in the file must not tell when it came."""
    with house.app.extensions[ENGINE].connect() as connection:
        found = connection.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE type = 'table'"
        )
        tables = {name: sql for name, sql in found if name != "alembic_version"}

    assert set(tables) == {"uploads", "deposits", "replies", "deleted_mailboxes"}
    for sql in tables.values():
        assert sql.rstrip().endswith("WITHOUT ROWID")
        assert "AUTOINCREMENT" not in sql
        assert "TIME" not in sql.upper()


def test_the_database_is_told_to_be_careful(house: House) -> None:
    """Durable, overwriting, in order."""
    with house.app.extensions[ENGINE].connect() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("synchronous", "secure_delete", "journal_mode", "temp_store")
        }

    assert settings == {
        "synchronous": 2,
        "secure_delete": 1,
        "journal_mode": "wal",
        "temp_store": 2,
    }


def test_the_server_cannot_be_dumped(server: ServerProcess) -> None:
    """No core file, and no debugger of the same user may read its memory."""
    # The worker has been forked once it has answered.
    PlainBrowser(server).open_form()
    (worker,) = server.children()
    limits = Path(f"/proc/{worker}/limits").read_text()

    (line,) = [row for row in limits.splitlines() if row.startswith("Max core file")]

    assert line.split()[4:6] == ["0", "0"]
