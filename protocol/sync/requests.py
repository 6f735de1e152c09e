"""Signed requests of the sync channel: RFC 9421 with one profile.

Spec: docs/protocol.md §6.

The library `http-message-signatures` does the work, but trusts its caller in
two things: a body that is not passed is not checked, and a component that is not
required need not be covered. Both are passed here, and tests show that.

Rules:
* One signature, label `sync`, `keyid` `sync`, `ed25519`, covering `@method`,
  `@target-uri` and `content-digest`, the digest of an empty body too.
* `created` lies at most 60 seconds behind or ahead.
* The caller builds the URL from its own configured origin, never from the
  request's `Host`, so that nobody can re-aim a request.
* Every failure is one error with one text.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Final, cast

from http_message_signatures import (
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureAlgorithm,
    HTTPSignatureKeyResolver,
)
from http_message_signatures.exceptions import HTTPMessageSignaturesException

from crypto.ed25519 import SigningKey, VerificationKey
from protocol.errors import UnverifiedRequestError

LABEL: Final = "sync"
KEY_ID: Final = "sync"
COMPONENTS: Final = ("@method", "@target-uri", "content-digest")
MAX_SKEW: Final = timedelta(seconds=60)

_DIGEST = re.compile(r"sha-256=:[A-Za-z0-9+/]{43}=:", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Request:
    """A request as the library wants to see it."""

    method: str
    url: str
    headers: dict[str, str]


class _Ed25519(HTTPSignatureAlgorithm):
    """The algorithm `ed25519`, done by `crypto`."""

    algorithm_id = "ed25519"

    def __init__(
        self,
        public_key: VerificationKey | None = None,
        private_key: SigningKey | None = None,
    ) -> None:
        # The library gives the one that it will use.
        self._public_key = cast("VerificationKey", public_key)
        self._private_key = cast("SigningKey", private_key)

    def sign(self, message: bytes) -> bytes:
        return self._private_key.sign(message)

    def verify(self, signature: bytes, message: bytes) -> None:
        self._public_key.verify(signature, message)


@dataclass(frozen=True, slots=True)
class _OneKey(HTTPSignatureKeyResolver):
    """The one key that there is."""

    public_key: VerificationKey | None = None
    private_key: SigningKey | None = None

    def resolve_public_key(self, key_id: str) -> VerificationKey | None:
        return self.public_key if key_id == KEY_ID else None

    def resolve_private_key(self, _key_id: str) -> SigningKey | None:
        return self.private_key


class _Verifier(HTTPMessageVerifier):
    """The library's verifier, with the time as an argument."""

    signature_metadata_parameters: ClassVar[set[str]] = {"alg", "created", "keyid"}

    def __init__(self, key: VerificationKey, now: datetime) -> None:
        super().__init__(
            signature_algorithm=_Ed25519, key_resolver=_OneKey(public_key=key)
        )
        self._now = now

    def validate_created_and_expires(
        self, sig_input: object, max_age: timedelta | None = None
    ) -> None:
        """Replace the library's check, which asks the machine for the time."""
        del max_age
        created = getattr(sig_input, "params", {}).get("created")
        if type(created) is not int:
            raise UnverifiedRequestError("not signed by the sync key")
        if abs(self._now.timestamp() - created) > MAX_SKEW.total_seconds():
            raise UnverifiedRequestError("not signed by the sync key")


def sign_request(
    method: str, url: str, body: bytes, *, key: SigningKey, now: datetime
) -> dict[str, str]:
    """Sign a request.

    Args:
        method: In upper case.
        url: Absolute, exactly as it is requested, under the sync origin.
        body: Whole; empty for a request without.
        key: The console's sync key.
        now: With its time zone.

    Returns:
        The headers to add: `Content-Digest`, `Signature-Input`, `Signature`.

    Raises:
        ValueError: The URL is not absolute, or not percent-encoded.
    """
    request = _Request(method, url, {})
    signer = HTTPMessageSigner(
        signature_algorithm=_Ed25519, key_resolver=_OneKey(private_key=key)
    )
    try:
        signer.sign(
            request,
            key_id=KEY_ID,
            created=now,
            label=LABEL,
            covered_component_ids=COMPONENTS,
            body=body,
        )
    except HTTPMessageSignaturesException:
        raise ValueError("the URL is not absolute, or not encoded") from None
    return request.headers


def verify_request(  # noqa: PLR0913 - a request has these parts
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    key: VerificationKey,
    now: datetime,
) -> None:
    """Verify that the console made this very request just now.

    Args:
        method: Untrusted.
        url: The caller's own sync origin with the untrusted path and query.
        headers: Untrusted; fields that came twice joined by a comma.
        body: Untrusted, whole; the caller bounds its length before.
        key: The pinned sync key.
        now: With its time zone.

    Raises:
        UnverifiedRequestError: Anything is wrong.
    """
    request = _Request(method, url, dict(headers))
    try:
        results = _Verifier(key, now).verify(
            request, max_age=None, require_components=COMPONENTS, body=body
        )
    except (HTTPMessageSignaturesException, ValueError, TypeError):
        raise UnverifiedRequestError("not signed by the sync key") from None
    digests = [
        value for name, value in headers.items() if name.lower() == "content-digest"
    ]
    labels = [result.label for result in results]
    if labels != [LABEL] or len(digests) != 1 or not _DIGEST.fullmatch(digests[0]):
        raise UnverifiedRequestError("not signed by the sync key")
