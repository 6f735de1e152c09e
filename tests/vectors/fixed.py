"""Fixed keys and ids that the vectors are made with. Nothing here is secret."""

import hashlib
from datetime import UTC, datetime

from crypto.age import HybridIdentity
from crypto.ed25519 import SigningKey
from protocol.codename import Codename
from protocol.mailbox import OrganisationId, ReporterKeys


def seed(name: str, length_bytes: int = 32) -> bytes:
    """Make bytes that look random from a name."""
    return hashlib.shake_256(b"debunker test vector: " + name.encode()).digest(
        length_bytes
    )


NOW = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
ROOT = SigningKey.from_seed(seed("root"))
OTHER_ROOT = SigningKey.from_seed(seed("another root"))
TEAM = SigningKey.from_seed(seed("team"))
OLD_TEAM = SigningKey.from_seed(seed("old team"))
OTHER_TEAM = SigningKey.from_seed(seed("another team"))
REVIEWER_KEY = SigningKey.from_seed(seed("reviewer key"))
OTHER_REVIEWER_KEY = SigningKey.from_seed(seed("another reviewer's key"))
REMOVED_REVIEWER_KEY = SigningKey.from_seed(seed("removed reviewer's key"))
REVIEWER = HybridIdentity.from_seed(seed("reviewer"))
OTHER_REVIEWER = HybridIdentity.from_seed(seed("another reviewer"))
RECOVERY = HybridIdentity.from_seed(seed("recovery"))
ORGANISATION_ID = OrganisationId(seed("organisation"))
CODENAME = Codename(seed("codename", 12))
OTHER_CODENAME = Codename(seed("another codename", 12))
KEYS = ReporterKeys.derive(CODENAME, ORGANISATION_ID)
OTHER_KEYS = ReporterKeys.derive(OTHER_CODENAME, ORGANISATION_ID)
