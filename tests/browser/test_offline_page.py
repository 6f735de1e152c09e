"""The offline page from file://, in a browser without a network."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from crypto.age import HybridIdentity
from crypto.ed25519 import SigningKey
from crypto.entropy import system_entropy
from deploy.offline_pages import build
from intake.web.offline import file_name
from intake.web.pages import Pages
from protocol.codename import Codename
from protocol.directory import (
    DirectoryRecipient,
    KeyDirectory,
    Role,
    SignedDirectory,
    sign_directory,
)
from protocol.languages import Language
from protocol.mailbox import ReporterKeys
from protocol.report import SealedBy
from protocol.sealed_file_name import sealed_file_name
from tests.browser.conftest import WAIT_MILLISECONDS
from tests.intake.organisation import Organisation, write_directory
from tests.intake.sealed import open_deposit

pytestmark = [pytest.mark.end_to_end, pytest.mark.needs("chromium")]

TEXT = "Мен әкімнің ақша алғанын көрдім."
SUBMIT = "#report button[type=submit]"


@dataclass(frozen=True, kw_only=True)
class Stick:
    """A page on a stick, opened where there is no network."""

    page: Page
    organisation: Organisation
    place: Path
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def open(self, signed: SignedDirectory, language: Language = Language.RU) -> None:
        """Build the page and open it."""
        root_key = str(self.organisation.root.verification_key)
        pages = Pages(root_key=root_key, limit_bytes=2**31)
        directory = KeyDirectory.parse(signed.directory)
        content = build(signed, directory, pages)[file_name(language)]
        path = self.place / file_name(language)
        path.write_bytes(content)
        self.page.goto(path.as_uri())
        self.page.wait_for_selector("#preparing", state="hidden")

    def shown(self, selector: str) -> str:
        """Wait for a part of the page and return its words."""
        self.page.wait_for_selector(f"{selector}:not([hidden])")
        return self.page.inner_text(selector)

    def seal(self, *files: Path) -> tuple[str, Path]:
        """Fill in, seal and save; return codename and file."""
        self.page.fill("#text", TEXT)
        self.page.set_input_files("#attachments", list(files))
        if files:
            # Else the button first says what was found.
            self.page.wait_for_selector("#chosen-files:not([aria-busy=true])")
        self.page.click(SUBMIT)
        self.shown("#sealed")
        with self.page.expect_download() as saving:
            self.page.click("#save")
        saved = self.place / saving.value.suggested_filename
        saving.value.save_as(saved)
        return self.page.inner_text("#codename-characters"), saved

    def give(self, signed: SignedDirectory) -> None:
        """Choose the files of another directory."""
        path = self.place / "directory.json"
        for old in self.place.glob("directory.json*"):
            old.unlink()
        write_directory(signed, path)
        if not self.page.is_visible("#newer-keys"):
            self.page.click("#keys summary")
        chosen = sorted(self.place.glob("directory.json*"))
        self.page.set_input_files("#newer-keys", chosen)


@pytest.fixture
def stick(
    chromium: Browser, tmp_path: Path, organisation: Organisation
) -> Iterator[Stick]:
    """A browser that has no network, and tells of every request and complaint."""
    context = chromium.new_context(offline=True)
    context.set_default_timeout(WAIT_MILLISECONDS)
    page = context.new_page()
    stick = Stick(page=page, organisation=organisation, place=tmp_path)
    page.on("console", lambda message: stick.complaints.append(message.text))
    page.on("pageerror", lambda error: stick.complaints.append(str(error)))
    page.on("request", lambda request: stick.requests.append(request.url))
    yield stick
    context.close()


@pytest.fixture
def sign(organisation: Organisation) -> Callable[..., SignedDirectory]:
    """Sign directories whose offline recipient is the reviewer of the tests."""

    def directory(
        *,
        version: int = 2,
        root: SigningKey | None = None,
        recipient: HybridIdentity | None = None,
        days: int = 365,
        lives: int = 30,
    ) -> SignedDirectory:
        content = organisation.content(version=version, lives=timedelta(days=lives))
        end = content.issued + timedelta(days=days)
        recipients = [
            (Role.OFFLINE, recipient or organisation.reviewer),
            (Role.RECOVERY, organisation.recovery),
        ]
        content = replace(
            content,
            # Issued long enough ago for what has ended by now.
            issued=content.issued - timedelta(days=40),
            expires=content.issued - timedelta(days=40) + timedelta(days=lives),
            recipients=tuple(
                DirectoryRecipient(
                    role=role, recipient=identity.recipient, not_after=end
                )
                for role, identity in recipients
            ),
        )
        return sign_directory(content, root or organisation.root)

    return directory


@pytest.mark.parametrize("language", list(Language))
def test_a_report_is_sealed_without_a_network(
    stick: Stick,
    sign: Callable[..., SignedDirectory],
    language: Language,
    photo: Path,
) -> None:
    """The saved file opens, for the codename shown; nothing was asked of anybody."""
    stick.open(sign(lives=80), language)

    characters, saved = stick.seal(photo)

    keys = ReporterKeys.derive(Codename.parse(characters), stick.organisation.id)
    assert saved.name == sealed_file_name(keys.mailbox)
    report, files = open_deposit(saved.read_bytes(), stick.organisation, keys.mailbox)
    assert report.text == TEXT
    assert report.sealed_by is SealedBy.OFFLINE
    assert report.language is language
    assert report.directory_version == 2
    assert files == [photo.read_bytes()]
    words = stick.page.text_content("#codename-words") or ""
    assert len(words.split()) == (0 if language is Language.KK else 10)
    assert stick.complaints == []
    assert {url.partition(":")[0] for url in stick.requests} == {"file", "blob"}
    assert stick.page.is_visible("#saved")
    assert stick.page.input_value("#text") == ""


@pytest.mark.parametrize("language", list(Language))
def test_a_codename_is_copied_and_compared_without_a_network(
    stick: Stick, sign: Callable[..., SignedDirectory], language: Language
) -> None:
    """As on the site: a part a line, and its end typed while it is hidden."""
    stick.open(sign(), language)
    stick.seal()
    characters = stick.page.text_content("#codename-characters") or ""
    words = (stick.page.text_content("#codename-words") or "").split()

    stick.page.click("#by-hand summary")

    lines = stick.page.locator("#codename-parts li")
    assert lines.all_text_contents() == (words or characters.split("-"))
    stick.page.click("#paper-begin")
    assert stick.page.is_hidden("#codename-spelt")
    stick.page.fill("#paper-end", "QQQQQ")
    stick.page.keyboard.press("Enter")
    stick.shown("#paper-wrong")
    stick.page.fill("#paper-end", characters[-5:].lower())
    stick.page.keyboard.press("Enter")
    stick.shown("#paper-right")
    assert stick.page.is_hidden("#paper-wrong")
    assert stick.complaints == []


def test_the_policy_lets_nothing_out(
    stick: Stick, sign: Callable[..., SignedDirectory]
) -> None:
    """Even a script that got in could neither ask nor send nor load."""
    stick.open(sign(lives=80))

    tried = stick.page.evaluate(
        """async () => {
            const refused = []
            addEventListener('securitypolicyviolation', (event) => {
                refused.push(event.effectiveDirective)
            })
            const held = () => 'held'
            const gone = await fetch('http://127.0.0.1:9/').then(() => 'out', held)
            const image = new Image()
            image.src = 'http://127.0.0.1:9/x.png'
            const frame = document.createElement('iframe')
            frame.src = 'http://127.0.0.1:9/'
            document.body.append(frame)
            await new Promise((resolve) => setTimeout(resolve, 100))
            return [gone, ...refused.sort()]
        }"""
    )

    assert tried == ["held", "connect-src", "frame-src", "img-src"]


def test_old_keys_are_told_and_still_seal(
    stick: Stick, sign: Callable[..., SignedDirectory]
) -> None:
    """A stick is carried for months; the notice says how old its keys are."""
    stick.open(sign(lives=30))

    assert stick.shown("#keys-old")
    _, saved = stick.seal()
    assert saved.stat().st_size > 65_536


def test_keys_whose_time_is_over_seal_nothing(
    stick: Stick, sign: Callable[..., SignedDirectory]
) -> None:
    """The page says so, and how to mend it, and shows no form to write in."""
    stick.open(sign(days=0))

    trouble = stick.shown("#trouble")
    assert "истёк" in trouble
    assert "Дата на вашем устройстве" in trouble
    assert stick.page.is_visible("#keys summary")
    assert stick.page.is_hidden("#keys-facts")
    assert stick.page.is_hidden("#report")


def test_fresh_keys_mend_a_page_whose_time_is_over(
    stick: Stick, sign: Callable[..., SignedDirectory]
) -> None:
    """Whoever brings two files from the site can go on with the stick they have."""
    newer = HybridIdentity.generate(system_entropy)
    stick.open(sign(days=0))
    stick.shown("#trouble")

    stick.give(sign(version=3, lives=80, recipient=newer))

    stick.shown("#report")
    assert stick.page.is_hidden("#trouble")
    characters, saved = stick.seal()
    keys = ReporterKeys.derive(Codename.parse(characters), stick.organisation.id)
    # A field of the test's organisation stands for the newer recipient.
    owner = replace(stick.organisation, reviewer=newer)
    report, _ = open_deposit(saved.read_bytes(), owner, keys.mailbox)
    assert report.directory_version == 3


def test_a_directory_that_our_root_has_only_cross_signed_is_taken(
    stick: Stick, sign: Callable[..., SignedDirectory]
) -> None:
    """While one root replaces another, old sticks live on."""
    stick.open(sign(lives=80))
    new_root = SigningKey.generate(system_entropy)

    newer = KeyDirectory.parse(sign(version=3).directory)
    stick.give(sign_directory(newer, new_root, cross_root=stick.organisation.root))

    assert "действуют" in stick.shown("#keys-answer")
    assert stick.page.inner_text("#keys-version") == "3"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"version": 3, "root": SigningKey.generate(system_entropy)}, "не подписаны"),
        ({"version": 1}, "старше"),
    ],
    ids=["of another root", "older"],
)
def test_a_wrong_directory_is_refused_and_changes_nothing(
    stick: Stick,
    sign: Callable[..., SignedDirectory],
    changes: dict[str, object],
    words: str,
) -> None:
    """The page says why, and seals to its own keys as before."""
    stick.open(sign(lives=80))

    stick.give(sign(**changes))

    assert words in stick.shown("#keys-answer")
    characters, saved = stick.seal()
    keys = ReporterKeys.derive(Codename.parse(characters), stick.organisation.id)
    report, _ = open_deposit(saved.read_bytes(), stick.organisation, keys.mailbox)
    assert report.directory_version == 2


def test_a_directory_without_its_signature_is_told(
    stick: Stick, sign: Callable[..., SignedDirectory]
) -> None:
    """Both files belong together."""
    stick.open(sign(lives=80))
    path = stick.place / "directory.json"
    path.write_bytes(sign(version=3).directory)
    stick.page.click("#keys summary")

    stick.page.set_input_files("#newer-keys", path)

    assert "directory.json.sig" in stick.shown("#keys-answer")


def test_an_altered_page_says_that_its_keys_are_not_ours(
    stick: Stick, sign: Callable[..., SignedDirectory]
) -> None:
    """Whoever swaps only the keys in a page is found out by the page."""
    stick.open(sign(lives=80, root=SigningKey.generate(system_entropy)))

    assert "не подписаны" in stick.shown("#trouble")
    assert stick.page.is_hidden("#report")


def test_an_empty_report_is_not_sealed(
    stick: Stick, sign: Callable[..., SignedDirectory]
) -> None:
    """As on the site: the summary leads to the field."""
    stick.open(sign(lives=80))
    stick.page.fill("#text", " \n")
    stick.page.click(SUBMIT)

    assert stick.shown("#error-summary")
    assert stick.page.is_hidden("#sealed")


def test_what_points_to_the_writer_is_told_before_sealing(
    stick: Stick, sign: Callable[..., SignedDirectory]
) -> None:
    """As on the site: once with a question, then as the writer decides."""
    stick.open(sign(lives=80))
    stick.page.fill("#text", "Позвоните мне: +7 701 123 45 67")
    stick.page.click(SUBMIT)

    assert "+7 701 123 45 67" in stick.shown("#revealing")
    assert stick.page.is_hidden("#sealed")
    stick.page.click(SUBMIT)
    stick.shown("#sealed")


def test_a_file_that_is_not_saved_is_asked_about(
    stick: Stick, sign: Callable[..., SignedDirectory]
) -> None:
    """Closing the page would lose it, and the report with it."""
    asked: list[str] = []

    def answer(dialog: object) -> None:
        asked.append(dialog.type)  # type: ignore[attr-defined]  # a Dialog
        dialog.accept()  # type: ignore[attr-defined]  # a Dialog

    stick.page.on("dialog", answer)
    stick.open(sign(lives=80))
    stick.page.fill("#text", TEXT)
    stick.page.click(SUBMIT)
    stick.shown("#sealed")
    stick.page.goto("about:blank")
    assert asked == ["beforeunload"]

    stick.open(sign(lives=80))
    stick.seal()
    stick.page.goto("about:blank")
    assert asked == ["beforeunload"]


def test_a_page_that_was_left_shows_nothing(
    stick: Stick, sign: Callable[..., SignedDirectory]
) -> None:
    """Whoever presses "back" on this device finds neither codename nor report."""
    stick.open(sign(lives=80))
    characters, _ = stick.seal()
    stick.page.goto("about:blank")
    stick.page.go_back()
    stick.page.wait_for_selector("#report:not([hidden])")

    assert characters not in stick.page.content()
    assert json.dumps(TEXT) not in stick.page.content()
