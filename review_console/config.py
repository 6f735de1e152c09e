"""Settings: what an installation must decide, read once, frozen."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self
from urllib.parse import urlsplit

from crypto.ed25519 import VerificationKey
from crypto.errors import CryptoError
from crypto.sealed_secret import RFC_9106_LOW_MEMORY, Argon2idProfile

PREFIX: Final = "DEBUNKER_CONSOLE_"


class ConfigError(Exception):
    """A setting is missing or wrong; names it, never quotes its value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The console's settings."""

    database: str
    """SQLAlchemy URL."""

    data: Path
    """Directory of sealed files."""

    root_key: VerificationKey
    """Pinned: signs directories."""

    intake: str
    """The intake's sync origin, as the intake has it configured."""

    origin: str
    """Where people reach the console."""

    profile: Argon2idProfile = RFC_9106_LOW_MEMORY
    """What sealing a new vault costs; only tests say another."""

    @classmethod
    def from_env(cls, environment: Mapping[str, str]) -> Self:
        """Read every ``DEBUNKER_CONSOLE_…`` setting.

        Args:
            environment: Such as `os.environ`.

        Returns:
            The settings.

        Raises:
            ConfigError: One is missing or wrong.
        """
        return cls(
            database=cls.database_from_env(environment),
            data=Path(_text(environment, "DATA")),
            root_key=_key(environment, "ROOT_KEY"),
            intake=_origin(environment, "INTAKE"),
            origin=_origin(environment, "ORIGIN"),
        )

    @staticmethod
    def database_from_env(environment: Mapping[str, str]) -> str:
        """Read the one setting that `migrate` needs."""
        return _text(environment, "DATABASE")


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorConfig:
    """What the operator's commands need of the settings."""

    database: str
    """SQLAlchemy URL."""

    data: Path
    """Directory of sealed files."""

    root_key: VerificationKey
    """Pinned: signs directories."""

    @classmethod
    def from_env(cls, environment: Mapping[str, str]) -> Self:
        """Read three of the ``DEBUNKER_CONSOLE_…`` settings.

        Args:
            environment: Such as `os.environ`.

        Returns:
            The settings.

        Raises:
            ConfigError: One is missing or wrong.
        """
        return cls(
            database=Config.database_from_env(environment),
            data=Path(_text(environment, "DATA")),
            root_key=_key(environment, "ROOT_KEY"),
        )


def _text(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(PREFIX + name, "").strip()
    if not value:
        raise ConfigError(f"{PREFIX}{name} is not set")
    return value


def _key(environment: Mapping[str, str], name: str) -> VerificationKey:
    try:
        return VerificationKey.parse(_text(environment, name))
    except CryptoError:
        raise ConfigError(f"{PREFIX}{name} is no ssh-ed25519 key") from None


def _origin(environment: Mapping[str, str], name: str) -> str:
    value = _text(environment, name).rstrip("/")
    try:
        parts = urlsplit(value)
    except ValueError:
        parts = urlsplit("")
    is_origin = parts.scheme in {"http", "https"} and bool(parts.hostname)
    is_origin = is_origin and not (parts.path or parts.query or parts.fragment)
    if not is_origin:
        raise ConfigError(f"{PREFIX}{name} is no http or https origin")
    if parts.scheme == "http" and not _is_protected(parts.hostname or ""):
        raise ConfigError(f"{PREFIX}{name} needs https, unless loopback or .onion")
    return value


def _is_protected(host: str) -> bool:
    """Tell whether plain HTTP to this host stays out of strangers' networks."""
    is_loopback = host in {"localhost", "::1"} or host.startswith("127.")
    return is_loopback or host.endswith(".onion")
