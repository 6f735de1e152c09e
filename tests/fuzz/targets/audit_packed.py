"""A packed answer of a hostile server: bounded, and whole or refused."""

import gzip
import zlib
from collections.abc import Iterator

from deploy.audit_site.fetching import UncheckedError, _unpacked

_LIMIT_BYTES = 65_536
_PIECE_BYTES = 7


def target(data: bytes) -> bool:
    """Unpack it in small pieces; never more than the limit comes out."""
    try:
        content = b"".join(_unpacked(_pieces(data), "gzip", _LIMIT_BYTES))
    except UncheckedError:
        return False
    assert len(content) <= _LIMIT_BYTES, "a small answer fills the memory"
    if len(content) < _LIMIT_BYTES:
        stock = zlib.decompressobj(zlib.MAX_WBITS + 32)
        assert stock.decompress(data) == content, "zlib unpacks another content"
    return True


def _pieces(data: bytes) -> Iterator[bytes]:
    for at in range(0, len(data), _PIECE_BYTES):
        yield data[at : at + _PIECE_BYTES]


def seeds() -> dict[str, bytes]:
    """Packed both ways, cut off, with more behind, and a bomb."""
    packed = gzip.compress(b"<!doctype html>" * 20, mtime=0)
    return {
        "gzip": packed,
        "deflate": zlib.compress(b"<!doctype html>" * 20),
        "cut": packed[:-9],
        "more": packed + packed,
        "bomb": gzip.compress(bytes(10_000_000), mtime=0),
        "plain": b"<!doctype html>",
    }
