"""Files reports through the intake's front door, as a browser without script does.

Used by the demonstration: what it shows was really posted, sealed, stored and
synced. The form without JavaScript asks nothing of the sender but HTTP.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from importlib.resources import files as resources
from typing import Any, Final

import requests

TIMEOUT_SECONDS: Final = 30


class FrontDoorError(Exception):
    """The intake did not take the report; the message says what it answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """An attachment of a report that is about to be filed."""

    name: str
    media_type: str
    content: bytes


class _Form(HTMLParser):
    """Finds the session's token and the codename on the page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.csrf_token = ""
        self.codename = ""
        self._inside_codename = False
        self.feed(page)

    def handle_starttag(
        self, tag: str, attrs: Sequence[tuple[str, str | None]]
    ) -> None:
        """Note the hidden field, and where the codename begins."""
        attributes = dict(attrs)
        if tag == "input" and attributes.get("name") == "csrf_token":
            self.csrf_token = attributes.get("value") or ""
        self._inside_codename = attributes.get("id") == "codename-characters"

    def handle_data(self, data: str) -> None:
        """Take the codename's characters."""
        if self._inside_codename and data.strip():
            self.codename = data.strip()


def file_report(
    intake: str, language: str, fields: Mapping[str, str], files: Sequence[File] = ()
) -> str:
    """Open the form, fill it, send it.

    Args:
        intake: The intake's origin, such as `http://127.0.0.1:8480`.
        language: `kk`, `ru` or `en`.
        fields: The form's fields by name (docs/protocol.md §1.3).
        files: The attachments, in order.

    Returns:
        The codename, in characters.

    Raises:
        FrontDoorError: The intake said anything but *received*.
    """
    address = f"{intake}/{language}/plain/report"
    with requests.Session() as session:
        session.trust_env = False
        page = session.get(address, timeout=TIMEOUT_SECONDS)
        form = _Form(page.text)
        # It is `Secure`: browsers send it to loopback over HTTP, the library not.
        cookie = re.match(r"[^;]+", page.headers.get("Set-Cookie", ""))
        if not (page.ok and cookie and form.csrf_token and form.codename):
            raise FrontDoorError(f"the form was not served: status {page.status_code}")
        parts: list[tuple[str, tuple[str | None, bytes | str, str]]] = [
            ("csrf_token", (None, form.csrf_token, "text/plain")),
            *((name, (None, value, "text/plain")) for name, value in fields.items()),
            *(
                ("attachments", (file.name, file.content, file.media_type))
                for file in files
            ),
        ]
        answer = session.post(
            address,
            files=parts,
            headers={"Cookie": cookie.group(), "Origin": intake},
            allow_redirects=False,
            timeout=TIMEOUT_SECONDS,
        )
    if answer.status_code != requests.codes.see_other:
        raise FrontDoorError(f"the report was refused: status {answer.status_code}")
    return form.codename


def file_demo_reports(intake: str) -> Iterator[str]:
    """File the demonstration's synthetic reports, one after the other.

    Args:
        intake: The intake's origin.

    Yields:
        The codename of each, in characters, when the intake has it.

    Raises:
        FrontDoorError: The intake did not take one.
    """
    data = resources("deploy").joinpath("data/demo_reports.json").read_text()
    for report in json.loads(data):
        yield file_report(
            intake, report["language"], _fields_of(report), _files_of(report)
        )


def _fields_of(report: Mapping[str, Any]) -> dict[str, str]:
    consent = report["consent"]
    secrecy = {"secrecy": "yes"} if consent["secrecy"] else {}
    return {
        "text": report["text"],
        **report["answers"],
        "consent_to": consent["to"],
        "do_not_use": consent["do_not_use"],
        **secrecy,
    }


def _files_of(report: Mapping[str, Any]) -> list[File]:
    return [
        File(
            name=each["name"],
            media_type=each["media_type"],
            content=each["text"].encode(),
        )
        for each in report["attachments"]
    ]
