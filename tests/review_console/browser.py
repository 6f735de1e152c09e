"""A member's browser, without script: follows forms as the pages offer them."""

import re
from dataclasses import dataclass, field

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.review_console.people import ORIGIN, PASSPHRASE, House

HIDDEN = re.compile(r'type="hidden" name="(csrf_token|seen)" value="([^"]+)"')
"""What every form of a page carries along, unasked."""


@dataclass
class Browser:
    """Keeps the cookie and the token of the page that is open."""

    app: Flask
    client: FlaskClient = field(init=False)
    page: str = field(default="", init=False)

    def __post_init__(self) -> None:
        """Begin without cookies."""
        self.client = self.app.test_client()

    def get(self, path: str) -> TestResponse:
        """Open a page."""
        return self._keep(self.client.get(path, base_url=ORIGIN))

    def post(self, path: str, **fields: object) -> TestResponse:
        """Send a form with the token of the page that is open."""
        data = {**dict(HIDDEN.findall(self.page)), **fields}
        headers = {"Referer": ORIGIN + path}  # as with Referrer-Policy: same-origin
        response = self.client.post(path, data=data, base_url=ORIGIN, headers=headers)
        return self._keep(response)

    def follow(self, response: TestResponse) -> TestResponse:
        """Go where a 303 says."""
        if response.status_code != 303:
            raise AssertionError(f"{response.status_code}: {response.text[:2000]}")
        return self.get(response.headers["Location"])

    def log_in(self, house: House, name: str) -> TestResponse:
        """Log in with passphrase and code."""
        house.clock.advance(seconds=60)  # each code works once
        self.get("/login")
        return self.post(
            "/login",
            name=name,
            passphrase=PASSPHRASE,
            code=house.code(name),
        )

    def _keep(self, response: TestResponse) -> TestResponse:
        if response.mimetype == "text/html" and response.status_code != 303:
            self.page = response.text
        return response
