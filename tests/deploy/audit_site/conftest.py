"""One real intake with a signed release, for all audits."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from crypto.ed25519 import SigningKey
from deploy.audit_site.command import main
from deploy.release import main as make_release
from protocol.directory import SignedDirectory
from protocol.offline_keys import OrganisationFile
from protocol.release import ReleaseManifest, sign_release
from tests.intake.organisation import Organisation, write_directory
from tests.intake.server_process import ServerProcess


@dataclass(frozen=True)
class Site:
    """A running intake and what belongs to it."""

    organisation: Organisation
    url: str
    manifest: Path

    @property
    def root_key(self) -> str:
        """What an auditor pins."""
        return str(self.organisation.root.verification_key)

    def audit(self, url: str, *words: str, root_key: str | None = None) -> int:
        """Run the command; an answer that does not come costs two seconds."""
        return main([
            *(url, "--manifest", str(self.manifest), "--patience", "2"),
            *("--root-key", root_key or self.root_key, *words),
        ])  # fmt: skip


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Start the intake as an operator does, build its release, sign it."""
    place = tmp_path_factory.mktemp("site")
    organisation = Organisation()
    manifest = release_of(organisation, organisation.directory(), place)
    with ServerProcess(place / "intake", organisation) as server:
        yield Site(organisation=organisation, url=server.url, manifest=manifest)


def release_of(
    organisation: Organisation, signed: SignedDirectory, place: Path, *options: str
) -> Path:
    """Build and sign the release of an organisation's site."""
    file = OrganisationFile(
        organisation_id=organisation.id,
        root=organisation.root.verification_key,
        recovery=organisation.recovery.recipient,
    )
    (place / "organisation.json").write_bytes(file.to_json())
    write_directory(signed, place / "directory.json")
    status = make_release([
        *("--organisation", str(place / "organisation.json")),
        *("--directory", str(place / "directory.json")),
        *("--out", str(place / "release.json"), "--version", "1.0"),
        *options,
    ])  # fmt: skip
    assert status == 0
    sign(place / "release.json", organisation.root)
    return place / "release.json"


def sign(manifest: Path, root: SigningKey) -> None:
    """Put the root's signature beside a manifest."""
    signed = sign_release(ReleaseManifest.parse(manifest.read_bytes()), root)
    manifest.with_name("release.json.sig").write_text(signed.signature)


Says = Callable[[], str]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Says:
    """What has been printed, with single spaces."""
    return lambda: " ".join("".join(capsys.readouterr()).split())
