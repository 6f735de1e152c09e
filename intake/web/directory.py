"""The key directory, as the root signed it, and the reviewers' identities.

Spec: docs/protocol.md §4, §4.1.

Served even when it is past its end: the page checks it itself and says so.
"""

from functools import lru_cache
from http import HTTPStatus

from flask import Blueprint, Response, abort

from intake.web.routing import NO_BODY, Access, declare
from intake.web.services import services
from intake.web.static import Asset
from protocol.directory import SignedDirectory

blueprint = Blueprint("directory", __name__)


@blueprint.get("/directory.json")
@declare(access=Access.PUBLIC, limit_bytes=NO_BODY)
def directory() -> Response:
    """Serve the exact bytes that the root signed."""
    return _as_asset(_signed().directory).answer()


@blueprint.get("/directory.json.sig")
@declare(access=Access.PUBLIC, limit_bytes=NO_BODY)
def signature() -> Response:
    """Serve the root's signature."""
    return Response(_signed().signature, mimetype="text/plain")


@blueprint.get("/directory.json.cross.sig")
@declare(access=Access.PUBLIC, limit_bytes=NO_BODY)
def cross_signature() -> Response:
    """Serve the other root's signature, while one root replaces another."""
    cross_signature = _signed().cross_signature
    if cross_signature is None:
        abort(HTTPStatus.NOT_FOUND)
    return Response(cross_signature, mimetype="text/plain")


@blueprint.get("/identities.json")
@declare(access=Access.PUBLIC, limit_bytes=NO_BODY)
def identities() -> Response:
    """Serve the reviewers' certificates, as the console sent them."""
    found = services().directory.find_identities()
    if found is None:
        abort(HTTPStatus.SERVICE_UNAVAILABLE)
    return _as_asset(found).answer()


@lru_cache(maxsize=4)
def _as_asset(content: bytes) -> Asset:
    """Compress once: everyone gets the same, and keys weigh more than a page."""
    return Asset.make(content, "application/json")


def _signed() -> SignedDirectory:
    signed = services().directory.find_signed()
    if signed is None:
        abort(HTTPStatus.SERVICE_UNAVAILABLE)
    return signed
