"""What the views need of the stores beyond the services."""

from typing import BinaryIO, Protocol

from intake.domain.deposit import Deposit
from protocol.sync import DepositId


class DepositReader(Protocol):
    """Finds the bytes of a deposit, for the server to send as they are."""

    def load(self, deposit_id: DepositId) -> Deposit:
        """Return one deposit; raises `DepositNotFoundError`."""
        ...

    def open(self, deposit_id: DepositId) -> BinaryIO:
        """Open its sealed file; raises `DepositNotFoundError`."""
        ...
