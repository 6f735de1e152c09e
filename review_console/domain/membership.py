"""Membership: who belongs to the team, said by the team's own key.

A row in the database makes nobody a member. An account is one only with a
signature by the team key, which members alone can open, over all that others
rely on: its role, its recipient, its signing key. So whoever can write the
database, but not open a vault, cannot add a person, swap a recipient, or make a
reviewer a coordinator.

The team key itself is known from the directory that the root signed.
"""

from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from typing import Final

from crypto import sshsig
from crypto.ed25519 import SigningKey, VerificationKey
from crypto.errors import CryptoError
from review_console.domain.account import Account
from review_console.domain.content import to_json

MEMBER_FORMAT: Final = "debunker-member/1"
MEMBER_NAMESPACE: Final = "debunker-member"


def membership_statement(account: Account) -> bytes:
    """Spell what a membership says, in one way only."""
    return to_json(
        {
            "format": MEMBER_FORMAT,
            "account": account.id,
            "name": account.name,
            "role": account.role.value,
            "recipient": str(account.recipient),
            "signing_key": str(account.signing_key),
        },
    )


def fingerprint(account: Account) -> str:
    """Spell all that a membership would say, short enough to compare by eye."""
    digest = sha256(membership_statement(account)).digest()
    return f"SHA256:{b64encode(digest).decode('ascii').rstrip('=')}"


def sign_membership(account: Account, team_key: SigningKey) -> str:
    """Take an account into the team: an armored SSHSIG."""
    statement = membership_statement(account)
    return sshsig.sign(statement, team_key, namespace=MEMBER_NAMESPACE)


def is_member(account: Account, team: Iterable[VerificationKey]) -> bool:
    """Tell whether the team took in this account exactly as it stands."""
    if account.membership is None or account.closed_on is not None:
        return False
    try:
        sshsig.verify(
            account.membership,
            membership_statement(account),
            team,
            namespace=MEMBER_NAMESPACE,
        )
    except CryptoError:
        return False
    return True
