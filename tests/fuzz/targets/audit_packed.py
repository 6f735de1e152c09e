"""A packed answer of a hostile server: bounded, and whole or refused."""

import gzip
import zlib
from collections.abc import Callable, Iterator
from typing import Final

import brotli

from deploy.audit_site.fetching import UncheckedError, _unpacked

_LIMIT_BYTES = 65_536
_PIECE_BYTES = 7


_STOCK: Final[dict[str, Callable[[bytes], bytes]]] = {
    "br": brotli.decompress,
    "gzip": lambda data: zlib.decompressobj(zlib.MAX_WBITS + 32).decompress(data),
}


def target(data: bytes) -> bool:
    """Unpack it in small pieces; never more than the limit comes out."""
    verdicts = [_unpacks(data, encoding) for encoding in _STOCK]
    return any(verdicts)


def _unpacks(data: bytes, encoding: str) -> bool:
    try:
        content = b"".join(_unpacked(_pieces(data), encoding, _LIMIT_BYTES))
    except UncheckedError:
        return False
    assert len(content) <= _LIMIT_BYTES, "a small answer fills the memory"
    if len(content) < _LIMIT_BYTES:
        assert _STOCK[encoding](data) == content, "in one piece it is another content"
    return True


def _pieces(data: bytes) -> Iterator[bytes]:
    for at in range(0, len(data), _PIECE_BYTES):
        yield data[at : at + _PIECE_BYTES]


def seeds() -> dict[str, bytes]:
    """Packed each way, cut off, with more behind, and a bomb."""
    packed = gzip.compress(b"<!doctype html>" * 20, mtime=0)
    return {
        "gzip": packed,
        "br": brotli.compress(b"<!doctype html>" * 20),
        "br_cut": brotli.compress(b"<!doctype html>" * 20)[:-3],
        "br_bomb": brotli.compress(bytes(10_000_000), quality=1),
        "deflate": zlib.compress(b"<!doctype html>" * 20),
        "cut": packed[:-9],
        "more": packed + packed,
        "bomb": gzip.compress(bytes(10_000_000), mtime=0),
        "plain": b"<!doctype html>",
    }
