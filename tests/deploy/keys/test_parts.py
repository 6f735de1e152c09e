"""The parts of the ceremony that need no terminal."""

import ast
import errno
import os
import resource
from pathlib import Path
from string import Formatter

import pytest
import segno

from crypto.ed25519 import VerificationKey
from deploy.keys import files, machine, texts
from deploy.keys.files import TakenError, write_new, write_set
from deploy.keys.machine import examine
from deploy.keys.qr import qr_code
from deploy.keys.terminal import wrapped
from deploy.keys.texts import Reason, Text
from protocol.errors import ProtocolError, UnusableDirectoryError

KEY = VerificationKey(bytes(range(32)))
HEADING = "Iface Destination Gateway Flags\n"


def kernel(
    place: Path, *, route: str = HEADING, swaps: str = "Filename Type\n"
) -> Path:
    """Write what the kernel says."""
    (place / "net").mkdir()
    (place / "net" / "route").write_text(route)
    (place / "swaps").write_text(swaps)
    return place


def test_a_machine_alone_is_seen_as_such(tmp_path: Path) -> None:
    """Loopback is no network, and no swap space is none."""
    proc = kernel(tmp_path, route=HEADING + "lo 0000007F 00000000 0001 0\n")
    (proc / "net" / "ipv6_route").write_text(
        "00000000000000000000000000000001 80 0 00 0 00000000 2 0 80200001 lo\n"
    )

    found = examine(proc)

    assert found.networks == ()
    assert found.has_swap is False


def test_a_network_is_seen_by_either_table(tmp_path: Path) -> None:
    """A cable with an IPv6 route alone is a network, too; a route that is down not."""
    proc = kernel(
        tmp_path,
        route=HEADING
        + "eth0 00000000 010200C0 0003 0\neth1 00000000 00000000 0000 0\n",
        swaps="Filename Type\n/dev/sda2 partition\n",
    )
    (proc / "net" / "ipv6_route").write_text(
        "fe80 40 0 00 0 00000100 1 0 00000001 wlan0\n"
    )

    found = examine(proc)

    assert found.networks == ("eth0", "wlan0")
    assert found.has_swap is True


def test_what_cannot_be_found_out_is_not_good(tmp_path: Path) -> None:
    """No table, no verdict."""
    found = examine(tmp_path)

    assert found.networks is None
    assert found.has_swap is None


def test_a_small_limit_locks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else Argon2id would find no memory in the middle of the ceremony."""
    monkeypatch.setattr(resource, "getrlimit", lambda _which: (65_536, 65_536))
    monkeypatch.setattr(machine, "_may_lock_all", lambda: False)

    assert machine._lock_memory() is False


@pytest.mark.parametrize("on_paper", [True, False])
def test_a_qr_code_is_drawn_as_it_is(*, on_paper: bool) -> None:
    """Every module, two to a letter: dark ones are dark on either ground."""
    drawn = qr_code(str(KEY), on_paper=on_paper).split("\n")
    width = len(drawn[0])
    halves = {"█": (1, 1), "▀": (1, 0), "▄": (0, 1), " ": (0, 0)}
    rows = [
        [halves[letter][half] for letter in line.ljust(width)]
        for line in drawn
        for half in (0, 1)
    ]
    is_dark = 1 if on_paper else 0
    code = segno.make(str(KEY), error="m", micro=False)

    assert set(rows[-2]) == {1 - is_dark}  # the quiet zone
    assert not any(rows[-1])  # nothing is drawn below the code
    for y, row in enumerate(code.matrix, start=2):
        assert [int(cell == is_dark) for cell in rows[y][2 : 2 + len(row)]] == list(row)


def test_a_set_of_files_appears_whole(tmp_path: Path) -> None:
    """For its owner alone."""
    write_set(tmp_path / "set", {"a": b"1", "b": b"2"}, mode=files.PRIVATE)

    assert (tmp_path / "set" / "b").read_bytes() == b"2"
    assert (tmp_path / "set").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("kind", ["file", "directory", "dangling"])
def test_a_name_that_is_taken_stays(kind: str, tmp_path: Path) -> None:
    """Whatever lies there."""
    path = tmp_path / "taken"
    match kind:
        case "file":
            path.write_text("old")
        case "directory":
            path.mkdir()
        case _:
            path.symlink_to(tmp_path / "nowhere")

    with pytest.raises(TakenError):
        write_set(path, {"a": b""}, mode=files.PRIVATE)
    with pytest.raises(TakenError):
        write_new(path, b"", mode=files.PRIVATE)

    assert [each.name for each in tmp_path.iterdir()] == ["taken"]
    assert kind != "file" or path.read_text() == "old"


def test_an_interrupted_set_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Ctrl-C between two files."""
    monkeypatch.setattr(files, "_sync", _interrupt)

    with pytest.raises(KeyboardInterrupt):
        write_set(tmp_path / "set", {"a": b"1"}, mode=files.PRIVATE)

    assert not list(tmp_path.iterdir())


def _interrupt(_path: Path) -> None:
    raise KeyboardInterrupt


def test_a_stick_without_links_is_written_to(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """FAT knows neither links nor owners."""

    def refuse(_source: Path, _target: Path) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", refuse)
    write_new(tmp_path / "file", b"1", mode=files.PRIVATE)

    assert (tmp_path / "file").read_bytes() == b"1"
    assert len(list(tmp_path.iterdir())) == 1


def all_texts() -> dict[str, Text]:
    """Every text of the ceremony."""
    named = {name: each for name, each in vars(texts).items() if isinstance(each, Text)}
    return named | {f"Reason.{each.name}": each.value for each in Reason}


@pytest.mark.parametrize("name", all_texts())
def test_every_text_says_the_same_in_three_languages(name: str) -> None:
    """The same values, the same commands, no language left out."""
    text = all_texts()[name]
    spelt = (text.en, text.ru, text.kk)
    values = [
        {field for _, field, _, _ in Formatter().parse(each) if field} for each in spelt
    ]
    commands = [{part.split()[0] for part in each.split("`")[1::2]} for each in spelt]

    assert all(spelt)
    assert not values[0] & {"language", "self"}
    assert values[0] == values[1] == values[2]
    assert commands[0] == commands[1] == commands[2]
    assert len({text.en, text.ru, text.kk}) == 3


def test_every_text_is_used() -> None:
    """A sentence that nobody says is not looked after."""
    folder = Path(texts.__file__).parent
    used: set[str] = set()
    for module in folder.glob("*.py"):
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.Attribute):
                used.add(node.attr)

    unused = {name for name in all_texts() if "." not in name} - used
    assert not unused


def test_every_reason_of_a_directory_has_words() -> None:
    """What is refused is explained, never only named."""
    reasons = set(UnusableDirectoryError.reasons)
    reasons |= {each.reason for each in ProtocolError.__subclasses__()} & {
        "unknown_format"
    }
    reasons |= {"not_signed_by_root", "issued_in_future", "expired", "stale"}

    assert not [each for each in reasons if Reason.of(each) is Reason.MALFORMED]
    assert Reason.of("version_out_of_range") is Reason.MALFORMED


def test_paragraphs_are_wrapped_and_lists_keep_their_indent() -> None:
    """Nothing is wider than the screen."""
    text = wrapped(f"• {'word ' * 40}\n\n  {'more ' * 40}")
    lines = text.split("\n")

    assert max(map(len, lines)) <= 78
    assert lines[1].startswith("  word")
