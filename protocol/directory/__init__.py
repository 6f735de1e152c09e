"""The key directory: to whom a report is sealed, signed by the offline root.

Spec: docs/protocol.md §4.

`content` is what it says; `signed` is how one comes to believe it.
"""

from protocol.directory.content import (
    MAX_LIFETIME,
    DirectoryRecipient,
    KeyDirectory,
    Role,
    TeamKey,
)
from protocol.directory.signed import (
    SignedDirectory,
    sign_directory,
    verify_directory,
)

__all__ = [
    "MAX_LIFETIME",
    "DirectoryRecipient",
    "KeyDirectory",
    "Role",
    "SignedDirectory",
    "TeamKey",
    "sign_directory",
    "verify_directory",
]
