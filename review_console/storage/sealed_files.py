"""Sealed files in a directory: on disk when a method returns, or not at all.

    sealed/ID.header     the age header; empty if the file has none that we know
    sealed/ID.payload    all that follows it
    packages/ID.age      a referral, sealed to its destination

Everything is written beside its place, fsynced, renamed, and the directory
fsynced: a kill at any moment leaves the old state or the new one. The header is
renamed last, so a file without a header has not arrived.

A replaced header is overwritten with zeros before its blocks are freed. On flash
and on copying file systems that is no promise (SECURITY.md).
"""

import io
import os
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256 as new_sha256
from pathlib import Path
from typing import BinaryIO, Final

from crypto.age import Header
from crypto.entropy import Entropy
from crypto.errors import CryptoError
from protocol.sync import DepositId
from review_console.domain.errors import DamagedError, NotFoundError
from review_console.domain.ids import ReferralId
from review_console.storage.durable import PRIVATE_FOLDER, write_durably
from review_console.storage.joined import JoinedFile

HEADER_WINDOW_BYTES: Final = 1 << 18
"""64 hybrid stanzas of some 1.6 kB, and room to spare."""


class _Arriving:
    """Counts and hashes what comes, refusing more than was announced."""

    def __init__(self, untrusted: Iterable[bytes], size_bytes: int) -> None:
        self._untrusted = untrusted
        self._size_bytes = size_bytes
        self._digest = new_sha256()
        self._count_bytes = 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._untrusted:
            self._count_bytes += len(chunk)
            if self._count_bytes > self._size_bytes:
                raise DamagedError("longer than announced")
            self._digest.update(chunk)
            yield chunk

    def check(self, sha256: str) -> None:
        """Refuse a file that is not the announced one."""
        arrived = (self._count_bytes, self._digest.hexdigest())
        if arrived != (self._size_bytes, sha256):
            raise DamagedError("not the file that was announced")


class SealedDirectory:
    """Implements `services.files.SealedFiles`."""

    def __init__(self, root: Path, *, entropy: Entropy) -> None:
        """Make the folders.

        Args:
            root: The console's data directory.
            entropy: For names of unfinished files.
        """
        self._entropy = entropy
        self._sealed = root / "sealed"
        self._packages = root / "packages"
        for folder in (root, self._sealed, self._packages):
            folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)

    def clear_unfinished(self) -> None:
        """Remove what a kill left unfinished; the server alone does, as it starts."""
        for folder in (self._sealed, self._packages):
            for left in folder.glob("*.partial"):
                left.unlink(missing_ok=True)

    def receive(
        self,
        deposit_id: DepositId,
        untrusted: Iterable[bytes],
        *,
        size_bytes: int,
        sha256: str,
    ) -> None:
        """Store a file as it arrives.

        Args:
            deposit_id: Names it.
            untrusted: From the network.
            size_bytes: As the listing says.
            sha256: As the listing says, hexadecimal.

        Raises:
            DamagedError: What came has another length or hash; nothing is kept.
        """
        arriving = _Arriving(untrusted, size_bytes)
        chunks = iter(arriving)
        window = _fill(chunks, HEADER_WINDOW_BYTES)
        header_bytes = _header_length(window)

        def write_payload(out: BinaryIO) -> None:
            out.write(window[header_bytes:])
            out.writelines(chunks)
            arriving.check(sha256)

        write_durably(self._payload(deposit_id), write_payload, entropy=self._entropy)
        self._write_header(deposit_id, window[:header_bytes])

    def holds(self, deposit_id: DepositId) -> bool:
        """Tell whether both parts are there."""
        return (
            self._header(deposit_id).is_file() and self._payload(deposit_id).is_file()
        )

    def open_sealed(self, deposit_id: DepositId) -> BinaryIO:
        """Open header and payload as one seekable age file.

        Args:
            deposit_id: Of a file that was received.

        Returns:
            A binary stream to close.

        Raises:
            DamagedError: A part is gone.
        """
        try:
            header = self._header(deposit_id).read_bytes()
            payload = self._payload(deposit_id).open("rb", buffering=0)
        except FileNotFoundError:
            raise DamagedError("a sealed file is gone") from None
        return io.BufferedReader(JoinedFile(header, payload))

    def replace_header(self, deposit_id: DepositId, header: bytes) -> None:
        """Put a new header in the old one's place, and overwrite the old."""
        with self._header(deposit_id).open("r+b", buffering=0) as old:
            self._write_header(deposit_id, header)
            old.write(bytes(os.fstat(old.fileno()).st_size))
            os.fsync(old.fileno())

    def write_package(
        self,
        referral_id: ReferralId,
        write: Callable[[BinaryIO], None],
    ) -> None:
        """Keep a sealed package; an exception in `write` leaves nothing."""
        write_durably(self._package(referral_id), write, entropy=self._entropy)

    def open_package(self, referral_id: ReferralId) -> BinaryIO:
        """Open a sealed package; raises `NotFoundError`."""
        try:
            return self._package(referral_id).open("rb")
        except FileNotFoundError:
            raise NotFoundError("no such package") from None

    def _header(self, deposit_id: DepositId) -> Path:
        return self._sealed / f"{deposit_id}.header"

    def _payload(self, deposit_id: DepositId) -> Path:
        return self._sealed / f"{deposit_id}.payload"

    def _package(self, referral_id: ReferralId) -> Path:
        return self._packages / f"{referral_id}.age"

    def _write_header(self, deposit_id: DepositId, header: bytes) -> None:
        def write(out: BinaryIO) -> None:
            out.write(header)

        write_durably(self._header(deposit_id), write, entropy=self._entropy)


def _fill(chunks: Iterator[bytes], length_bytes: int) -> bytes:
    """Take chunks until so many bytes are here, or there are no more."""
    taken = bytearray()
    for chunk in chunks:
        taken += chunk
        if len(taken) >= length_bytes:
            break
    return bytes(taken)


def _header_length(window: bytes) -> int:
    """Find where the payload begins; 0 if there is no age header."""
    try:
        return Header.read(io.BytesIO(window)).length_bytes
    except CryptoError:
        return 0  # kept whole, and found unreadable when it is opened
