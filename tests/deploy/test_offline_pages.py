"""Building the offline pages from what the root has signed."""

import base64
import hashlib
import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from crypto.age import HybridIdentity
from crypto.entropy import system_entropy
from deploy import offline_pages
from deploy.offline_pages import OfflinePagesError
from intake.web.offline import file_name
from intake.web.static import FILES
from protocol.directory import DirectoryRecipient, Role, SignedDirectory, sign_directory
from protocol.languages import Language
from protocol.release import ReleaseManifest
from tests.deploy.audit_site.conftest import release_of
from tests.deploy.test_release import organisation_file
from tests.intake.organisation import Organisation, write_directory

ORGANISATION = Organisation()


def directory(*, offline: bool = True, expired: bool = False) -> SignedDirectory:
    """Sign a directory with somebody to seal to offline, or with nobody."""
    lives = timedelta(hours=1) if expired else timedelta(days=30)
    content = ORGANISATION.content(lives=lives)
    recipient = DirectoryRecipient(
        role=Role.OFFLINE,
        recipient=HybridIdentity.generate(system_entropy).recipient,
        not_after=content.issued + timedelta(days=365),
    )
    added = (recipient,) if offline else ()
    content = replace(content, recipients=(*content.recipients, *added))
    return sign_directory(content, ORGANISATION.root)


def make(place: Path, signed: SignedDirectory, out: str = "pages") -> int:
    """Run the command in a place."""
    place.mkdir(exist_ok=True)
    write_directory(signed, place / "directory.json")
    (place / "organisation.json").write_bytes(organisation_file(ORGANISATION).to_json())
    return offline_pages.main([
        *("--directory", str(place / "directory.json")),
        *("--organisation", str(place / "organisation.json")),
        *("--out", str(place / out)),
    ])  # fmt: skip


def read(place: Path, language: Language = Language.RU) -> str:
    """Return a page that was made."""
    return (place / "pages" / file_name(language)).read_text()


class Elements(HTMLParser):
    """Every start tag, and what stands in scripts and styles."""

    def __init__(self, page: str) -> None:
        """Read a page."""
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inside: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Note what a script or a style holds."""
        tag, attributes = self.tags[-1] if self.tags else ("", {})
        if tag in {"script", "style"} and data.strip():
            kind = "data" if attributes.get("type") == "text/plain" else tag
            self.inside.append((kind, data))


def test_two_people_build_the_same_bytes(tmp_path: Path) -> None:
    """From the same public files, in other places; the hashes can be compared."""
    signed = directory()

    assert make(tmp_path / "one", signed) == make(tmp_path / "two", signed) == 0

    for language in Language:
        assert read(tmp_path / "one", language) == read(tmp_path / "two", language)


def test_a_page_carries_exactly_what_the_root_signed(tmp_path: Path) -> None:
    """Directory and signature stand in it to the byte."""
    signed = directory()
    make(tmp_path, signed)
    page = read(tmp_path)

    carried = re.search(r'id="embedded-directory">([^<]*)<', page)
    assert carried
    assert base64.b64decode(carried[1]) == signed.directory
    assert signed.signature in page
    assert str(ORGANISATION.root.verification_key) in page


@pytest.mark.parametrize("language", list(Language))
def test_nothing_but_what_the_policy_names_can_run_and_nothing_gets_out(
    tmp_path: Path, language: Language
) -> None:
    """One script and one style, by their hashes; no address of anything."""
    make(tmp_path, directory())
    reading = Elements(read(tmp_path, language))

    (policy,) = (
        attributes["content"]
        for _, attributes in reading.tags
        if attributes.get("http-equiv") == "Content-Security-Policy"
    )
    rules = dict(rule.split(" ", 1) for rule in (policy or "").split("; "))
    for kind in ("script", "style"):
        (content,) = (data for tag, data in reading.inside if tag == kind)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert rules.pop(f"{kind}-src") == f"'sha256-{digest}'"
    assert rules == {
        "default-src": "'none'",
        "worker-src": "blob:",
        "form-action": "'none'",
        "base-uri": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "debunker",
    }
    links = [
        attributes[name]
        for _, attributes in reading.tags
        for name in ("src", "href", "action")
        if name in attributes
    ]
    assert links == ["#sealed"]


def test_a_page_carries_the_committed_scripts(tmp_path: Path) -> None:
    """What is in it can be built from source, and compared."""
    make(tmp_path, directory())
    page = read(tmp_path)

    names = ("offline.js", "offline-worker.js", "cleaner.js", "intake.css")
    for name in (*names, "words-ru.txt"):
        assert (FILES / name).read_text().strip() in page
    assert (FILES / "words-en.txt").read_text().strip() not in page


def test_the_release_lists_the_pages(tmp_path: Path) -> None:
    """By the hash of the very file that lies on a stick."""
    signed = directory()
    make(tmp_path, signed)
    release = release_of(
        ORGANISATION, signed, tmp_path, "--offline-pages", str(tmp_path / "pages")
    )
    files = {
        file.path: file.sha256
        for file in ReleaseManifest.parse(release.read_bytes()).files
    }

    for language in Language:
        content = read(tmp_path, language).encode()
        path = f"/{language.value}/offline.html"
        assert files[path] == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    ("signed", "told"),
    [
        (directory(offline=False), "nobody to seal to offline"),
        (directory(expired=True), "past its end"),
        (replace(directory(), signature="nothing"), "the root did not sign it"),
    ],
    ids=["nobody", "expired", "unsigned"],
)
def test_no_page_is_made_that_could_not_be_used(
    tmp_path: Path,
    signed: SignedDirectory,
    told: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Nobody should carry a file that refuses on the other side."""
    assert make(tmp_path, signed) == 1

    assert told in capsys.readouterr().err
    assert not (tmp_path / "pages").exists()


def test_pages_that_are_there_are_not_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Somebody may have compared them already."""
    make(tmp_path, directory())
    before = read(tmp_path)

    assert make(tmp_path, directory()) == 1

    assert "is there already" in capsys.readouterr().err
    assert read(tmp_path) == before


@pytest.mark.parametrize("mark", ["</script>", "</SCRIPT ", "<!--", "\r"])
def test_what_would_end_a_script_stops_the_building(mark: str) -> None:
    """A page whose policy fits, and which says something else, is never made."""
    with pytest.raises(OfflinePagesError):
        offline_pages._in_a_script(f"let text = '{mark}'")
