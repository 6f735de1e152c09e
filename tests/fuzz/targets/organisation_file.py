"""`organisation.json`: what the ceremony hands over is read without loss."""

import json

from protocol.errors import MalformedError, UnknownFormatError
from protocol.offline_keys import OrganisationFile
from tests.fuzz.vector_seeds import documents, pretty

_SEEDS = ("good", "root_with_comment", "recovery_classical", "next_format")


def target(data: bytes) -> bool:
    """Parse it; serialise ∘ parse is identity."""
    try:
        organisation = OrganisationFile.parse(data)
    except (MalformedError, UnknownFormatError):
        return False
    written = organisation.to_json()
    assert OrganisationFile.parse(written) == organisation
    assert json.loads(written) == json.loads(data), "a reader saw something else"
    return True


def seeds() -> dict[str, bytes]:
    """Files out of the vectors, and one as nobody writes it."""
    found = documents("organisation", "organisation", _SEEDS)
    return found | {"pretty": pretty(found["good"])}
