"""Publishing keys at the intake: what went wrong, for the pages that warn.

The intake is not trusted to serve what it was given. After each publication the
console fetches directory and identities back as any visitor does; what differs is
a trouble of its own, and stands on the pages until it is gone.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class PublicationTrouble(Enum):
    """Why reporters may not see the organisation's newest keys."""

    UNREACHABLE = "unreachable"
    """No answer, or none that makes sense."""

    REFUSED = "refused"
    """The intake did not take directory or identities."""

    NO_IDENTITY = "no_identity"
    """No reviewer has an identity that holds now: the form is closed."""

    OTHER_DIRECTORY = "other_directory"
    """Visitors get another directory than our newest."""

    NEWER_DIRECTORY = "newer_directory"
    """Visitors get one that says it is newer: this console was put back to an older
    state, or somebody else signs."""

    OTHER_IDENTITIES = "other_identities"
    """Visitors get other identities than we published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """The last try."""

    tried_at: datetime
    trouble: PublicationTrouble | None
    clean_at: datetime | None
    """When visitors last got just what they should; `None` if never."""

    identities_sha256: str
    """Of the list that was published, hexadecimal: another one is due."""
