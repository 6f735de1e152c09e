"""What the console calls: deposits out; acknowledgements, replies, keys in.

Spec: docs/protocol.md §6.

The guard has verified signature and body before a view here runs.
"""

from http import HTTPStatus
from typing import BinaryIO, Final

from flask import Blueprint, Response, abort, g, request

from intake.web.body import body_pieces
from intake.web.routing import NO_BODY, Access, declare
from intake.web.services import services
from protocol.directory import SignedDirectory
from protocol.errors import ProtocolError
from protocol.mailbox import MailboxId
from protocol.sync import (
    AcknowledgementBatch,
    DepositEntry,
    DepositId,
    DepositListing,
    ReplyId,
)

ACKNOWLEDGEMENTS_BYTES: Final = 2**20
REPLY_BYTES: Final = 2**20
DIRECTORY_BYTES: Final = 2**20
IDENTITIES_BYTES: Final = 2**20

blueprint = Blueprint("sync", __name__, url_prefix="/sync")


@blueprint.get("/deposits")
@declare(access=Access.SYNC, limit_bytes=NO_BODY)
def deposits() -> Response:
    """List what waits."""
    untrusted = request.args.get("after")
    try:
        after = None if untrusted is None else DepositId(untrusted)
    except ProtocolError:
        abort(HTTPStatus.BAD_REQUEST)
    listing = DepositListing(
        deposits=tuple(
            DepositEntry(
                id=deposit.id,
                mailbox=deposit.mailbox,
                size_bytes=deposit.size_bytes,
                day=deposit.received_on,
                sha256=deposit.sha256.hex(),
            )
            for deposit in services().list_deposits(after=after)
        )
    )
    return Response(listing.to_json(), mimetype="application/json")


@blueprint.get("/deposits/<deposit_id>")
@declare(access=Access.SYNC, limit_bytes=NO_BODY)
def deposit(deposit_id: str) -> Response:
    """Send a sealed file, or a range of it."""
    reader = services().deposit_reader
    try:
        found = reader.load(DepositId(deposit_id))
    except ProtocolError:
        abort(HTTPStatus.NOT_FOUND)
    return _send(found.size_bytes, reader.open(found.id))


@blueprint.post("/acknowledgements")
@declare(access=Access.SYNC, limit_bytes=ACKNOWLEDGEMENTS_BYTES)
def acknowledge() -> Response:
    """Delete what the console has."""
    try:
        batch = AcknowledgementBatch.parse(g.sync_body)
    except ProtocolError:
        abort(HTTPStatus.UNPROCESSABLE_ENTITY)
    pairs = [(entry.id, bytes.fromhex(entry.sha256)) for entry in batch.deposits]
    services().acknowledge_deposits(pairs)
    return Response(status=HTTPStatus.NO_CONTENT)


@blueprint.put("/mailboxes/<mailbox>/replies/<reply_id>")
@declare(access=Access.SYNC, limit_bytes=REPLY_BYTES)
def reply(mailbox: str, reply_id: str) -> Response:
    """Keep a sealed reply."""
    try:
        target = (MailboxId(mailbox), ReplyId(reply_id))
    except ProtocolError:
        abort(HTTPStatus.NOT_FOUND)
    added = services().keep_reply(*target, g.sync_body)
    return Response(status=HTTPStatus.CREATED if added else HTTPStatus.NO_CONTENT)


@blueprint.put("/directory")
@declare(access=Access.SYNC, limit_bytes=DIRECTORY_BYTES)
def directory() -> Response:
    """Put a newer directory in force."""
    try:
        offered = SignedDirectory.parse(g.sync_body)
    except ProtocolError:
        abort(HTTPStatus.UNPROCESSABLE_ENTITY)
    services().directory.publish(offered)
    return Response(status=HTTPStatus.NO_CONTENT)


@blueprint.put("/identities")
@declare(access=Access.SYNC, limit_bytes=IDENTITIES_BYTES)
def identities() -> Response:
    """Put the reviewers' newest identities in force."""
    services().directory.publish_identities(g.sync_body)
    return Response(status=HTTPStatus.NO_CONTENT)


def _send(size_bytes: int, file: BinaryIO) -> Response:
    asked = request.range
    part = asked.range_for_length(size_bytes) if asked is not None else None
    if asked is not None and part is None:
        file.close()
        abort(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
    first, end = part or (0, size_bytes)
    file.seek(first)
    response = Response(
        body_pieces(file, end - first), mimetype="application/octet-stream"
    )
    response.call_on_close(file.close)
    response.content_length = end - first
    response.accept_ranges = "bytes"
    if part is not None:
        response.status_code = HTTPStatus.PARTIAL_CONTENT
        response.headers["Content-Range"] = f"bytes {first}-{end - 1}/{size_bytes}"
    return response
