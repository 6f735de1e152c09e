"""Every way in which sealing, opening or verifying can fail.

    CryptoError
    ├── MalformedError           the bytes do not follow the format
    │   └── ArmorError           the text around them does not
    ├── UnusableRecipientsError  nobody to seal to, or kinds that must not mix
    ├── NoMatchingIdentityError  well formed, but sealed to other recipients
    └── AuthenticationError      well formed, ours, and altered

Bad bytes raise one of these. A bug in our own code is `ValueError` or
`RuntimeError`; nobody catches those. Messages may quote a public key or a
version, never a secret, a plaintext or an identifier.
"""


class CryptoError(Exception):
    """Base of every error that leaves this package; never raised itself."""


class MalformedError(CryptoError):
    """The bytes or the text do not follow the format."""


class ArmorError(MalformedError):
    """The ASCII armor is broken; what it holds was not looked at."""


class UnusableRecipientsError(CryptoError):
    """The recipients are none, too many, or of kinds that must not mix."""


class NoMatchingIdentityError(CryptoError):
    """The file is well formed, but none of the identities opens it."""


class AuthenticationError(CryptoError):
    """A tag, a MAC, a signature or a passphrase is wrong."""
