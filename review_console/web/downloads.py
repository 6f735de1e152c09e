"""Downloads: a stranger's bytes, streamed to be saved, never to be shown.

The reporter's file name stays out of the response: a name in the browser's list
of downloads would lie on the reader's disk.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import BinaryIO, Final

from flask import Response

from review_console.services.attachments import FoundAttachment, OpenAttachment
from review_console.web.headers import CONTENT_POLICY, DOWNLOAD_POLICY

CHUNK_BYTES: Final = 1 << 18
BINARY: Final = "application/octet-stream"
SUFFIXES: Final = frozenset(
    {"csv", "doc", "docx", "jpeg", "jpg", "mp3", "mp4", "ogg", "pdf", "png", "txt"}
    | {"odt", "ods", "xls", "xlsx", "ppt", "pptx", "webp", "wav", "zip", "heic"},
)
"""Endings that a neutral name may keep, so that the right program is chosen."""


def attachment_download(
    open_attachment: OpenAttachment,
    found: FoundAttachment,
    *,
    index: int,
) -> Response:
    """Stream an attachment under a neutral name."""
    case_number = found.opened.case.number
    base = f"case-{case_number}-{found.message.position}-{index + 1}"
    stack = ExitStack()
    stream = stack.enter_context(open_attachment.stream(found))
    return _download(
        stream,
        stack,
        name=neutral_name(base, found.attachment.name),
        size_bytes=found.attachment.size_bytes,
    )


def package_download(package: BinaryIO, *, name: str) -> Response:
    """Stream a sealed package."""
    stack = ExitStack()
    stack.enter_context(package)
    size_bytes = package.seek(0, 2)
    package.seek(0)
    return _download(package, stack, name=name, size_bytes=size_bytes)


def neutral_name(base: str, untrusted_name: str) -> str:
    """Keep of a reporter's file name a known ending at most."""
    _, dot, suffix = untrusted_name.rpartition(".")
    folded = suffix.lower()
    return f"{base}.{folded}" if dot and folded in SUFFIXES else f"{base}.bin"


def _download(
    stream: BinaryIO,
    stack: ExitStack,
    *,
    name: str,
    size_bytes: int,
) -> Response:
    def chunks() -> Iterator[bytes]:
        with stack:
            while chunk := stream.read(CHUNK_BYTES):
                yield chunk

    response = Response(chunks(), mimetype=BINARY)
    response.call_on_close(stack.close)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Content-Length"] = str(size_bytes)
    response.headers[CONTENT_POLICY] = DOWNLOAD_POLICY
    return response
