"""From what went wrong to a status and a page; no page says more than it must."""

import sys
import traceback
from http import HTTPStatus
from typing import Final

from flask import Flask, render_template
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from review_console.domain.errors import (
    ConsoleError,
    IntakeError,
    NotFoundError,
    NotPermittedError,
)

HEADINGS: Final = {
    HTTPStatus.NOT_FOUND: "not_found",
    HTTPStatus.METHOD_NOT_ALLOWED: "not_found",
    HTTPStatus.FORBIDDEN: "refused",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too_large",
    HTTPStatus.BAD_GATEWAY: "intake_unreachable",
}


def error_page(status: HTTPStatus, heading_id: str) -> ResponseReturnValue:
    """Render the one error page."""
    page = render_template("error.html", status=status.value, heading_id=heading_id)
    return page, status


def _http(error: HTTPException) -> ResponseReturnValue:
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return error.get_response()
    return error_page(status, HEADINGS.get(status, "failed"))


def _csrf(_error: CSRFError) -> ResponseReturnValue:
    return error_page(HTTPStatus.BAD_REQUEST, "csrf")


def _not_found(_error: NotFoundError) -> ResponseReturnValue:
    return error_page(HTTPStatus.NOT_FOUND, "not_found")


def _not_permitted(_error: NotPermittedError) -> ResponseReturnValue:
    return error_page(HTTPStatus.FORBIDDEN, "refused")


def _intake(_error: IntakeError) -> ResponseReturnValue:
    return error_page(HTTPStatus.BAD_GATEWAY, "intake_unreachable")


def _failed(error: Exception) -> ResponseReturnValue:
    report_bug(error)
    return error_page(HTTPStatus.INTERNAL_SERVER_ERROR, "failed")


def report_bug(error: BaseException) -> None:
    """Write kind and place to standard error: values could hold a text."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    sys.stderr.write(f"console: {type(error).__name__}{place}\n")
    sys.stderr.flush()


def install(app: Flask) -> None:
    """Give the app its error pages; the narrowest type wins."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(NotFoundError, _not_found)
    app.register_error_handler(NotPermittedError, _not_permitted)
    app.register_error_handler(IntakeError, _intake)
    app.register_error_handler(ConsoleError, _failed)
    app.register_error_handler(Exception, _failed)
