"""The release manifest: every byte that an anonymous visitor gets, signed by the root.

Spec: docs/protocol.md §10.

A page cannot prove itself: whoever controls the server can serve another script to
one visitor. What everyone can do is to look often, from many places, and to compare
with what the root signed. So the manifest lists all answers that are alike for
everybody, and the headers that all answers carry.

Not done here: fetching and comparing, which `debunker audit-site` does. Pages with
bytes of their own for each request cannot be listed; `not_covered` names them.

Rules:
* Addresses are paths of one site, each once, in order; so one site has one manifest.
"""

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, Self

from crypto import sshsig
from crypto.ed25519 import SigningKey, VerificationKey
from crypto.errors import CryptoError
from protocol.errors import MalformedError, NotSignedByRootError
from protocol.mailbox import OrganisationId
from protocol.sha256_text import is_sha256
from protocol.strict_json import MAX_INTEGER, Members, parse_document, serialize

RELEASE_FORMAT: Final = "debunker-release/1"
RELEASE_NAMESPACE: Final = "debunker-release"
MAX_RELEASE_BYTES: Final = 2**20
MAX_FILES: Final = 1_000
MAX_HEADERS: Final = 100

_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+-]{0,63}", re.ASCII)
_PATH = re.compile(r"/[0-9A-Za-z._~/-]{0,199}", re.ASCII)
_MEDIA_TYPE = re.compile(r"[a-z]{1,20}/[a-z0-9.+-]{1,60}", re.ASCII)
_HEADER_NAME = re.compile(r"[0-9A-Za-z-]{1,60}", re.ASCII)
_HEADER_VALUE = re.compile(r"[\x20-\x7e]{1,2000}", re.ASCII)
_VALUE_LIMIT_CHARACTERS: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseFile:
    """One answer that everybody gets alike."""

    path: str
    """Of the address, without query; `/ru/`."""

    media_type: str
    """Without parameters."""

    size_bytes: int
    """Not compressed."""

    sha256: str

    def __post_init__(self) -> None:
        """Refuse what the format does not allow.

        Raises:
            MalformedError: A member is out of shape.
        """
        if not _PATH.fullmatch(self.path):
            raise MalformedError("path_wrong")
        if not _MEDIA_TYPE.fullmatch(self.media_type):
            raise MalformedError("media_type_wrong")
        if not 0 <= self.size_bytes <= MAX_INTEGER:
            raise MalformedError("size_bytes_out_of_range")
        if not is_sha256(self.sha256):
            raise MalformedError("sha256_wrong")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseHeader:
    """A header that every answer carries, with exactly this value."""

    name: str
    value: str

    def __post_init__(self) -> None:
        """Refuse what the format does not allow.

        Raises:
            MalformedError: It could not stand in an answer.
        """
        if not _HEADER_NAME.fullmatch(self.name):
            raise MalformedError("name_wrong")
        if not _HEADER_VALUE.fullmatch(self.value):
            raise MalformedError("value_wrong")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseManifest:
    """What the root says that the site serves."""

    version: str
    organisation_id: OrganisationId
    headers: tuple[ReleaseHeader, ...] = field(repr=False)
    files: tuple[ReleaseFile, ...] = field(repr=False)
    """In the order of their paths, none twice."""

    not_covered: tuple[str, ...] = field(repr=False)
    """Paths whose answers differ from request to request, in order."""

    def __post_init__(self) -> None:
        """Refuse what the format does not allow.

        Raises:
            MalformedError: A member is out of shape or out of order.
        """
        if not _VERSION.fullmatch(self.version):
            raise MalformedError("version_wrong")
        if not self.files:
            raise MalformedError("files_missing")
        paths = [each.path for each in self.files]
        if not _is_strictly_sorted(paths):
            raise MalformedError("files_not_sorted")
        if not _is_strictly_sorted([each.name.lower() for each in self.headers]):
            raise MalformedError("headers_not_sorted")
        if not _is_strictly_sorted(list(self.not_covered)):
            raise MalformedError("not_covered_not_sorted")
        if not set(self.not_covered).isdisjoint(paths):
            raise MalformedError("covered_and_not")
        if not all(_PATH.fullmatch(path) for path in self.not_covered):
            raise MalformedError("path_wrong")

    def to_json(self) -> bytes:
        """Write `release.json`."""
        return serialize(
            {
                "format": RELEASE_FORMAT,
                "version": self.version,
                "organisation_id": str(self.organisation_id),
                "headers": [
                    {"name": each.name, "value": each.value} for each in self.headers
                ],
                "files": [
                    {
                        "path": each.path,
                        "media_type": each.media_type,
                        "size_bytes": each.size_bytes,
                        "sha256": each.sha256,
                    }
                    for each in self.files
                ],
                "not_covered": [{"path": path} for path in self.not_covered],
            }
        )

    @classmethod
    def parse(cls, untrusted: bytes) -> Self:
        """Read `release.json`, without believing it.

        Args:
            untrusted: Any bytes.

        Returns:
            What it says; only `verify_release` says that the root said it.

        Raises:
            MalformedError: It does not follow the format.
            UnknownFormatError: It is of another format or version.
        """
        if len(untrusted) > MAX_RELEASE_BYTES:
            raise MalformedError("release_too_long")
        members = parse_document(untrusted, format_name=RELEASE_FORMAT)
        manifest = cls(
            version=members.string("version", limit_characters=64),
            organisation_id=members.parsed("organisation_id", OrganisationId.parse),
            headers=tuple(
                map(_take_header, members.objects("headers", limit=MAX_HEADERS))
            ),
            files=tuple(map(_take_file, members.objects("files", limit=MAX_FILES))),
            not_covered=tuple(
                map(_take_path, members.objects("not_covered", limit=MAX_FILES))
            ),
        )
        members.finish()
        return manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRelease:
    """A manifest as it travels: bytes that may or may not be the root's."""

    manifest: bytes = field(repr=False)
    """`release.json`, exactly as signed."""

    signature: str = field(repr=False)
    """`release.json.sig`, an armored SSHSIG."""


def sign_release(manifest: ReleaseManifest, root: SigningKey) -> SignedRelease:
    """Sign a manifest with the offline root key."""
    content = manifest.to_json()
    signature = sshsig.sign(content, root, namespace=RELEASE_NAMESPACE)
    return SignedRelease(manifest=content, signature=signature)


def verify_release(
    untrusted: SignedRelease, *, root: VerificationKey
) -> ReleaseManifest:
    """Check a manifest.

    Args:
        untrusted: As received, any length.
        root: The organisation's key, pinned by the caller.

    Returns:
        What the root says that the site serves.

    Raises:
        NotSignedByRootError: `root` did not sign it.
        MalformedError: It does not follow the format.
        UnknownFormatError: It is of another format or version.
    """
    # Signature first: nothing unsigned may say what is right.
    try:
        sshsig.verify(
            untrusted.signature,
            untrusted.manifest,
            [root],
            namespace=RELEASE_NAMESPACE,
        )
    except CryptoError:
        raise NotSignedByRootError("the root did not sign it") from None
    return ReleaseManifest.parse(untrusted.manifest)


def _is_strictly_sorted(texts: list[str]) -> bool:
    return all(first < second for first, second in pairwise(texts))


def _take_file(members: Members) -> ReleaseFile:
    file = ReleaseFile(
        path=members.string("path", limit_characters=_VALUE_LIMIT_CHARACTERS),
        media_type=members.string(
            "media_type", limit_characters=_VALUE_LIMIT_CHARACTERS
        ),
        size_bytes=members.integer("size_bytes", minimum=0),
        sha256=members.string("sha256", limit_characters=_VALUE_LIMIT_CHARACTERS),
    )
    members.finish()
    return file


def _take_header(members: Members) -> ReleaseHeader:
    header = ReleaseHeader(
        name=members.string("name", limit_characters=_VALUE_LIMIT_CHARACTERS),
        value=members.string("value", limit_characters=_VALUE_LIMIT_CHARACTERS),
    )
    members.finish()
    return header


def _take_path(members: Members) -> str:
    path = members.string("path", limit_characters=_VALUE_LIMIT_CHARACTERS)
    members.finish()
    return path
