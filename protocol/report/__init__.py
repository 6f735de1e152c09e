"""The sealed report, and the messages that follow it.

Spec: docs/protocol.md §1.

`content` is what `report.json` says, `writer` seals while the bytes arrive,
`reader` opens what anyone may have sent, and `upload` is what a server that
cannot open it checks.
"""

from protocol.report.answers import (
    Answers,
    Consent,
    ConsentTo,
    Knowers,
    Ongoing,
    Paid,
    Source,
)
from protocol.report.attachments import (
    MAX_ATTACHMENTS,
    Attachment,
    attachment_media_type,
    attachment_name,
)
from protocol.report.content import (
    MAX_REPORT_JSON_BYTES,
    Kind,
    Report,
    ReportDraft,
    SealedBy,
    is_blank,
    message_number,
)
from protocol.report.reader import ReportReader, is_verified_message
from protocol.report.upload import (
    HEADER_LIMIT_BYTES,
    MAX_SEALED_BYTES,
    check_sealed_upload,
)
from protocol.report.writer import ReportWriter

__all__ = [
    "HEADER_LIMIT_BYTES",
    "MAX_ATTACHMENTS",
    "MAX_REPORT_JSON_BYTES",
    "MAX_SEALED_BYTES",
    "Answers",
    "Attachment",
    "Consent",
    "ConsentTo",
    "Kind",
    "Knowers",
    "Ongoing",
    "Paid",
    "Report",
    "ReportDraft",
    "ReportReader",
    "ReportWriter",
    "SealedBy",
    "Source",
    "attachment_media_type",
    "attachment_name",
    "check_sealed_upload",
    "is_blank",
    "is_verified_message",
    "message_number",
]
