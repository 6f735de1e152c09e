"""What seal, SealingWriter, OpeningReader and the streams promise together."""

import io
import itertools
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.age import (
    Header,
    HybridIdentity,
    OpeningReader,
    Recipient,
    SealingWriter,
    X25519Identity,
    open_sealed,
    open_stream,
    seal,
    seal_stream,
    sealed_length,
)
from crypto.age.payload import CHUNK_BYTES, SEALED_CHUNK_BYTES
from crypto.entropy import system_entropy
from crypto.errors import (
    AuthenticationError,
    CryptoError,
    MalformedError,
    NoMatchingIdentityError,
    UnusableRecipientsError,
)

AnyIdentity = HybridIdentity | X25519Identity
IDENTITY = HybridIdentity.generate(system_entropy)
PATTERN = bytes(range(251)) * 20_000  # no chunk is like another

LENGTHS = [
    0, 1, 65_535, 65_536, 65_537, 131_072, 131_073,
    1_048_575, 1_048_576, 1_048_577, 2_097_152, 4_500_000,
]  # fmt: skip


def sealed_by_stream(plaintext: bytes, identity: AnyIdentity) -> bytes:
    """Through `seal_stream`."""
    destination = io.BytesIO()
    seal_stream(
        io.BytesIO(plaintext), destination, [identity.recipient], entropy=system_entropy
    )
    return destination.getvalue()


def sealed_at_once(plaintext: bytes, identity: AnyIdentity) -> bytes:
    """Through `seal`."""
    return seal(plaintext, [identity.recipient], entropy=system_entropy)


def opened_by_stream(sealed: bytes, identity: AnyIdentity) -> bytes:
    """Through `open_stream`."""
    destination = io.BytesIO()
    open_stream(io.BytesIO(sealed), destination, [identity])
    return destination.getvalue()


def opened_at_once(sealed: bytes, identity: AnyIdentity) -> bytes:
    """Through `open_sealed` and so `OpeningReader`."""
    return open_sealed(sealed, [identity])


SEALERS = [sealed_by_stream, sealed_at_once]
OPENERS = [opened_by_stream, opened_at_once]


@pytest.mark.parametrize("length", LENGTHS)
def test_every_opener_undoes_every_sealer(identity: AnyIdentity, length: int) -> None:
    """At every edge of chunk and block."""
    plaintext = PATTERN[:length]

    for sealer, opener in itertools.product(SEALERS, OPENERS):
        sealed = sealer(plaintext, identity)
        header = Header.read(io.BytesIO(sealed))
        assert opener(sealed, identity) == plaintext
        assert len(sealed) == sealed_length(length, header_bytes=header.length_bytes)


@settings(max_examples=25)
@given(
    pieces=st.lists(
        st.sampled_from([0, 1, 1000, 65_535, 65_536, 65_537, 200_000]), max_size=6
    ),
    kind=st.sampled_from([bytes, bytearray, memoryview]),
)
def test_pieces_do_not_show(
    pieces: list[int], kind: Callable[[bytes], bytes | bytearray | memoryview]
) -> None:
    """However the bytes arrive, the same file opens."""
    destination, at = io.BytesIO(), 0

    with SealingWriter(
        destination, [IDENTITY.recipient], entropy=system_entropy
    ) as writer:
        for piece in pieces:
            assert writer.write(kind(PATTERN[at : at + piece])) == piece
            at += piece

    for opener in OPENERS:
        assert opener(destination.getvalue(), IDENTITY) == PATTERN[:at]


def break_off(writer: SealingWriter, plaintext: bytes) -> None:
    """Write something, then fail inside the block.

    Raises:
        KeyError: Always.
    """
    with writer:
        writer.write(plaintext)
        raise KeyError


@pytest.mark.parametrize("length", [0, 10, 65_536, 65_537, 3 * 65_536])
def test_a_failed_block_leaves_no_whole_file(length: int) -> None:
    """A report that broke off half-way never looks like a short one."""
    destination = io.BytesIO()
    writer = SealingWriter(destination, [IDENTITY.recipient], entropy=system_entropy)

    with pytest.raises(KeyError):
        break_off(writer, PATTERN[:length])
    with pytest.raises(ValueError, match="finished"):
        writer.write(b"more")

    for opener in OPENERS:
        with pytest.raises(CryptoError):
            opener(destination.getvalue(), IDENTITY)


def test_a_finished_file_takes_no_more() -> None:
    """Closing twice is one closing; the destination stays open."""
    destination = io.BytesIO()
    writer = SealingWriter(destination, [IDENTITY.recipient], entropy=system_entropy)
    writer.close()
    writer.close()

    with pytest.raises(ValueError, match="finished"):
        writer.write(b"more")

    assert open_sealed(destination.getvalue(), [IDENTITY]) == b""


@pytest.mark.parametrize("opener", OPENERS)
def test_any_changed_bit_is_refused(
    opener: Callable[[bytes, AnyIdentity], bytes],
) -> None:
    """Header, nonce, chunk and tag: all of it is authentic."""
    identity = X25519Identity.generate(system_entropy)
    sealed = bytearray(sealed_at_once(b"a short text", identity))

    for at in range(len(sealed) * 8):
        sealed[at // 8] ^= 1 << at % 8
        with pytest.raises(CryptoError):
            opener(bytes(sealed), identity)
        sealed[at // 8] ^= 1 << at % 8


@pytest.mark.parametrize("opener", OPENERS)
def test_a_cut_file_is_refused_wherever_it_is_cut(
    opener: Callable[[bytes, AnyIdentity], bytes],
) -> None:
    """At every byte of a short one, at every edge of a long one."""
    short = sealed_at_once(b"a short text", IDENTITY)
    long = sealed_at_once(PATTERN[: 3 * CHUNK_BYTES], IDENTITY)
    start = len(long) - 3 * SEALED_CHUNK_BYTES
    edges = [
        start + n * SEALED_CHUNK_BYTES + d for n in range(3) for d in (0, 1, 16, 17)
    ]

    for whole, cuts in ((short, range(len(short))), (long, edges)):
        for cut in cuts:
            with pytest.raises(CryptoError):
                opener(whole[:cut], IDENTITY)


@pytest.mark.parametrize("opener", OPENERS)
def test_moved_chunks_are_refused(
    opener: Callable[[bytes, AnyIdentity], bytes],
) -> None:
    """Swapped, doubled, dropped, appended, or taken from another file."""
    sealed, other = (
        sealed_at_once(PATTERN[: 4 * CHUNK_BYTES], IDENTITY) for _ in range(2)
    )
    start = len(sealed) - 4 * SEALED_CHUNK_BYTES
    head = sealed[:start]
    a, b, c, d = (
        sealed[start + n * SEALED_CHUNK_BYTES :][:SEALED_CHUNK_BYTES] for n in range(4)
    )
    foreign = other[start + SEALED_CHUNK_BYTES :][:SEALED_CHUNK_BYTES]
    assert opener(b"".join((head, a, b, c, d)), IDENTITY) == PATTERN[: 4 * CHUNK_BYTES]

    for chunks in (
        (b, a, c, d), (a, a, c, d), (a, c, d), (b, c, d), (a, b, c), (a, b, d, c),
        (a, b, c, d, d), (a, b, c, d, a), (a, foreign, c, d), (a, b, c, d, b"x"),
        (a, b, c, d, bytes(16)), (a, b, c, d, bytes(17)),
    ):  # fmt: skip
        with pytest.raises(CryptoError):
            opener(b"".join((head, *chunks)), IDENTITY)


def test_a_stream_gives_out_authentic_bytes_only() -> None:
    """Up to the altered chunk, and nothing of it."""
    for altered in (0, 5, 17, 39):
        sealed = bytearray(sealed_at_once(PATTERN[: 40 * CHUNK_BYTES], IDENTITY))
        sealed[len(sealed) - (40 - altered) * SEALED_CHUNK_BYTES + 100] ^= 1
        destination = io.BytesIO()

        with pytest.raises(AuthenticationError):
            open_stream(io.BytesIO(bytes(sealed)), destination, [IDENTITY])

        assert destination.getvalue() == PATTERN[: altered * CHUNK_BYTES]


@pytest.mark.parametrize("opener", OPENERS)
def test_others_open_nothing(
    identity: AnyIdentity, opener: Callable[[bytes, AnyIdentity], bytes]
) -> None:
    """Another identity of the same or the other kind."""
    sealed = sealed_at_once(b"text", identity)

    for kind in (HybridIdentity, X25519Identity):
        with pytest.raises(NoMatchingIdentityError):
            opener(sealed, kind.generate(system_entropy))


def test_every_recipient_opens_the_same_file() -> None:
    """Four reviewers, one file; order does not matter."""
    four = [HybridIdentity.generate(system_entropy) for _ in range(4)]
    sealed = seal(b"text", [one.recipient for one in four], entropy=system_entropy)

    for one in four:
        assert open_sealed(sealed, [IDENTITY, one]) == b"text"


def test_recipients_must_be_some_and_of_one_kind() -> None:
    """The weaker would be the strength; nobody would be nobody."""
    classical = X25519Identity.generate(system_entropy).recipient
    unusable: list[list[Recipient]] = [
        [],
        [IDENTITY.recipient, classical],
        [classical] * 1025,
    ]

    for recipients in unusable:
        with pytest.raises(UnusableRecipientsError):
            seal(b"text", recipients, entropy=system_entropy)
        destination = io.BytesIO()
        with pytest.raises(UnusableRecipientsError):
            seal_stream(
                io.BytesIO(b"text"), destination, recipients, entropy=system_entropy
            )
        assert destination.getvalue() == b""


def test_two_sealings_of_one_text_share_nothing() -> None:
    """Fresh file key, ephemeral keys and nonce each time."""
    one, two = (sealed_at_once(b"text", IDENTITY) for _ in range(2))

    assert Header.read(io.BytesIO(one)) != Header.read(io.BytesIO(two))
    assert one[-36:] != two[-36:]


@settings(max_examples=60)
@given(untrusted=st.binary(max_size=300))
def test_random_bytes_fail_in_one_way_only(untrusted: bytes) -> None:
    """Whatever stands behind the version line."""
    for prefix in (b"", b"age-encryption.org/v1\n-> "):
        for opener in OPENERS:
            with pytest.raises(CryptoError):
                opener(prefix + untrusted, IDENTITY)


class FakeUnlimited:
    """Gives so many bytes of a pattern, and keeps none of what it is given."""

    def __init__(self, length: int) -> None:
        """Have so many bytes to give."""
        self.left = length
        self.written = 0

    def read(self, limit: int = -1, /) -> bytes:
        """Give what is left of them."""
        data = PATTERN[: min(limit, self.left)]
        self.left -= len(data)
        return data

    def write(self, data: bytes | memoryview, /) -> int:
        """Count and forget."""
        self.written += len(data)
        return len(data)


def test_memory_stays_flat(tmp_path: Path) -> None:
    """200 MB take no more than 8, sealed and opened."""
    path = tmp_path / "sealed.age"
    length = 200_000_000
    tracemalloc.start()
    source = FakeUnlimited(length)

    with path.open("wb") as destination:
        seal_stream(
            source,  # type: ignore[arg-type]
            destination,
            [IDENTITY.recipient],
            entropy=system_entropy,
        )
    opened = FakeUnlimited(0)
    with path.open("rb") as sealed:
        open_stream(sealed, opened, [IDENTITY])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert opened.written == length
    assert peak < 8_000_000


def reader_over(plaintext: bytes) -> tuple[OpeningReader, BinaryIO]:
    """A reader and its source."""
    source = io.BytesIO(sealed_at_once(plaintext, IDENTITY))
    return OpeningReader(source, [IDENTITY]), source


@settings(max_examples=60)
@given(
    at=st.integers(0, 300_000),
    count=st.integers(0, 200_000),
    length=st.sampled_from([0, 1, 65_536, 131_072, 250_000]),
    buffered=st.booleans(),
)
def test_seek_and_read_are_a_slice(
    at: int, count: int, length: int, *, buffered: bool
) -> None:
    """Anywhere, also behind the end, with and without a buffer."""
    plaintext = PATTERN[:length]
    raw, _ = reader_over(plaintext)
    reader = io.BufferedReader(raw) if buffered else raw

    assert reader.seek(at) == at
    data = b""
    while len(data) < count and (piece := reader.read(count - len(data))):
        data += piece

    assert data == plaintext[at : at + count]
    assert reader.tell() == at + len(data)
    assert raw.length_bytes == length


def test_seeking_is_that_of_any_file() -> None:
    """From the start, from here, from the end; never before the start."""
    reader, _ = reader_over(PATTERN[:100_000])

    assert reader.readable()
    assert reader.seekable()
    assert not reader.writable()
    assert reader.seek(-10, io.SEEK_END) == 99_990
    assert reader.read() == PATTERN[99_990:100_000]
    assert reader.seek(5) == 5
    assert reader.seek(5, io.SEEK_CUR) == 10
    assert reader.read(0) == b""
    for offset, whence in ((-1, io.SEEK_SET), (-100_001, io.SEEK_END), (0, 7)):
        with pytest.raises(ValueError, match="position"):
            reader.seek(offset, whence)


def test_jumping_opens_only_the_chunks_it_needs() -> None:
    """An alteration elsewhere does not matter until it is read."""
    sealed = bytearray(sealed_at_once(PATTERN[: 5 * CHUNK_BYTES], IDENTITY))
    sealed[-3 * SEALED_CHUNK_BYTES + 7] ^= 1
    reader = OpeningReader(io.BytesIO(bytes(sealed)), [IDENTITY])

    reader.seek(4 * CHUNK_BYTES)
    assert reader.read() == PATTERN[4 * CHUNK_BYTES : 5 * CHUNK_BYTES]
    for _ in range(2):
        reader.seek(2 * CHUNK_BYTES + 9)
        with pytest.raises(AuthenticationError):
            reader.read(1)
    reader.seek(4 * CHUNK_BYTES)
    assert reader.read() == PATTERN[4 * CHUNK_BYTES : 5 * CHUNK_BYTES]


def test_a_source_that_shrinks_is_noticed() -> None:
    """The length was authentic; the file is no longer."""
    reader, source = reader_over(PATTERN[: 3 * CHUNK_BYTES])
    source.truncate(100)

    with pytest.raises(MalformedError):
        reader.read(1)


def test_closing_the_reader_leaves_the_source_open() -> None:
    """Whoever opened it closes it."""
    reader, source = reader_over(b"text")

    reader.close()

    assert not source.closed
    with pytest.raises(ValueError, match="closed"):
        reader.read(1)


def test_a_file_may_begin_inside_its_source() -> None:
    """Behind something else, as in a container."""
    source = io.BytesIO(b"something" + sealed_at_once(PATTERN[:70_000], IDENTITY))
    source.seek(9)

    assert OpeningReader(source, [IDENTITY]).read() == PATTERN[:70_000]


def test_the_file_key_opens_without_any_identity() -> None:
    """The console keeps it; and the key of another file is refused."""
    sealed = sealed_at_once(PATTERN[:70_000], IDENTITY)
    reader = OpeningReader(io.BytesIO(sealed), [IDENTITY])
    other = OpeningReader(io.BytesIO(sealed_at_once(b"", IDENTITY)), [IDENTITY])

    again = OpeningReader.with_file_key(io.BytesIO(sealed), reader.file_key)

    assert again.read() == PATTERN[:70_000]
    assert again.header == reader.header
    with pytest.raises(AuthenticationError):
        OpeningReader.with_file_key(io.BytesIO(sealed), other.file_key)
