"""The console's side of the sync channel, for tests."""

from dataclasses import dataclass

from werkzeug.test import TestResponse

from crypto.ed25519 import SigningKey
from protocol.sync import (
    Acknowledgement,
    AcknowledgementBatch,
    DepositEntry,
    DepositListing,
    sign_request,
)
from tests.intake.conftest import SYNC_ORIGIN, House


@dataclass(frozen=True, kw_only=True)
class Console:
    """Signs requests and sends them into the app."""

    house: House
    key: SigningKey | None = None

    def call(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
    ) -> TestResponse:
        """Send one signed request."""
        signed = sign_request(
            method,
            SYNC_ORIGIN + path,
            body,
            key=self.key or self.house.organisation.sync,
            now=self.house.clock.now(),
        )
        return self.house.client().open(
            path,
            method=method,
            data=body,
            headers=signed | (headers or {}),
            buffered=True,
        )

    def deposits(self) -> tuple[DepositEntry, ...]:
        """List what waits."""
        return DepositListing.parse(self.call("GET", "/sync/deposits").data).deposits

    def acknowledge(self, *entries: DepositEntry) -> TestResponse:
        """Say that entries are safe."""
        batch = AcknowledgementBatch(
            deposits=tuple(
                Acknowledgement(id=entry.id, sha256=entry.sha256) for entry in entries
            )
        )
        return self.call("POST", "/sync/acknowledgements", batch.to_json())
