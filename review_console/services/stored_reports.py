"""What a case keeps of each report: its text, whether it is verified, its file key.

Everything here is decrypted with the case key, for one request.
"""

from collections.abc import Iterable
from typing import Final

from crypto.age import FileKey
from protocol.report import Consent, Report
from review_console.domain.case import Message, OpenCase
from review_console.domain.consent import strictest

VERIFIED: Final = b"\1"
UNVERIFIED: Final = b"\0"


def open_report(opened: OpenCase, message: Message) -> Report:
    """Decrypt a message's `report.json`."""
    sealed = message.sealed_report
    return Report.parse(opened.decrypt("messages", message.id, "report", sealed))


def consent_of(opened: OpenCase, messages: Iterable[Message]) -> Consent:
    """Take the strictest consent of every verified report of a case."""
    reports = [
        open_report(opened, message)
        for message in messages
        if was_verified(opened, message)
    ]
    return strictest([each.consent for each in reports if each.consent is not None])


def was_verified(opened: OpenCase, message: Message) -> bool:
    """Decrypt whether a message was the reporter's."""
    sealed = message.sealed_verified
    return opened.decrypt("messages", message.id, "verified", sealed) == VERIFIED


def file_key_of(opened: OpenCase, message: Message) -> FileKey:
    """Decrypt the file key of a message's stored file."""
    raw = opened.decrypt("messages", message.id, "file_key", message.sealed_file_key)
    return FileKey(raw)
