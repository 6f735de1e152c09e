"""What an installation decides about its intake.

A key has no default: an intake that guessed one would trust a stranger. A bad
setting stops the start with its name, never with its value.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from crypto.ed25519 import VerificationKey
from crypto.errors import CryptoError

PREFIX: Final = "DEBUNKER_INTAKE_"
DEFAULT_LIMIT_BYTES: Final = 2 * 2**30
"""2 GiB: what an archive can hold (docs/protocol.md §1.1)."""

DEFAULT_QUOTA_BYTES: Final = 20 * 2**30
"""20 GiB: ten of the largest reports, or 300,000 of text alone."""


class SettingError(Exception):
    """A setting is missing or cannot be used; the message names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The settings, read once at the start."""

    database: str = field(repr=False)
    """SQLAlchemy URL; may hold a password."""

    data: Path
    """Directory of the sealed files; made on first use."""

    directory: Path
    """`directory.json`; its signature lies beside as `directory.json.sig`."""

    root_key: VerificationKey
    """Whoever signs the key directory."""

    sync_key: VerificationKey
    """Whoever may fetch deposits: the console."""

    sync_origin: str
    """Scheme, host and port that the console signs, such as `https://intake.example`."""

    origins: tuple[str, ...] = ()
    """Where reporters reach the intake; any name is taken for it if there is none."""

    limit_bytes: int = DEFAULT_LIMIT_BYTES
    """The largest sealed file, and the largest form."""

    quota_bytes: int = DEFAULT_QUOTA_BYTES
    """All that may wait for the console, and be on its way, as received."""

    offline_pages: Path | None = None
    """Directory of what `debunker offline-pages` wrote; none are handed out if None."""

    @classmethod
    def from_env(cls, environment: Mapping[str, str]) -> "Config":
        """Read the settings that begin with `DEBUNKER_INTAKE_`.

        Returns:
            The settings, checked.

        Raises:
            SettingError: One is missing or of no use.
        """
        sync_origin = _required(environment, "SYNC_ORIGIN")
        return cls(
            database=_required(environment, "DATABASE"),
            data=Path(_required(environment, "DATA")),
            directory=Path(_required(environment, "DIRECTORY")),
            root_key=_key(environment, "ROOT_KEY"),
            sync_key=_key(environment, "SYNC_KEY"),
            sync_origin=_origin(sync_origin, "SYNC_ORIGIN"),
            origins=_origins(environment, "ORIGINS"),
            limit_bytes=_bytes(environment, "LIMIT_BYTES", DEFAULT_LIMIT_BYTES),
            quota_bytes=_bytes(environment, "QUOTA_BYTES", DEFAULT_QUOTA_BYTES),
            offline_pages=_directory(environment, "OFFLINE_PAGES"),
        )

    @classmethod
    def database_from_env(cls, environment: Mapping[str, str]) -> str:
        """Read the database alone: a migration needs no keys."""
        return _required(environment, "DATABASE")


def _required(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(PREFIX + name, "")
    if not value:
        raise SettingError(f"{PREFIX}{name} is missing")
    return value


def _directory(environment: Mapping[str, str], name: str) -> Path | None:
    value = environment.get(PREFIX + name, "")
    if not value:
        return None
    if not Path(value).is_dir():
        raise SettingError(f"{PREFIX}{name} is not a directory")
    return Path(value)


def _origin(text: str, name: str) -> str:
    origin = urlsplit(text)
    if origin.scheme not in {"http", "https"} or not origin.netloc:
        raise SettingError(f"{PREFIX}{name} is not an origin")
    return f"{origin.scheme}://{origin.netloc}"


def _origins(environment: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Read origins with spaces between; reporters come by https or an onion alone."""
    found = tuple(
        _origin(text, name) for text in environment.get(PREFIX + name, "").split()
    )
    for origin in found:
        parts = urlsplit(origin)
        if parts.scheme == "http" and not (parts.hostname or "").endswith(".onion"):
            raise SettingError(f"{PREFIX}{name} has plain http on the web")
    return found


def _key(environment: Mapping[str, str], name: str) -> VerificationKey:
    try:
        return VerificationKey.parse(_required(environment, name))
    except CryptoError:
        raise SettingError(f"{PREFIX}{name} is not an ssh-ed25519 key") from None


def _bytes(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(PREFIX + name, str(default))
    if not (text.isascii() and text.isdigit()) or int(text) == 0:
        raise SettingError(f"{PREFIX}{name} is not a number of bytes")
    return int(text)
