"""`debunker keys verify-directory`: a verdict for anyone, without a terminal.

Spec: docs/protocol.md §4, 4.1.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from crypto.ed25519 import VerificationKey
from deploy.keys import texts
from deploy.keys.desk import read_file
from deploy.keys.signing import load_signed
from deploy.keys.texts import Reason
from protocol.day import day_of, format_day
from protocol.directory import (
    IdentityList,
    KeyDirectory,
    current_certificates,
    report_recipients,
    verify_directory,
)
from protocol.errors import ProtocolError
from protocol.languages import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What can be said about a directory."""

    is_good: bool
    lines: tuple[str, ...]


def verify(
    path: Path,
    identities: Path | None,
    *,
    root: VerificationKey,
    language: Language,
    now: datetime,
) -> Verdict:
    """Judge a directory, and the identities if they are given.

    Args:
        path: `directory.json`, its signatures beside it.
        identities: `identities.json`.
        root: Whom to believe.
        language: Of the verdict.
        now: With its time zone.

    Returns:
        The verdict, in sentences.
    """
    lines = []
    try:
        directory = verify_directory(
            load_signed(path), root=root, newest_seen=0, now=now
        )
        lines.append(_good(directory, language))
        if identities is not None:
            lines.append(_identities(directory, identities, language, now))
    except ProtocolError as error:
        sentence = Reason.of(error.reason).value.into(language)
        lines.append(texts.VERDICT_BAD.into(language, sentence=sentence))
        return Verdict(is_good=False, lines=tuple(lines))
    return Verdict(is_good=True, lines=tuple(lines))


def _good(directory: KeyDirectory, language: Language) -> str:
    return texts.VERDICT_GOOD.into(
        language,
        version=directory.version,
        organisation=directory.organisation[language],
        expires=format_day(day_of(directory.expires)),
    )


def _identities(
    directory: KeyDirectory, path: Path, language: Language, now: datetime
) -> str:
    listed = IdentityList.parse(read_file(path))
    report_recipients(directory, listed, now)  # raises where nobody is left
    current = current_certificates(directory, listed, now)
    end = max(certificate.not_after for _, certificate in current)
    return texts.IDENTITIES_GOOD.into(
        language, count=len(current), end=format_day(day_of(end))
    )
