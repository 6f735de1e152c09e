"""The mailbox for the page with JavaScript: sealed replies, opened in the page.

Spec: docs/protocol.md §3.

One answer for everyone: known, unknown, empty, deleted.
"""

from http import HTTPStatus

from flask import Blueprint, Response, abort, request

from intake.web.routing import NO_BODY, Access, declare
from intake.web.services import services
from protocol.errors import ProtocolError
from protocol.mailbox import MailboxToken

blueprint = Blueprint("mailbox", __name__)


@blueprint.get("/mailbox")
@declare(access=Access.MAILBOX, limit_bytes=NO_BODY)
def read() -> Response:
    """Give the sealed replies, filled up with random bytes."""
    archive = services().read_mailbox(_token())
    return Response(archive, mimetype="application/zip")


@blueprint.delete("/mailbox")
@declare(access=Access.MAILBOX, limit_bytes=NO_BODY)
def delete() -> Response:
    """Delete the replies for good."""
    services().delete_mailbox(_token())
    return Response(status=HTTPStatus.NO_CONTENT)


def _token() -> MailboxToken:
    try:
        return MailboxToken.parse_bearer(request.headers.get("Authorization", ""))
    except ProtocolError:
        abort(HTTPStatus.UNAUTHORIZED)
