"""The key directory: to whom a report is sealed, signed by the offline root.

Spec: docs/protocol.md §4.

`content` is what it says; `signed` is how one comes to believe it; `identities`
are the short-lived recipients that its reviewers certify; `offline` is what a page
without a network may seal to.
"""

from protocol.directory.content import (
    MAX_LIFETIME,
    DirectoryRecipient,
    KeyDirectory,
    ReviewerKey,
    Role,
    TeamKey,
)
from protocol.directory.identities import (
    MAX_IDENTITY_LIFETIME,
    CertifiedIdentity,
    IdentityCertificate,
    IdentityList,
    certify_identity,
    current_certificates,
    report_recipients,
)
from protocol.directory.offline import OfflineKeys, offline_keys
from protocol.directory.signed import (
    SignedDirectory,
    sign_directory,
    verify_directory,
)

__all__ = [
    "MAX_IDENTITY_LIFETIME",
    "MAX_LIFETIME",
    "CertifiedIdentity",
    "DirectoryRecipient",
    "IdentityCertificate",
    "IdentityList",
    "KeyDirectory",
    "OfflineKeys",
    "ReviewerKey",
    "Role",
    "SignedDirectory",
    "TeamKey",
    "certify_identity",
    "current_certificates",
    "offline_keys",
    "report_recipients",
    "sign_directory",
    "verify_directory",
]
