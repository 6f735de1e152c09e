"""The people of the journey, each with a browser: a reporter, reviewers, a coordinator.

Every step is what a person does on a page: fill, choose, press. Pages are found
by the names of fields and the ids of parts, not by words, so that the journey
runs in every language.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyotp
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Locator,
    Page,
    expect,
)

from deploy.organisation import LogIn


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporter:
    """Writes, keeps a codename, comes back; with JavaScript or without."""

    context: BrowserContext
    intake: str
    language: str
    script: bool

    def _open(self, page_name: str) -> Page:
        page = self.context.new_page()
        way = page_name if self.script else f"plain/{page_name}"
        page.goto(f"{self.intake}/{self.language}/{way}")
        return page

    def report(self, text: str, files: Sequence[Path]) -> str:
        """Send a report; return the codename that the page shows, in characters."""
        page = self._open("report")
        page.fill("[name=text]", text)
        page.check("[name=consent_to][value=any]")
        page.set_input_files("[name=attachments]", [str(path) for path in files])
        page.wait_for_selector("#chosen-files[aria-busy=true]", state="detached")
        page.click("#report button[type=submit], form[enctype] button[type=submit]")
        if self.script:
            expect(page.locator("#received")).to_be_visible(timeout=30_000)
        else:
            page.wait_for_url("**/plain/received")
        codename = page.locator("#codename-characters").inner_text()
        page.close()
        return codename

    def replies(self, codename: str) -> list[str]:
        """Open the mailbox; return the texts of the replies that are there."""
        page = self._open_mailbox(codename)
        texts = page.locator(".replies .prose").all_inner_texts()
        page.close()
        return texts

    def write_again(self, codename: str, text: str) -> None:
        """Send a later message from the mailbox."""
        page = self._open_mailbox(codename)
        page.fill("[name=text]", text)
        page.click("form:has([name=text]) button[type=submit]")
        if self.script:
            expect(page.locator("#message-sent")).to_be_visible(timeout=30_000)
        else:
            page.wait_for_url("**/plain/mailbox/sent")
        page.close()

    def _open_mailbox(self, codename: str) -> Page:
        page = self._open("mailbox")
        page.fill("[name=codename]", codename)
        page.click("form:has([name=codename]) button[type=submit]")
        if self.script:
            expect(page.locator("#replies")).to_be_visible(timeout=30_000)
        else:
            page.wait_for_url("**/plain/mailbox/replies")
        return page


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """Somebody who is logged in to the console."""

    page: Page
    console: str

    @classmethod
    def log_in(cls, browser: Browser, console: str, log_in: LogIn) -> "Colleague":
        """Log in with passphrase and the present TOTP code."""
        page = browser.new_page()
        page.goto(f"{console}/login")
        page.fill("[name=name]", log_in.name)
        page.fill("[name=passphrase]", log_in.passphrase)
        page.fill("[name=code]", pyotp.TOTP(log_in.totp_secret).now())
        page.click("form[action='/login'] button.primary")
        page.wait_for_url(f"{console}/")
        return cls(page=page, console=console)

    def sync(self) -> None:
        """Press the button that fetches what has arrived and sends what waits."""
        self.page.goto(self.console)
        self.page.click("form#sync button")
        self.page.wait_for_load_state("networkidle")

    def open_case(self, sign: str) -> str:
        """Open the case whose text holds `sign`; return its address."""
        self.page.goto(self.console)
        addresses = {
            href
            for link in self.page.locator("a[href^='/cases/']").all()
            if (href := link.get_attribute("href"))
        }
        for address in sorted(addresses):
            self.page.goto(f"{self.console}{address}")
            if sign in self.page.locator("main").inner_text():
                return self.page.url
        raise AssertionError("no such case on the first page")

    def download(self, selector: str, target: Path, number: int = 0) -> bytes:
        """Download the file behind a link, also when the page asks first."""
        with self.page.expect_download() as waiting:
            self._press(self.page.locator(selector).nth(number))
        waiting.value.save_as(target)
        return target.read_bytes()

    def reply(self, text: str) -> None:
        """Answer the reporter; the page asks once more before it is sent."""
        form = self.page.locator("form#reply")
        form.locator("[name=text]").fill(text)
        form.locator("[name=state][value=under_review]").check()
        self._press(form.locator("button.primary"))
        expect(self.page.locator("main")).to_contain_text(text)

    def propose_referral(self, destination: str, what: str) -> str:
        """Write a referral of the case that is open and release its first file."""
        page = self.page
        page.click("a[href$='/referrals/new']")
        page.get_by_label(destination).check()
        page.fill("[name=subject]", "Allegation about a contract")
        page.fill("[name=summary]", "A works contract was allegedly paid for twice.")
        page.fill("[name=what]", what)
        page.select_option("[name=label]", "hearsay")
        page.fill("[name=verified]", "The contract stands in the public register.")
        page.check("[name=release] >> nth=0")
        page.check("[name^='clean:'] >> nth=0")
        page.check("[name=source_safe]")
        page.click("form#referral button.primary")
        page.wait_for_url("**/referrals/*")
        return page.url

    def approve(self, referral: str) -> None:
        """Read the exact package and approve it."""
        self.page.goto(referral)
        self.page.check("[name=read]")
        self._press(self.page.locator("form[action$='/approve'] button"))
        expect(self.page.locator("form[action$='/export']")).to_be_visible()

    def export(self, referral: str, target: Path) -> bytes:
        """Have the package signed and encrypted, and download it."""
        self.page.goto(referral)
        self._press(self.page.locator("form[action$='/export'] button"))
        return self.download("a[href$='/package']", target)

    def _press(self, button: Locator) -> None:
        """Press, and say yes where the page asks first."""
        button.click()
        dialog = self.page.locator("dialog[open]")
        if dialog.count():
            dialog.locator("button[value=yes]").click()
