"""What crypto.age.armor promises beyond the public vectors."""

import base64
import io
import textwrap
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crypto.age import ArmorWriter, dearmor
from crypto.age.armor import BEGIN, END, without_armor
from crypto.errors import ArmorError

BYTES = bytes(range(251)) * 40


def armored(*pieces: bytes) -> bytes:
    """Armor around some bytes, as they arrive."""
    text = io.BytesIO()
    with ArmorWriter(text) as armor:
        for piece in pieces:
            assert armor.write(piece) == len(piece)
    return text.getvalue()


def read(text: bytes) -> bytes:
    """What armor holds."""
    return dearmor(io.BytesIO(text)).read()


@given(pieces=st.lists(st.binary(max_size=200), max_size=8))
def test_reading_undoes_writing(pieces: list[bytes]) -> None:
    """However the bytes arrive; and there is no second text for them."""
    data = b"".join(pieces)

    text = armored(*pieces)

    lines = textwrap.wrap(base64.b64encode(data).decode(), 64)
    assert text.decode() == "\n".join((BEGIN.decode(), *lines, END.decode(), ""))
    assert read(text) == data


@settings(max_examples=50)
@given(
    length=st.integers(0, 9_000),
    sizes=st.lists(st.integers(1, 9_000), min_size=1, max_size=5),
)
def test_it_is_read_in_pieces_of_any_size(length: int, sizes: list[int]) -> None:
    """A line need not fit into what is asked for."""
    source = dearmor(io.BytesIO(armored(BYTES[:length])))
    pieces: list[bytes] = []
    while True:
        pieces.append(source.read(sizes[len(pieces) % len(sizes)]))
        if not pieces[-1]:
            break

    assert b"".join(pieces) == BYTES[:length]


@given(text=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_random_text_fails_in_one_way_only(text: bytes) -> None:
    """With or without a good first line; an empty armor holds nothing."""
    assume(not text.startswith(END))
    for prefix in (b"", BEGIN + b"\n"):
        with pytest.raises(ArmorError):
            read(prefix + text)


def test_any_other_byte_is_another_text_or_refused() -> None:
    """No byte can be changed without changing what is read, but for line ends."""
    text = armored(BYTES[:100])
    good = read(text)
    for at in range(len(text)):
        for bit in range(8):
            changed = bytearray(text)
            changed[at] ^= 1 << bit
            try:
                assert read(bytes(changed)) != good
            except ArmorError:
                continue


def test_cut_armor_is_refused() -> None:
    """Wherever it is cut, but for the last line feed."""
    text = armored(BYTES[:100])
    for cut in range(len(text) - 1):
        with pytest.raises(ArmorError):
            read(text[:cut])


def test_white_space_around_it_is_limited() -> None:
    """As age does it, some is ignored; a gigabyte of it is not read."""
    text = armored(BYTES)
    some, much = b" \t\r\n" * 200, b"\n" * 1024

    assert read(some + text + some) == BYTES
    for bad in (
        much + text,
        text + much,
        some + b" " + text,
        b" " * 2000 + b"\n" + text,
        text + some + b"x",
        text + text,
    ):
        with pytest.raises(ArmorError):
            read(bad)


def test_an_endless_line_is_not_kept() -> None:
    """Whoever sends a gigabyte without a line feed costs no memory."""
    line = b"A" * 20_000_000
    sources = [io.BytesIO(line), io.BytesIO(BEGIN + b"\n" + line)]
    tracemalloc.start()

    for source in sources:
        with pytest.raises(ArmorError):
            dearmor(source).read()

    assert tracemalloc.get_traced_memory()[1] < 200_000
    tracemalloc.stop()


def break_off(armor: ArmorWriter) -> None:
    """Write something, then fail inside the block.

    Raises:
        KeyError: Always.
    """
    with armor:
        armor.write(BYTES)
        raise KeyError


def test_a_failed_block_leaves_no_whole_armor() -> None:
    """And what is finished takes no more."""
    text = io.BytesIO()
    failed, finished = ArmorWriter(text), ArmorWriter(io.BytesIO())
    finished.close()
    finished.close()

    with pytest.raises(KeyError):
        break_off(failed)

    for armor in (failed, finished):
        with pytest.raises(ValueError, match="finished"):
            armor.write(b"more")
    with pytest.raises(ArmorError):
        read(text.getvalue())


def test_armor_is_noticed_by_its_first_byte(tmp_path: Path) -> None:
    """And what is none is left alone."""
    path = tmp_path / "file"
    for data, held in (
        (b"", b""),
        (b"age-encryption.org/v1\n", b"age-encryption.org/v1\n"),
        (b"x", b"x"),
        (armored(BYTES), BYTES),
        (b"\n" + armored(BYTES), BYTES),
    ):
        path.write_bytes(data)
        with path.open("rb") as source:
            assert without_armor(source).read() == held
