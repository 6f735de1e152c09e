"""What the console asks of the place that keeps sealed files.

A sealed report is kept as two parts, its age header and its payload. Joined
they are the age file again (``cat``). Giving the file to other recipients
replaces the small part alone, in one atomic step; the payload, which may be
2 GiB, is written once and never touched.
"""

from collections.abc import Callable, Iterable
from typing import BinaryIO, Protocol

from protocol.sync import DepositId
from review_console.domain.ids import ReferralId


class SealedFiles(Protocol):
    """Files that are on disk when a method returns, or not at all."""

    def clear_unfinished(self) -> None:
        """Remove what a kill left unfinished; for the one server, as it starts."""
        ...

    def receive(
        self,
        deposit_id: DepositId,
        untrusted: Iterable[bytes],
        *,
        size_bytes: int,
        sha256: str,
    ) -> None:
        """Store a file as it arrives; raises `DamagedError` if it is another.

        Returning means: written, hashed, fsynced, renamed, directory fsynced.
        A file of the same id is replaced.
        """
        ...

    def holds(self, deposit_id: DepositId) -> bool:
        """Tell whether both parts are there."""
        ...

    def open_sealed(self, deposit_id: DepositId) -> BinaryIO:
        """Open header and payload as one seekable age file."""
        ...

    def replace_header(self, deposit_id: DepositId, header: bytes) -> None:
        """Put a new header in the old one's place, and overwrite the old."""
        ...

    def write_package(
        self,
        referral_id: ReferralId,
        write: Callable[[BinaryIO], None],
    ) -> None:
        """Keep a sealed package; an exception in `write` leaves nothing."""
        ...

    def open_package(self, referral_id: ReferralId) -> BinaryIO:
        """Open a sealed package; raises `NotFoundError`."""
        ...
