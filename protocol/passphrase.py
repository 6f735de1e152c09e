"""Which passphrases may guard a key at rest.

Spec: docs/protocol.md §9.

Nothing can tell a good passphrase by its looks. The one thing that is checked is
its length: too short for six random words is too short for a key that lies on a
stolen disk.
"""

from typing import Final

from protocol.errors import WeakPassphraseError

MIN_PASSPHRASE_CHARACTERS: Final = 20
"""Six words of a dice list have more; a short clever word has not."""

MAX_PASSPHRASE_CHARACTERS: Final = 1_000

__all__ = [
    "MAX_PASSPHRASE_CHARACTERS",
    "MIN_PASSPHRASE_CHARACTERS",
    "WeakPassphraseError",
    "check_passphrase",
]


def check_passphrase(passphrase: str) -> None:
    """Refuse a passphrase that is too short to guard a key at rest.

    Args:
        passphrase: As typed.

    Raises:
        WeakPassphraseError: Without the white space around it shorter than 20
            characters, or longer than 1,000.
    """
    length = len(passphrase.strip())
    if not MIN_PASSPHRASE_CHARACTERS <= length <= MAX_PASSPHRASE_CHARACTERS:
        raise WeakPassphraseError(
            f"a passphrase has {MIN_PASSPHRASE_CHARACTERS} characters or more; "
            "six random words are a good one"
        )
