"""Building a release manifest from the real intake."""

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask, Response

from crypto.entropy import system_entropy
from deploy import release
from deploy.release import ReleaseError, addresses, build
from intake.app import ENGINE, create_app
from intake.web.headers import HEADERS
from intake.web.routing import NO_BODY, Access, declare
from intake.web.static import FILES
from protocol.offline_keys import OrganisationFile
from protocol.release import ReleaseManifest
from tests.deploy.audit_site.conftest import release_of
from tests.intake.conftest import FakeClock, make_config
from tests.intake.organisation import Organisation

ORGANISATION = Organisation()


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """An intake that serves pages."""
    config = make_config(tmp_path / "intake", ORGANISATION)
    app = create_app(config, clock=FakeClock(), entropy=system_entropy)
    yield app
    app.extensions[ENGINE].dispose()


def organisation_file(organisation: Organisation) -> OrganisationFile:
    """The public file of an organisation."""
    return OrganisationFile(
        organisation_id=organisation.id,
        root=organisation.root.verification_key,
        recovery=organisation.recovery.recipient,
    )


def test_it_lists_every_page_and_file_in_every_language(tmp_path: Path) -> None:
    """With the very bytes of the files; pages with a token are named, not listed."""
    organisation = Organisation()
    path = release_of(organisation, organisation.directory(), tmp_path)
    manifest = ReleaseManifest.parse(path.read_bytes())
    files = {file.path: file for file in manifest.files}

    assert {"/", *(
        f"/{language}/{page}"
        for language in ("kk", "ru", "en")
        for page in ("", "report", "mailbox", "help", "sealed")
    )} <= set(files)  # fmt: skip
    for name in ("page.js", "worker.js", "intake.css", "words-ru.txt", "icon.svg"):
        content = (FILES / name).read_bytes()
        assert files[f"/static/{name}"].sha256 == hashlib.sha256(content).hexdigest()
    assert set(manifest.not_covered) == {
        f"/{language}/plain/{page}"
        for language in ("kk", "ru", "en")
        for page in ("report", "mailbox", "sealed")
    }
    assert {header.name: header.value for header in manifest.headers} == HEADERS
    assert not any("/sync" in path or "directory" in path for path in files)


def test_two_people_build_the_same_bytes(tmp_path: Path) -> None:
    """From the same public files, on other days, in other places."""
    organisation = Organisation()
    signed = organisation.directory()
    built = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        built.append(release_of(organisation, signed, tmp_path / name).read_bytes())

    assert built[0] == built[1]


def test_an_expired_directory_changes_no_byte(tmp_path: Path) -> None:
    """Pages do not change when the form closes: nor does the release."""
    organisation = Organisation()
    expired = organisation.directory(lives=timedelta(hours=1))
    for name, signed in (("now", organisation.directory()), ("then", expired)):
        (tmp_path / name).mkdir()
        release_of(organisation, signed, tmp_path / name)

    assert (tmp_path / "now" / "release.json").read_bytes() == (
        tmp_path / "then" / "release.json"
    ).read_bytes()


@pytest.mark.parametrize(
    ("file", "content", "sentence"),
    [
        ("organisation.json", b"{}", "format missing"),
        ("directory.json.sig", b"nothing", "the root did not sign it"),
        ("directory.json", b"{}", "the root did not sign it"),
    ],
)
def test_nothing_is_built_of_what_the_root_did_not_sign(
    file: str,
    content: bytes,
    sentence: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A false name of the organisation would go into the pages."""
    organisation = Organisation()
    release_of(organisation, organisation.directory(), tmp_path)
    (tmp_path / file).write_bytes(content)

    status = release.main([
        *("--organisation", str(tmp_path / "organisation.json")),
        *("--directory", str(tmp_path / "directory.json")),
        *("--out", str(tmp_path / "other.json")),
    ])  # fmt: skip

    assert status == 1
    assert sentence in capsys.readouterr().err
    assert not (tmp_path / "other.json").exists()


def test_a_manifest_is_never_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The signed one may lie there."""
    organisation = Organisation()
    path = release_of(organisation, organisation.directory(), tmp_path)
    before = path.read_bytes()

    status = release.main([
        *("--organisation", str(tmp_path / "organisation.json")),
        *("--directory", str(tmp_path / "directory.json")),
        *("--out", str(path), "--version", "2"),
    ])  # fmt: skip

    assert status == 1
    assert "is there already" in capsys.readouterr().err
    assert path.read_bytes() == before


def _add_page(app: Flask, content: object) -> None:
    @app.get("/ru/new")
    @declare(access=Access.PUBLIC, limit_bytes=NO_BODY)
    def new() -> Response:
        return Response(str(content), mimetype="text/plain")


class _Counting:
    number = 0

    def __str__(self) -> str:
        self.number += 1
        return str(self.number)


def test_a_public_page_that_differs_ends_it(app: Flask) -> None:
    """What everyone must get alike may not have a byte of its own."""
    _add_page(app, _Counting())

    with pytest.raises(ReleaseError, match="/ru/new is not alike"):
        build(app, organisation_file(ORGANISATION), version="1")


def test_a_new_public_page_is_found_by_itself(app: Flask) -> None:
    """Nobody has to remember to list it."""
    _add_page(app, "alike")

    assert ("/ru/new", Access.PUBLIC) in set(addresses(app))
    manifest = build(app, organisation_file(ORGANISATION), version="1")
    assert "/ru/new" in {file.path for file in manifest.files}
    json.loads(manifest.to_json())


def test_an_address_that_may_be_anything_ends_it(app: Flask) -> None:
    """Whoever adds one decides how visitors can check it."""

    @app.get("/<anything>")
    @declare(access=Access.PUBLIC, limit_bytes=NO_BODY)
    def show(anything: str) -> Response:
        return Response(anything, mimetype="text/plain")

    with pytest.raises(ReleaseError, match="/<anything> may be anything"):
        build(app, organisation_file(ORGANISATION), version="1")


def test_a_page_that_this_installation_lacks_is_not_listed(app: Flask) -> None:
    """What is not served cannot be altered."""

    @app.get("/<any(kk):code>/new")
    @declare(access=Access.PUBLIC, limit_bytes=NO_BODY)
    def show(code: str) -> Response:
        return Response(code, status=404, mimetype="text/plain")

    manifest = build(app, organisation_file(ORGANISATION), version="1")

    assert "/kk/new" not in {file.path for file in manifest.files}
    assert "/kk/new" not in manifest.not_covered
