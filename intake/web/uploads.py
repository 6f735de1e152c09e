"""Resumable uploads: tus 1.0.0 with creation, termination and expiration.

Spec: docs/protocol.md §5.
"""

from base64 import b64decode
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, abort, request
from werkzeug.http import http_date

from intake.domain.deposit import UploadId
from intake.domain.errors import UploadNotFoundError
from intake.services.upload import Progress
from intake.web.body import body_pieces
from intake.web.routing import NO_BODY, Access, declare
from intake.web.services import services
from protocol.day import DAY_ZONE
from protocol.errors import ProtocolError
from protocol.mailbox import MailboxId

VERSION: Final = "1.0.0"
EXTENSIONS: Final = "creation,creation-with-upload,termination,expiration"
PIECE_TYPE: Final = "application/offset+octet-stream"
FIRST_READ_BYTES: Final = 32 * 1024
"""All that a slow line which breaks in the middle of a piece can cost; a quick one
loses what it brings in a quarter of a second, and 256 KiB at most."""

_LONGEST_NUMBER: Final = 15

blueprint = Blueprint("uploads", __name__, url_prefix="/uploads")


@blueprint.before_request
def check_version() -> None:
    """Refuse another version of tus, and so every plain form as well."""
    spoken = request.headers.get("Tus-Resumable")
    if request.method != "OPTIONS" and spoken != VERSION:
        abort(HTTPStatus.PRECONDITION_FAILED)


@blueprint.after_request
def name_version(response: Response) -> Response:
    """Say which version we speak, as tus demands of every answer."""
    response.headers["Tus-Resumable"] = VERSION
    if response.status_code == HTTPStatus.PRECONDITION_FAILED:
        response.headers["Tus-Version"] = VERSION
    return response


@blueprint.route("", methods=["OPTIONS"], provide_automatic_options=False)
@declare(access=Access.UPLOAD, limit_bytes=NO_BODY)
def options() -> Response:
    """Say what this server can do."""
    response = Response(status=HTTPStatus.NO_CONTENT)
    response.headers["Tus-Version"] = VERSION
    response.headers["Tus-Extension"] = EXTENSIONS
    response.headers["Tus-Max-Size"] = str(services().receive_upload.limit_bytes)
    return response


@blueprint.post("")
@declare(access=Access.UPLOAD, limit_bytes=None)
def create() -> Response:
    """Begin an upload, perhaps with its first bytes."""
    length_bytes = _number("Upload-Length")
    mailbox = _mailbox(request.headers.get("Upload-Metadata", ""))
    has_body = bool(request.content_length)
    if has_body:
        _require_piece()
    progress = services().receive_upload.create(mailbox, length_bytes)
    if has_body:
        progress = services().receive_upload.append(progress.id, 0, _pieces())
    response = _answer(progress, HTTPStatus.CREATED)
    response.headers["Location"] = f"/uploads/{progress.id}"
    return response


@blueprint.route("/<upload_id>", methods=["HEAD"], provide_automatic_options=False)
@declare(access=Access.UPLOAD, limit_bytes=NO_BODY)
def look(upload_id: str) -> Response:
    """Say how far an upload is."""
    progress = services().receive_upload.look(_upload_id(upload_id))
    response = _answer(progress, HTTPStatus.OK)
    response.headers["Upload-Length"] = str(progress.length_bytes)
    return response


@blueprint.patch("/<upload_id>")
@declare(access=Access.UPLOAD, limit_bytes=None)
def append(upload_id: str) -> Response:
    """Take the next piece."""
    _require_piece()
    offset_bytes = _number("Upload-Offset")
    progress = services().receive_upload.append(
        _upload_id(upload_id), offset_bytes, _pieces()
    )
    return _answer(progress, HTTPStatus.NO_CONTENT)


@blueprint.delete("/<upload_id>")
@declare(access=Access.UPLOAD, limit_bytes=NO_BODY)
def cancel(upload_id: str) -> Response:
    """Drop an upload."""
    services().receive_upload.cancel(_upload_id(upload_id))
    return Response(status=HTTPStatus.NO_CONTENT)


def _answer(progress: Progress, status: HTTPStatus) -> Response:
    response = Response(status=status)
    response.headers["Upload-Offset"] = str(progress.offset_bytes)
    end = datetime.combine(
        progress.expires_on + timedelta(days=1), time(), tzinfo=DAY_ZONE
    )
    response.headers["Upload-Expires"] = http_date(end.astimezone(UTC))
    return response


def _require_piece() -> None:
    if request.mimetype != PIECE_TYPE:
        abort(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)


def _pieces() -> Iterator[bytes]:
    length_bytes = request.content_length or 0
    return body_pieces(request.stream, length_bytes, first_bytes=FIRST_READ_BYTES)


def _number(header: str) -> int:
    untrusted = request.headers.get(header, "")
    digits = untrusted.isascii() and untrusted.isdigit()
    if not digits or len(untrusted) > _LONGEST_NUMBER:
        abort(HTTPStatus.BAD_REQUEST)
    return int(untrusted)


def _mailbox(untrusted: str) -> MailboxId:
    key, _, encoded = untrusted.partition(" ")
    try:
        value = b64decode(encoded, validate=True).decode("ascii")
        mailbox = MailboxId(value)
    except (ValueError, ProtocolError):  # not base64, or not ASCII on either side
        abort(HTTPStatus.BAD_REQUEST)
    if key != "mailbox":
        abort(HTTPStatus.BAD_REQUEST)
    return mailbox


def _upload_id(untrusted: str) -> UploadId:
    try:
        return UploadId(untrusted)
    except ValueError:
        raise UploadNotFoundError("no such upload") from None
