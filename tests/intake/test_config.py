"""Settings: nothing guessed, nothing quoted."""

from pathlib import Path

import pytest

from intake.cli import main
from intake.config import (
    DEFAULT_LIMIT_BYTES,
    DEFAULT_QUOTA_BYTES,
    Config,
    SettingError,
)
from tests.intake.organisation import Organisation


@pytest.fixture
def environment(organisation: Organisation) -> dict[str, str]:
    """What an operator sets."""
    return {
        "DEBUNKER_INTAKE_DATABASE": "sqlite:////var/lib/intake.sqlite",
        "DEBUNKER_INTAKE_DATA": "/var/lib/intake",
        "DEBUNKER_INTAKE_DIRECTORY": "/etc/debunker/directory.json",
        "DEBUNKER_INTAKE_ROOT_KEY": str(organisation.root.verification_key),
        "DEBUNKER_INTAKE_SYNC_KEY": str(organisation.sync.verification_key),
        "DEBUNKER_INTAKE_SYNC_ORIGIN": "https://intake.example/",
    }


def test_settings_are_read(
    environment: dict[str, str], organisation: Organisation
) -> None:
    """All of them, and the limits that need no decision."""
    config = Config.from_env(environment)

    assert config.data == Path("/var/lib/intake")
    assert config.root_key == organisation.root.verification_key
    assert config.sync_origin == "https://intake.example"
    assert config.limit_bytes == DEFAULT_LIMIT_BYTES
    assert config.quota_bytes == DEFAULT_QUOTA_BYTES


@pytest.mark.parametrize(
    "name", ["DATABASE", "DATA", "DIRECTORY", "ROOT_KEY", "SYNC_KEY", "SYNC_ORIGIN"]
)
def test_a_missing_setting_is_named(environment: dict[str, str], name: str) -> None:
    """Nothing that an installation must decide has a default."""
    del environment[f"DEBUNKER_INTAKE_{name}"]

    with pytest.raises(SettingError, match=f"DEBUNKER_INTAKE_{name} is missing"):
        Config.from_env(environment)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ROOT_KEY", "ssh-rsa canary"),
        ("SYNC_KEY", "canary"),
        ("SYNC_ORIGIN", "ftp://canary"),
        ("SYNC_ORIGIN", "canary"),
        ("LIMIT_BYTES", "canary"),
        ("LIMIT_BYTES", "0"),
        ("LIMIT_BYTES", "-5"),
        ("QUOTA_BYTES", "canary"),
        ("QUOTA_BYTES", "0"),
    ],
)
def test_a_bad_setting_is_named_but_not_quoted(
    environment: dict[str, str], name: str, value: str
) -> None:
    """It may be a secret that was put into the wrong place."""
    environment[f"DEBUNKER_INTAKE_{name}"] = value

    with pytest.raises(SettingError, match=f"DEBUNKER_INTAKE_{name}") as caught:
        Config.from_env(environment)

    assert "canary" not in str(caught.value)


def test_a_configuration_shows_no_password(environment: dict[str, str]) -> None:
    """The database's address may hold one."""
    environment["DEBUNKER_INTAKE_DATABASE"] = "postgresql://intake:canary@host/intake"

    assert "canary" not in repr(Config.from_env(environment))


def test_migrate_makes_the_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`debunker intake migrate` needs no key."""
    path = tmp_path / "intake.sqlite"
    monkeypatch.setenv("DEBUNKER_INTAKE_DATABASE", f"sqlite:///{path}")

    assert main(["migrate"]) == 0
    assert path.stat().st_mode & 0o077 == 0


def test_a_command_without_its_settings_says_which(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line, and a status that a script sees."""
    monkeypatch.delenv("DEBUNKER_INTAKE_DATABASE", raising=False)

    assert main(["migrate"]) == 1
    assert "DEBUNKER_INTAKE_DATABASE is missing" in capsys.readouterr().err
