"""What age files of ours promise, whatever they hold and whoever may open them."""

import io
import itertools
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.age import (
    ArmorWriter,
    HybridIdentity,
    Identity,
    OpeningReader,
    Recipient,
    ScryptIdentity,
    ScryptRecipient,
    X25519Identity,
    dearmor,
    open_sealed,
    open_stream,
    rewrap_header,
    seal_stream,
)
from crypto.age.payload import CHUNK_BYTES, SEALED_CHUNK_BYTES
from crypto.entropy import system_entropy
from crypto.errors import CryptoError, NoMatchingIdentityError

PATTERN = bytes(range(251)) * 2_000
HYBRIDS = [HybridIdentity.generate(system_entropy) for _ in range(2)]
CLASSICALS = [X25519Identity.generate(system_entropy) for _ in range(2)]
KEYS: dict[str, tuple[Recipient, Identity]] = {
    **{f"hybrid {n}": (key.recipient, key) for n, key in enumerate(HYBRIDS)},
    **{f"classical {n}": (key.recipient, key) for n, key in enumerate(CLASSICALS)},
    **{
        f"passphrase {word}": (ScryptRecipient(word, 1), ScryptIdentity(word))
        for word in ("бір", "екі")
    },
}

names = st.sampled_from(sorted(KEYS))
lengths = st.integers(0, 300) | st.sampled_from([
    CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES, 7 * CHUNK_BYTES + 5,
])  # fmt: skip


def sealed_to(name: str, plaintext: bytes) -> bytes:
    """An age file for one of the keys."""
    destination = io.BytesIO()
    seal_stream(
        io.BytesIO(plaintext), destination, [KEYS[name][0]], entropy=system_entropy
    )
    return destination.getvalue()


@settings(max_examples=40)
@given(owners=st.lists(names, min_size=2, max_size=5), length=lengths)
def test_rewrapping_moves_a_file_from_owner_to_owner(
    owners: list[str], length: int
) -> None:
    """Between all kinds; the payload stays, and the last owner alone opens it."""
    file = sealed_to(owners[0], PATTERN[:length])
    payload = b""
    for present, following in itertools.pairwise(owners):
        source = io.BytesIO(file)
        header = rewrap_header(
            source, [KEYS[present][1]], [KEYS[following][0]], entropy=system_entropy
        )
        rest = source.read()
        assert payload in {b"", rest}
        payload, file = rest, header + rest

    for name, (_, identity) in KEYS.items():
        if name == owners[-1]:
            assert open_sealed(file, [identity]) == PATTERN[:length]
        else:
            with pytest.raises(NoMatchingIdentityError):
                open_sealed(file, [identity])


@settings(max_examples=150)
@given(name=names, length=lengths, data=st.data())
def test_any_changed_bit_is_refused_by_every_opener(
    name: str, length: int, data: st.DataObject
) -> None:
    """Wherever it is; and what a stream had written before is authentic."""
    sealed = bytearray(sealed_to(name, PATTERN[:length]))
    # Where headers, edges of chunks and tags are, and anywhere.
    at = data.draw(
        st.integers(0, min(300, len(sealed)) * 8 - 1)
        | st.integers(0, len(sealed) * 8 - 1)
        | st.integers(max(0, len(sealed) - 40) * 8, len(sealed) * 8 - 1)
    )
    sealed[at // 8] ^= 1 << at % 8
    identity, released = KEYS[name][1], io.BytesIO()

    with pytest.raises(CryptoError):
        open_stream(io.BytesIO(bytes(sealed)), released, [identity])
    with pytest.raises(CryptoError):
        open_sealed(bytes(sealed), [identity])

    assert PATTERN.startswith(released.getvalue())
    assert len(released.getvalue()) % CHUNK_BYTES == 0
    assert len(released.getvalue()) <= at // 8 // SEALED_CHUNK_BYTES * CHUNK_BYTES


class FakePipe(io.RawIOBase):
    """Gives and takes as much as it likes, as pipes do."""

    def __init__(self, data: bytes, sizes: Sequence[int]) -> None:
        """Have some bytes to give, and sizes to give and take them by, in turn."""
        self._source = io.BytesIO(data)
        self._sizes = self._repeat(sizes)
        self.taken = bytearray()

    @staticmethod
    def _repeat(sizes: Sequence[int]) -> Iterator[int]:
        while True:
            yield from sizes

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        """Give some."""
        data = self._source.read(min(len(buffer), next(self._sizes)))
        buffer[: len(data)] = data
        return len(data)

    def write(self, data: bytes | memoryview, /) -> int:  # type: ignore[override]
        """Take some."""
        piece = data[: next(self._sizes)]
        self.taken += piece
        return len(piece)


@settings(max_examples=30)
@given(
    length=lengths,
    sizes=st.lists(st.integers(1, 100_000), min_size=1, max_size=4).filter(
        lambda sizes: sum(sizes) > 500
    ),
    recipients=st.sampled_from([1, 2, 30]),
)
def test_however_files_give_and_take_the_same_opens(
    length: int, sizes: list[int], recipients: int
) -> None:
    """Through pipes that take a part, with a header longer than a piece, too."""
    pipe = FakePipe(PATTERN[:length], sizes)
    to = [HYBRIDS[0].recipient] * recipients

    seal_stream(pipe, pipe, to, entropy=system_entropy)  # type: ignore[arg-type]
    opened = FakePipe(b"", sizes)
    open_stream(io.BytesIO(bytes(pipe.taken)), opened, [HYBRIDS[0]])

    assert bytes(opened.taken) == PATTERN[:length]


@settings(max_examples=60)
@given(
    name=names,
    length=lengths,
    jumps=st.lists(
        st.tuples(st.integers(0, 500_000), st.integers(0, 70_000)), max_size=8
    ),
)
def test_jumping_about_is_slicing(
    name: str, length: int, jumps: list[tuple[int, int]]
) -> None:
    """Any place, any number of bytes, in any order, whoever opens."""
    source = io.BytesIO(sealed_to(name, PATTERN[:length]))
    reader = io.BufferedReader(OpeningReader(source, [KEYS[name][1]]))

    for at, count in jumps:
        reader.seek(at)
        assert reader.read(count) == PATTERN[:length][at : at + count]


@settings(max_examples=30)
@given(name=names, length=lengths)
def test_armor_changes_nothing(name: str, length: int) -> None:
    """Sealed through it and opened through it."""
    text, opened = io.BytesIO(), io.BytesIO()
    with ArmorWriter(text) as armor:
        seal_stream(
            io.BytesIO(PATTERN[:length]), armor, [KEYS[name][0]], entropy=system_entropy
        )

    open_stream(dearmor(io.BytesIO(text.getvalue())), opened, [KEYS[name][1]])

    assert text.getvalue().isascii()
    assert opened.getvalue() == PATTERN[:length]
