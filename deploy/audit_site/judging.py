"""Is this answer the one that was signed?

Spec: docs/protocol.md §10.

Pure: an answer and the manifest in, what is wrong with it out, each in a sentence.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from http import HTTPStatus
from typing import Final
from urllib.parse import urljoin, urlsplit

from deploy.audit_site import texts
from deploy.audit_site.fetching import Answer, printable
from deploy.keys.texts import Text
from protocol.release import ReleaseFile, ReleaseHeader

STRANGE_HEADERS: Final = (
    "Clear-Site-Data",
    "Content-Location",
    "Content-Security-Policy-Report-Only",
    "Link",
    "NEL",
    "Refresh",
    "Report-To",
    "Reporting-Endpoints",
    "Service-Worker-Allowed",
    "Set-Cookie",
    "SourceMap",
    "Speculation-Rules",
    "X-SourceMap",
)
"""Load, remember or report something that no byte of the content shows."""

_REDIRECTS: Final = range(300, 400)
_LOADING: Final = {
    "script": ("src", "href"),
    "link": ("href",),
    "img": ("src", "srcset"),
    "iframe": ("src", "srcdoc"),
    "frame": ("src",),
    "embed": ("src",),
    "object": ("data",),
    "source": ("src", "srcset"),
    "audio": ("src",),
    "video": ("src", "poster"),
    "track": ("src",),
    "base": ("href",),
    "form": ("action",),
    "input": ("src", "formaction"),
    "button": ("formaction",),
}
_NO_PATH: Final = "/"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text with its values."""

    text: Text
    values: dict[str, object]


def say(text: Text, **values: object) -> Sentence:
    """Make a sentence."""
    return Sentence(text, values)


def is_busy(answer: Answer) -> bool:
    """Say whether a server declares that it cannot answer now."""
    return (
        answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR
        or answer.status == HTTPStatus.TOO_MANY_REQUESTS
    )


def judge(
    signed: ReleaseFile,
    headers: Sequence[ReleaseHeader],
    answer: Answer,
    *,
    known: frozenset[str],
) -> tuple[Sentence, ...]:
    """Hold an answer against the manifest.

    Args:
        signed: What the root signed.
        headers: What every answer carries.
        answer: What came.
        known: All paths of the manifest and of the directory.

    Returns:
        All that is wrong; nothing if it is as signed.
    """
    if answer.status in _REDIRECTS:
        target = printable(", ".join(answer.all("Location")) or "?")
        return (say(texts.REDIRECTS, target=target),)
    if answer.status != HTTPStatus.OK:
        return (say(texts.OTHER_STATUS, status=answer.status),)
    wrong = [
        *_judge_content(signed, answer),
        *judge_headers(headers, answer),
    ]
    if wrong and signed.media_type == "text/html":
        page = answer.content.decode(errors="replace")
        wrong += [
            say(texts.STRANGE_REFERENCE, target=printable(target))
            for target in references(page, signed.path)
            if target not in known
        ]
    return tuple(wrong)


def judge_headers(
    headers: Sequence[ReleaseHeader], answer: Answer
) -> Iterator[Sentence]:
    """Hold the headers of an answer against those that all carry.

    Args:
        headers: Signed.
        answer: What came.

    Yields:
        What is wrong.
    """
    for header in headers:
        found = answer.all(header.name)
        if not found:
            yield say(texts.HEADER_MISSING, name=header.name)
        elif found != [header.value]:
            value = printable(" | ".join(found))
            yield say(texts.HEADER_CHANGED, name=header.name, value=value)
    for name in STRANGE_HEADERS:
        for value in answer.all(name):
            yield say(texts.HEADER_STRANGE, name=name, value=printable(value))


def references(page: str, path: str) -> tuple[str, ...]:
    """List what a page loads: paths of its own site, whole addresses of others.

    Args:
        page: Untrusted HTML.
        path: Of the page.

    Returns:
        Each once, in the order in which a browser meets them.
    """
    reader = _References()
    reader.feed(page)
    found = dict.fromkeys(_resolve(each, path) for each in reader.found)
    return tuple(found)


def _judge_content(signed: ReleaseFile, answer: Answer) -> Iterator[Sentence]:
    found_type = (answer.all("Content-Type") or ["?"])[0].partition(";")[0].strip()
    if found_type.lower() != signed.media_type:
        found = printable(found_type)
        yield say(texts.OTHER_TYPE, found=found, signed=signed.media_type)
    sha256 = hashlib.sha256(answer.content).hexdigest()
    if answer.is_cut:
        yield say(texts.TOO_LONG, signed_size=signed.size_bytes)
    elif sha256 != signed.sha256:
        yield say(
            texts.OTHER_BYTES,
            size=len(answer.content),
            sha256=sha256,
            signed_size=signed.size_bytes,
            signed=signed.sha256,
        )


def _resolve(target: str, path: str) -> str:
    """Give a path of the site itself, or else the whole address."""
    try:
        parts = urlsplit(urljoin(f"https://here.invalid{path}", target))
    except ValueError:
        return target
    if parts.scheme == "https" and parts.netloc == "here.invalid":
        return (parts.path or _NO_PATH) + (f"?{parts.query}" if parts.query else "")
    return target


class _References(HTMLParser):
    """Finds what the elements of a page load."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def parse_marked_section(self, i: int, report: int = 1) -> int:
        """Skip `<![…`, as browsers do; the library's own way ends in a traceback."""
        return self.parse_bogus_comment(i, bool(report))

    def handle_starttag(
        self, tag: str, attrs: Sequence[tuple[str, str | None]]
    ) -> None:
        """Note the attributes that load something, and a refresh."""
        attributes = dict(attrs)
        self.found += [
            value
            for name in _LOADING.get(tag, ())
            if (value := attributes.get(name)) is not None
        ]
        if tag == "meta" and (attributes.get("http-equiv") or "").lower() == "refresh":
            self.found.append(attributes.get("content") or "?")
