"""Offline pages are handed out byte for byte, to be saved."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from crypto.entropy import system_entropy
from intake.app import ENGINE, create_app
from intake.config import Config, SettingError
from intake.web.offline import file_name
from protocol.languages import Language
from tests.intake.conftest import FakeClock, make_config
from tests.intake.organisation import Organisation


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """Three files as if they had been built."""
    directory = tmp_path / "offline"
    directory.mkdir()
    for language in Language:
        (directory / file_name(language)).write_bytes(f"<p>{language}</p>".encode())
    return directory


@pytest.fixture
def app(tmp_path: Path, pages: Path, organisation: Organisation) -> Iterator[Flask]:
    """An intake that hands them out."""
    config = make_config(tmp_path / "intake", organisation, offline_pages=pages)
    app = create_app(config, clock=FakeClock(), entropy=system_entropy)
    yield app
    app.extensions[ENGINE].dispose()


@pytest.mark.parametrize("language", list(Language))
def test_a_page_is_handed_out_as_it_was_built(
    app: Flask, pages: Path, language: Language
) -> None:
    """To be saved under its own name: here its script would not run."""
    answer = app.test_client().get(f"/{language.value}/offline.html")

    assert answer.data == (pages / file_name(language)).read_bytes()
    assert answer.mimetype == "text/html"
    assert answer.headers["Content-Disposition"] == (
        f'attachment; filename="offline-{language.value}.html"'
    )


def test_help_offers_what_there_is(
    app: Flask, tmp_path: Path, organisation: Organisation
) -> None:
    """And no file that would not be found."""
    link = 'href="/ru/offline.html"'
    without = create_app(
        make_config(tmp_path / "other", organisation),
        clock=FakeClock(),
        entropy=system_entropy,
    )

    assert link in app.test_client().get("/ru/help").text
    assert link not in without.test_client().get("/ru/help").text
    assert without.test_client().get("/ru/offline.html").status_code == 404
    without.extensions[ENGINE].dispose()


def test_a_missing_language_stops_the_start(
    tmp_path: Path, pages: Path, organisation: Organisation
) -> None:
    """Half a set is a mistake that the operator must see."""
    (pages / file_name(Language.KK)).unlink()
    config = make_config(tmp_path / "intake", organisation, offline_pages=pages)

    with pytest.raises(FileNotFoundError):
        create_app(config, clock=FakeClock(), entropy=system_entropy)


def test_a_setting_that_names_no_directory_stops_the_start(
    tmp_path: Path, organisation: Organisation
) -> None:
    """Its name is told, its value is not."""
    environment = {
        "DEBUNKER_INTAKE_DATABASE": "sqlite://",
        "DEBUNKER_INTAKE_DATA": str(tmp_path),
        "DEBUNKER_INTAKE_DIRECTORY": str(tmp_path / "directory.json"),
        "DEBUNKER_INTAKE_ROOT_KEY": str(organisation.root.verification_key),
        "DEBUNKER_INTAKE_SYNC_KEY": str(organisation.sync.verification_key),
        "DEBUNKER_INTAKE_SYNC_ORIGIN": "https://intake.test",
    }
    setting = "DEBUNKER_INTAKE_OFFLINE_PAGES"

    assert Config.from_env(environment).offline_pages is None
    assert Config.from_env({**environment, setting: str(tmp_path)}).offline_pages == (
        tmp_path
    )
    with pytest.raises(SettingError, match=setting):
        Config.from_env({**environment, setting: str(tmp_path / "none")})
