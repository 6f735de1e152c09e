"""Fetching as a browser does, from a server that may be hostile.

Rules:
* The headers are those that Firefox 153 was seen to send, in its order; cookies are
  neither sent nor kept. (Whoever looks at TLS itself can still tell a program.)
* No redirect is followed: it is reported.
* An answer has an end in time and in size, also when it trickles, and also when few
  bytes unpack into many.
"""

import signal
import ssl
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from http.cookiejar import DefaultCookiePolicy
from types import FrameType
from typing import Final, NoReturn

import brotli
import requests
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from deploy.audit_site import texts
from deploy.keys.texts import Text
from protocol.languages import Language

CONNECT_SECONDS: Final = 30
"""Through Tor, a first connection takes a while."""

SILENCE_SECONDS: Final = 30
PATIENCE_SECONDS: Final = 90
"""For a whole answer, however it trickles."""

USER_AGENT: Final = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:153.0) Gecko/20100101 Firefox/153.0"
)

_PIECE_BYTES: Final = 16_384
_DEEPEST: Final = 10
_LANGUAGES: Final = {
    Language.KK: "kk,ru;q=0.9,ru-RU;q=0.8,en-US;q=0.7,en;q=0.6",
    Language.RU: "ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7",
    Language.EN: "en-US,en;q=0.9",
}


class Kind(Enum):
    """As what a browser loads something; the value is `Sec-Fetch-Dest`."""

    PAGE = "document"
    SCRIPT = "script"
    """A module: our pages have no other scripts."""

    WORKER = "worker"
    STYLE = "style"
    IMAGE = "image"
    DATA = "empty"


_ACCEPT: Final = {
    Kind.PAGE: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    Kind.SCRIPT: "*/*",
    Kind.WORKER: "*/*",
    Kind.STYLE: "text/css,*/*;q=0.1",
    Kind.IMAGE: "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5",
    Kind.DATA: "*/*",
}
_MODES: Final = {
    Kind.PAGE: "navigate",
    Kind.SCRIPT: "cors",
    Kind.WORKER: "same-origin",
    Kind.STYLE: "no-cors",
    Kind.IMAGE: "no-cors",
    Kind.DATA: "cors",
}
_PRIORITIES: Final = {
    Kind.PAGE: "u=0, i",
    Kind.WORKER: "u=4",
    Kind.STYLE: "u=2",
    Kind.IMAGE: "u=5, i",
    Kind.DATA: "u=4",
}


class UncheckedError(Exception):
    """No whole answer came; that is neither good nor evil."""

    def __init__(self, text: Text, **values: object) -> None:
        """Take the sentence and its values."""
        super().__init__(text.en.format(**values))
        self.text = text
        self.values = values


class UntrustedError(Exception):
    """Whoever answers has no certificate for this site: that is evil, not trouble."""

    def __init__(self, kind: str) -> None:
        """Take what is wrong with it."""
        super().__init__(kind)
        self.kind = kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server sent, unpacked."""

    status: int
    headers: tuple[tuple[str, str], ...]
    """As sent, those that come twice too."""

    content: bytes = field(repr=False)
    is_cut: bool
    """There was more than was asked for; the rest was not read."""

    def all(self, name: str) -> list[str]:
        """Give every value of a header."""
        return [value for key, value in self.headers if key.lower() == name.lower()]


class Visitor:
    """Somebody who looks at a site once, in one language."""

    def __init__(
        self,
        site: str,
        language: Language,
        *,
        proxy: str | None,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        """Begin without any memory of the site.

        Args:
            site: Its origin.
            language: What the browser asks for.
            proxy: `socks5h://…`, or none.
            patience_seconds: For a whole answer.
        """
        self._patience_seconds = patience_seconds
        self._site = site
        self._language = language
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers.clear()
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        if proxy is not None:
            self._session.proxies = {"http": proxy, "https": proxy}

    def close(self) -> None:
        """Leave the site."""
        self._session.close()

    def fetch(
        self, path: str, kind: Kind, *, came_from: str | None, limit_bytes: int
    ) -> Answer:
        """Fetch one address.

        Args:
            path: On this site.
            kind: What it is loaded as.
            came_from: The path of the page that loads it or leads to it.
            limit_bytes: Read no more, unpacked.

        Returns:
            The answer, whatever its status.

        Raises:
            UncheckedError: No whole answer came, or not in time.
            UntrustedError: Somebody else answered.
        """
        headers = self._headers(kind, came_from)
        try:
            with _no_longer_than(self._patience_seconds):
                return self._read(self._site + path, headers, limit_bytes)
        except _DeadlineError:
            raise UncheckedError(
                texts.TOOK_TOO_LONG, seconds=self._patience_seconds
            ) from None
        except (requests.RequestException, HTTPError, OSError) as error:
            inner = _innermost(error)
            if isinstance(inner, ssl.SSLCertVerificationError):
                raise UntrustedError(printable(inner.verify_message)) from None
            raise UncheckedError(texts.NO_ANSWER, kind=type(inner).__name__) from None

    def _read(
        self, address: str, headers: Mapping[str, str], limit_bytes: int
    ) -> Answer:
        with self._session.get(
            address,
            headers=headers,
            stream=True,
            allow_redirects=False,
            timeout=(CONNECT_SECONDS, SILENCE_SECONDS),
        ) as response:
            raw = response.raw
            encoding = response.headers.get("Content-Encoding", "").lower()
            content = b""
            for piece in _unpacked(_pieces(raw), encoding, limit_bytes + 1):
                content += piece
                if len(content) > limit_bytes:
                    break
            return Answer(
                status=response.status_code,
                headers=tuple(raw.headers.iteritems()),
                content=content[:limit_bytes],
                is_cut=len(content) > limit_bytes,
            )

    def _headers(self, kind: Kind, came_from: str | None) -> dict[str, str]:
        is_page = kind is Kind.PAGE
        referer = {} if came_from is None else {"Referer": self._site + came_from}
        connection = {"Connection": "keep-alive"}
        # What a script fetches names its page before the connection.
        both = (
            {**referer, **connection}
            if kind is Kind.DATA
            else {**connection, **referer}
        )
        return {
            "User-Agent": USER_AGENT,
            "Accept": _ACCEPT[kind],
            "Accept-Language": _LANGUAGES[self._language],
            "Accept-Encoding": "gzip, deflate, br, zstd",
            **both,
            **({"Upgrade-Insecure-Requests": "1"} if is_page else {}),
            "Sec-Fetch-Dest": kind.value,
            "Sec-Fetch-Mode": _MODES[kind],
            "Sec-Fetch-Site": "none" if came_from is None else "same-origin",
            **({"Sec-Fetch-User": "?1"} if is_page else {}),
            **({"Priority": _PRIORITIES[kind]} if kind in _PRIORITIES else {}),
        }


def _pieces(raw: BaseHTTPResponse) -> Iterator[bytes]:
    """Read what has arrived, and do not wait for more."""
    while piece := raw.read1(_PIECE_BYTES, decode_content=False):
        yield piece


def _unpacked(
    pieces: Iterator[bytes], encoding: str, limit_bytes: int
) -> Iterator[bytes]:
    """Unpack Brotli, gzip and deflate, never more than a limit.

    Args:
        pieces: As sent.
        encoding: Content-Encoding.
        limit_bytes: Stop behind so many.

    Yields:
        Pieces of the content.

    Raises:
        UncheckedError: It is packed in another way, or not at all as it says.
    """
    if encoding in {"", "identity"}:
        yield from pieces
        return
    if encoding not in {"br", "gzip", "deflate"}:
        raise UncheckedError(texts.UNKNOWN_ENCODING, encoding=printable(encoding))
    unpack, is_whole = _unpacker(encoding)
    left = limit_bytes
    try:
        for piece in pieces:
            unpacked = unpack(piece, left)
            left -= len(unpacked)
            yield unpacked
            if left <= 0:
                return
    except (zlib.error, brotli.error):
        raise UncheckedError(texts.UNKNOWN_ENCODING, encoding=encoding) from None
    if not is_whole():
        raise UncheckedError(texts.NO_ANSWER, kind="cut off")


def _unpacker(
    encoding: str,
) -> tuple[Callable[[bytes, int], bytes], Callable[[], bool]]:
    """Give what unpacks a piece into so many bytes at most, and what tells the end."""
    if encoding != "br":
        stream = zlib.decompressobj(zlib.MAX_WBITS + 32)  # either, by its first bytes
        return stream.decompress, lambda: stream.eof
    decompressor = brotli.Decompressor()

    def unpack(piece: bytes, most: int) -> bytes:
        # It stops at the first whole block behind the limit.
        unpacked: bytes = decompressor.process(piece, output_buffer_limit=most)
        return unpacked[:most]

    return unpack, decompressor.is_finished


class _DeadlineError(Exception):
    """Time is up."""


@contextmanager
def _no_longer_than(seconds: float) -> Iterator[None]:
    """End a block after a time; a byte now and then does not keep it open."""

    def end(_number: int, _frame: FrameType | None) -> NoReturn:
        raise _DeadlineError

    former = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)


def printable(untrusted: str, *, limit_characters: int = 200) -> str:
    """Make what a server sent safe to show."""
    shown = untrusted[:limit_characters]
    return "".join(letter if letter.isprintable() else "?" for letter in shown)


def _innermost(error: BaseException) -> BaseException:
    """Find the trouble that lies at the bottom of an exception."""
    inner = error
    for _ in range(_DEEPEST):
        reasons = [
            getattr(inner, "reason", None),
            *inner.args,
            inner.__cause__,
            inner.__context__,
        ]
        deeper = [each for each in reasons if isinstance(each, BaseException)]
        if not deeper:
            break
        inner = deeper[0]
    return inner
