"""One look at a site in every language, in the order in which browsers load things.

A server that wants to serve altered bytes to some visitors alone must not be able to
tell the auditor from them by what it asks for. So it opens pages, loads what they
name, then the directory as the form does; pages and languages come in random order.

Rules:
* Nothing is kept between languages: no cookie, no connection, no cached byte.
* Everything that the manifest lists is fetched in every language.
"""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from http import HTTPStatus
from typing import Final, TypeVar

from crypto.entropy import Entropy
from deploy.audit_site import texts
from deploy.audit_site.directory_watch import DirectoryWatch, judge_identities
from deploy.audit_site.fetching import (
    Answer,
    Kind,
    UncheckedError,
    UntrustedError,
    Visitor,
)
from deploy.audit_site.judging import (
    Sentence,
    is_busy,
    judge,
    judge_headers,
    references,
    say,
)
from protocol.directory import KeyDirectory, SignedDirectory
from protocol.languages import Language
from protocol.release import ReleaseFile, ReleaseManifest

DIRECTORY: Final = "/directory.json"
SIGNATURE: Final = "/directory.json.sig"
CROSS_SIGNATURE: Final = "/directory.json.cross.sig"
IDENTITIES: Final = "/identities.json"
OF_THE_DIRECTORY: Final = frozenset({DIRECTORY, SIGNATURE, CROSS_SIGNATURE, IDENTITIES})

MAX_DIRECTORY_BYTES: Final = 2**18
MAX_SIGNATURE_BYTES: Final = 4_096
MAX_IDENTITIES_BYTES: Final = 2**20

PATIENCE_ANSWERS: Final = 3
"""So many addresses in a row may stay silent, before a visitor goes away."""

_HTML: Final = "text/html"
_KINDS: Final = {
    _HTML: Kind.PAGE,
    "text/javascript": Kind.SCRIPT,
    "text/css": Kind.STYLE,
    "image/svg+xml": Kind.IMAGE,
    "image/png": Kind.IMAGE,
    "image/x-icon": Kind.IMAGE,
}
_SHUFFLE_BYTES: Final = 8
_Item = TypeVar("_Item")


class _GivenUpError(Exception):
    """Too many addresses in a row did not answer."""


class Verdict(Enum):
    """About one address in one language."""

    SAME = "same"
    DIFFERS = "differs"
    UNCHECKED = "unchecked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A verdict, and why."""

    path: str
    language: Language
    verdict: Verdict
    sentences: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What is held against what."""

    site: str
    manifest: ReleaseManifest
    watch: DirectoryWatch
    proxy: str | None
    patience_seconds: float
    entropy: Entropy
    now: Callable[[], datetime]

    def __call__(self) -> tuple[Finding, ...]:
        """Look at the whole site in every language.

        Returns:
            A finding for each address and language.
        """
        findings: list[Finding] = []
        for language in shuffled(tuple(Language), self.entropy):
            visitor = Visitor(
                self.site,
                language,
                proxy=self.proxy,
                patience_seconds=self.patience_seconds,
            )
            with closing(visitor):
                findings += _Look(self, visitor, language).whole()
        return tuple(findings)


class _Look:
    """One visitor's look at the site."""

    def __init__(self, audit: Audit, visitor: Visitor, language: Language) -> None:
        self._audit = audit
        self._visitor = visitor
        self._language = language
        self._left = {file.path: file for file in audit.manifest.files}
        self._known = frozenset(self._left) | OF_THE_DIRECTORY
        self._findings: list[Finding] = []
        self._came_from: str | None = None
        self._at = "/"
        self._in_vain = 0

    def whole(self) -> list[Finding]:
        """Look at everything, or until it makes no sense to go on."""
        try:
            self._look_around()
        except UntrustedError as error:
            # As a browser, which shows no page then.
            sentence = say(texts.UNTRUSTED, kind=error.kind)
            self._note(self._at, Verdict.DIFFERS, sentence)
        except _GivenUpError:
            self._note(self._at, Verdict.UNCHECKED, say(texts.GIVEN_UP))
        return self._findings

    def _look_around(self) -> None:
        """Open pages, load what they name, then all that is left."""
        own = f"/{self._language.value}/"
        pages = [
            path
            for path, file in self._left.items()
            if file.media_type == _HTML and path.startswith(own)
        ]
        entrance = [path for path in ("/",) if path in self._left]
        for path in (*entrance, *shuffled(pages, self._audit.entropy)):
            self._open_page(path)
        self._look_at_directory()
        others = tuple(
            file for file in self._left.values() if not self._is_anothers(file)
        )
        for file in shuffled(others, self._audit.entropy):
            self._look_at(file)

    def _is_anothers(self, file: ReleaseFile) -> bool:
        """Say whether a page belongs to another language's visit."""
        return any(
            file.path.startswith(f"/{language.value}/")
            for language in Language
            if language is not self._language
        )

    def _open_page(self, path: str) -> None:
        answer = self._look_at(self._left[path])
        self._came_from = path
        if answer is None:
            return
        page = answer.content.decode(errors="replace")
        for target in references(page, path):
            if target in self._left:
                self._look_at(self._left[target])

    def _look_at(self, file: ReleaseFile) -> Answer | None:
        """Fetch and judge one address, once."""
        self._left.pop(file.path, None)
        answer = self._fetch(file.path, _kind_of(file), file.size_bytes)
        if answer is None:
            return None
        wrong = judge(file, self._audit.manifest.headers, answer, known=self._known)
        self._note(file.path, Verdict.DIFFERS if wrong else Verdict.SAME, *wrong)
        return answer

    def _look_at_directory(self) -> None:
        """Judge directory and identities; a second time if the first went wrong.

        They come in several answers. What is published between two of them does not
        fit together, and is nobody's fault.
        """
        before = len(self._findings)
        self._look_at_directory_once()
        if any(each.verdict is Verdict.DIFFERS for each in self._findings[before:]):
            del self._findings[before:]
            self._look_at_directory_once()

    def _look_at_directory_once(self) -> None:
        signed = self._fetch_directory()
        if signed is None:
            return
        directory, sentence = self._audit.watch.judge(signed, self._audit.now())
        is_good = directory is not None
        self._note(DIRECTORY, Verdict.SAME if is_good else Verdict.DIFFERS, sentence)
        if directory is not None:
            self._look_at_identities(directory)

    def _fetch_directory(self) -> SignedDirectory | None:
        directory = self._fetch_data(DIRECTORY, MAX_DIRECTORY_BYTES)
        signature = self._fetch_data(SIGNATURE, MAX_SIGNATURE_BYTES)
        if directory is None or signature is None:
            return None
        signed = SignedDirectory(
            directory=directory.content, signature=_text(signature)
        )
        # As the page: the other signature only when the first is not the root's.
        if self._audit.watch.is_signed(signed):
            return signed
        cross = self._fetch(CROSS_SIGNATURE, Kind.DATA, MAX_SIGNATURE_BYTES)
        if cross is None or cross.status != HTTPStatus.OK:
            return signed
        return SignedDirectory(
            directory=signed.directory,
            signature=signed.signature,
            cross_signature=_text(cross),
        )

    def _look_at_identities(self, directory: KeyDirectory) -> None:
        answer = self._fetch_data(IDENTITIES, MAX_IDENTITIES_BYTES)
        if answer is None:
            return
        is_good, sentence = judge_identities(
            directory, answer.content, self._audit.now()
        )
        self._note(IDENTITIES, Verdict.SAME if is_good else Verdict.DIFFERS, sentence)

    def _fetch_data(self, path: str, limit_bytes: int) -> Answer | None:
        """Fetch a part of the directory; note it if it is not to be judged."""
        answer = self._fetch(path, Kind.DATA, limit_bytes)
        if answer is None:
            return None
        if answer.status != HTTPStatus.OK:
            sentence = say(texts.OTHER_STATUS, status=answer.status)
            self._note(path, Verdict.DIFFERS, sentence)
            return None
        wrong = tuple(judge_headers(self._audit.manifest.headers, answer))
        if answer.is_cut:
            wrong += (say(texts.TOO_LONG, signed_size=limit_bytes),)
        if wrong:
            self._note(path, Verdict.DIFFERS, *wrong)
            return None
        return answer

    def _fetch(self, path: str, kind: Kind, limit_bytes: int) -> Answer | None:
        self._at = path
        try:
            answer = self._visitor.fetch(
                path, kind, came_from=self._came_from, limit_bytes=limit_bytes
            )
        except UncheckedError as error:
            self._note(path, Verdict.UNCHECKED, say(error.text, **error.values))
            self._in_vain += 1
            if self._in_vain == PATIENCE_ANSWERS:
                raise _GivenUpError from None
            return None
        self._in_vain = 0
        if is_busy(answer):
            sentence = say(texts.BUSY, status=answer.status)
            self._note(path, Verdict.UNCHECKED, sentence)
            return None
        return answer

    def _note(self, path: str, verdict: Verdict, *sentences: Sentence) -> None:
        self._findings.append(
            Finding(
                path=path,
                language=self._language,
                verdict=verdict,
                sentences=sentences,
            )
        )


def shuffled(items: Sequence[_Item], entropy: Entropy) -> tuple[_Item, ...]:
    """Put items into a random order."""
    return tuple(sorted(items, key=lambda _: entropy(_SHUFFLE_BYTES)))


def _kind_of(file: ReleaseFile) -> Kind:
    if file.media_type == "text/javascript" and "worker" in file.path:
        return Kind.WORKER
    return _KINDS.get(file.media_type, Kind.DATA)


def _text(answer: Answer) -> str:
    return answer.content.decode(errors="replace")
