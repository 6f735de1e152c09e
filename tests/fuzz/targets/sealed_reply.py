"""A reply whose plaintext was edited: only the team's own words come out."""

from functools import cache

from crypto.age import open_sealed, seal
from protocol.errors import UnknownFormatError, UnreadableError
from protocol.reply import open_reply, seal_reply
from tests.fuzz.edits import edit, edited
from tests.fuzz.fixed_entropy import fixed_entropy
from tests.vectors.directory_cases import DIRECTORY
from tests.vectors.fixed import KEYS, TEAM
from tests.vectors.reply_cases import REPLY

NEAR_MISSES = 100
_ENTROPY = fixed_entropy("sealed reply")


@cache
def _plaintext() -> bytes:
    recipient = KEYS.identity.recipient
    sealed = seal_reply(REPLY, recipient, team_key=TEAM, entropy=_ENTROPY)
    return open_sealed(sealed, [KEYS.identity])


def target(data: bytes) -> bool:
    """Seal an edited archive to the reporter, as a hostile intake could."""
    plaintext = edited(_plaintext(), data)
    sealed = seal(plaintext, [KEYS.identity.recipient], entropy=_ENTROPY)
    try:
        reply = open_reply(
            sealed, KEYS.identity, mailbox=KEYS.mailbox, directory=DIRECTORY
        )
    except (UnreadableError, UnknownFormatError):
        return False
    assert plaintext == _plaintext(), "an altered reply passes as the team's"
    assert reply == REPLY
    return True


def seeds() -> dict[str, bytes]:
    """Nothing, a cut, and flips in each part of the archive."""
    archive = _plaintext()
    return {
        "untouched": b"",
        "cut_a_byte": b"\x00\x01",
        "flip_name": b"\0\0" + edit(32, 1),
        "flip_text": b"\0\0" + edit(archive.index(b'"text"') + 9, 1),
        "flip_number": b"\0\0" + edit(archive.index(b'"number":1') + 9, 3),
        "flip_signature": b"\0\0" + edit(archive.index(b"-----BEGIN") + 90, 1),
        "flip_padding": b"\0\0" + edit(len(archive) // 2, 1),
        "flip_directory": b"\0\0" + edit(len(archive) - 60, 1),
    }
