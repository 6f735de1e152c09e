"""How the console fetches deposits from the intake and brings replies back.

Spec: docs/protocol.md §6.

`requests` signs and verifies, `messages` is what the bodies say.
"""

from protocol.sync.messages import (
    MAX_DEPOSITS,
    Acknowledgement,
    AcknowledgementBatch,
    DepositEntry,
    DepositId,
    DepositListing,
    ReplyId,
)
from protocol.sync.requests import sign_request, verify_request

__all__ = [
    "MAX_DEPOSITS",
    "Acknowledgement",
    "AcknowledgementBatch",
    "DepositEntry",
    "DepositId",
    "DepositListing",
    "ReplyId",
    "sign_request",
    "verify_request",
]
