"""The referral package: a signed zip that stock tools open.

Spec: docs/protocol.md §7.

The manifest names the SHA-256 and size of every entry before it, so whoever
approves the manifest approves every byte. A package is made twice: once to
know the manifest, when it is proposed; once to write it, when it is exported.
The second time each entry is hashed while it is written, and a byte that
differs from the manifest stops the export.

Not done here: sealing to the destination, and the arithmetic of signing.

`SHA256SUMS` says the same in the form that `sha256sum -c` reads, so that whoever
receives a package can hold its files, and not only a list of them, against one
signature.

Rules:
* Entries in one order, stored, with one date for all: no time leaves.
* The key to verify with is not in the package: who changes one changes both.
* Evidence streams; its plaintext touches no disk of ours.
"""

import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import BinaryIO, Final, Self

from review_console.domain.content import to_json
from review_console.domain.errors import ReferralError

MANIFEST_FORMAT: Final = "debunker-referral/1"
MANIFEST_NAME: Final = "manifest.json"
SIGNATURE_NAME: Final = "manifest.json.sig"
SUMS_NAME: Final = "SHA256SUMS"
SUMS_SIGNATURE_NAME: Final = "SHA256SUMS.sig"
SIGNATURE_NAMESPACE: Final = "debunker-referral"
EVIDENCE_FOLDER: Final = "evidence/"
CHUNK_BYTES: Final = 1 << 18
Sign = Callable[[bytes], str]
"""Gives an armored SSHSIG over exact bytes, by a team key."""

ZIP_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The date of every entry; the earliest that a zip can say."""

PLAIN_FILE_MODE: Final = 0o644 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An entry to be: its name and where its bytes come from."""

    name: str
    open: Callable[[], Iterable[bytes]]
    """Gives the bytes anew each time it is called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestEntry:
    """An entry as the manifest names it."""

    name: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a package holds, and by its hash, what was approved."""

    entries: tuple[ManifestEntry, ...]

    @classmethod
    def of(cls, sources: Iterable[Source]) -> Self:
        """Read every source once and name what it holds."""
        return cls(entries=tuple(_measure(source) for source in sources))

    def to_json(self) -> bytes:
        """Serialize; these exact bytes are approved and signed."""
        return (
            to_json(
                {
                    "format": MANIFEST_FORMAT,
                    "entries": [
                        {
                            "name": entry.name,
                            "size": entry.size_bytes,
                            "sha256": entry.sha256,
                        }
                        for entry in self.entries
                    ],
                },
            )
            + b"\n"
        )

    @classmethod
    def parse(cls, decrypted: bytes) -> Self:
        """Read what `to_json` wrote; authentic, since it was decrypted."""
        members = json.loads(decrypted)
        return cls(
            entries=tuple(
                ManifestEntry(
                    name=row["name"],
                    size_bytes=row["size"],
                    sha256=row["sha256"],
                )
                for row in members["entries"]
            ),
        )

    @property
    def sha256(self) -> str:
        """Hash the exact bytes, in hexadecimal."""
        return sha256(self.to_json()).hexdigest()

    def sums(self, signature: str) -> bytes:
        """Write `SHA256SUMS`: every entry but itself and its signature.

        Args:
            signature: What stands in `manifest.json.sig`.

        Returns:
            Lines as coreutils write them. No name needs their escapes: the
            form for a referral takes letters, digits, `.`, `_` and `-` alone.
        """
        signed = {
            **{entry.name: entry.sha256 for entry in self.entries},
            MANIFEST_NAME: self.sha256,
            SIGNATURE_NAME: sha256(signature.encode()).hexdigest(),
        }
        lines = (f"{digest}  {name}\n" for name, digest in signed.items())
        return "".join(lines).encode()


def write_package(
    destination: BinaryIO,
    sources: Iterable[Source],
    *,
    manifest: Manifest,
    sign: Sign,
) -> None:
    """Write the zip, holding every entry against the manifest.

    Args:
        destination: Written in order; need not seek.
        sources: As the manifest was made of, in its order.
        manifest: As approved.
        sign: Signs the manifest and `SHA256SUMS`.

    Raises:
        ReferralError: A source is not what the manifest says; the caller MUST
            throw away what was written.
    """
    signature = sign(manifest.to_json())
    sums = manifest.sums(signature)
    with zipfile.ZipFile(destination, "w", zipfile.ZIP_STORED) as archive:
        for source, entry in zip(sources, manifest.entries, strict=True):
            _write_entry(archive, source, entry)
        _write(archive, MANIFEST_NAME, (manifest.to_json(),))
        _write(archive, SIGNATURE_NAME, (signature.encode(),))
        _write(archive, SUMS_NAME, (sums,))
        _write(archive, SUMS_SIGNATURE_NAME, (sign(sums).encode(),))


def fixed(name: str, content: bytes) -> Source:
    """Make a source of bytes that are already here."""
    return Source(name=name, open=lambda: (content,))


def chunks_of(stream: BinaryIO) -> Iterator[bytes]:
    """Read a stream to its end in pieces, and close it."""
    with stream:
        while chunk := stream.read(CHUNK_BYTES):
            yield chunk


def _measure(source: Source) -> ManifestEntry:
    digest, size_bytes = sha256(), 0
    for chunk in source.open():
        digest.update(chunk)
        size_bytes += len(chunk)
    return ManifestEntry(
        name=source.name,
        size_bytes=size_bytes,
        sha256=digest.hexdigest(),
    )


def _write_entry(
    archive: zipfile.ZipFile,
    source: Source,
    entry: ManifestEntry,
) -> None:
    digest = sha256()

    def hashed() -> Iterator[bytes]:
        for chunk in source.open():
            digest.update(chunk)
            yield chunk

    _write(archive, source.name, hashed(), size_bytes=entry.size_bytes)
    if source.name != entry.name or digest.hexdigest() != entry.sha256:
        raise ReferralError("bytes_changed")


def _write(
    archive: zipfile.ZipFile,
    name: str,
    chunks: Iterable[bytes],
    *,
    size_bytes: int = 0,
) -> None:
    info = zipfile.ZipInfo(name, date_time=ZIP_EPOCH)
    info.external_attr = PLAIN_FILE_MODE
    info.create_system = 3
    info.file_size = size_bytes
    with archive.open(info, "w", force_zip64=size_bytes >= zipfile.ZIP64_LIMIT) as out:
        for chunk in chunks:
            out.write(chunk)
