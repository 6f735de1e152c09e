"""A report written without a network: sealed in a file, carried, handed in, read."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from deploy.offline_pages import main
from tests.end_to_end.conftest import House
from tests.end_to_end.people import Colleague, Reporter

pytestmark = [
    pytest.mark.end_to_end,
    pytest.mark.enable_socket,
    pytest.mark.needs("chromium"),
]

TEXT = "Интернетсіз жазылған хабарлама. Белгі: "
REPLY = "Хабарламаңызды алдық."


def seal_offline(
    chromium: Browser, page_file: Path, text: str, attachment: Path, place: Path
) -> tuple[str, Path]:
    """Write in a browser without a network; return codename and sealed file."""
    context = chromium.new_context(offline=True)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(page_file.as_uri())
    page.wait_for_selector("#report:not([hidden])")
    page.fill("#text", text)
    page.set_input_files("#attachments", str(attachment))
    page.wait_for_selector("#chosen-files[aria-busy=true]", state="detached")
    page.click("#report button[type=submit]")
    page.wait_for_selector("#sealed:not([hidden])")
    codename = page.inner_text("#codename-characters")
    with page.expect_download() as saving:
        page.click("#save")
    sealed = place / saving.value.suggested_filename
    saving.value.save_as(sealed)
    assert {url.partition(":")[0] for url in asked} <= {"file", "blob"}
    context.close()
    return codename, sealed


def hand_in(reporter: Reporter, sealed: Path) -> None:
    """Hand the file in, on a device with a network."""
    page = reporter.context.new_page()
    page.goto(f"{reporter.intake}/{reporter.language}/help")
    page.click("details:has(a[href$='/sealed']) > summary")
    page.click(f"a[href='/{reporter.language}/sealed']")
    if not reporter.script:
        page.click("noscript a.button, .waiting a")
    page.set_input_files("[name=sealed]", str(sealed))
    page.click("form button[type=submit]")
    if reporter.script:
        expect(page.locator("#received")).to_be_visible(timeout=30_000)
    else:
        page.wait_for_url("**/plain/sealed/received")
    page.close()


def test_a_report_written_offline_is_read_and_answered(
    reporter: Reporter,
    reviewer: Colleague,
    house: House,
    chromium: Browser,
    tmp_path: Path,
) -> None:
    """The command builds the page, the page a file, and the file a case."""
    place = house.organisation.place
    sign = "offline, with script" if reporter.script else "offline, without script"
    attachment = tmp_path / "акт.txt"
    attachment.write_text("Акт: орындалды\n")
    status = main([
        *("--directory", str(place / "intake" / "directory.json")),
        *("--organisation", str(place / "offline" / "organisation.json")),
        *("--out", str(tmp_path / "stick")),
    ])  # fmt: skip
    assert status == 0

    codename, sealed = seal_offline(
        chromium,
        tmp_path / "stick" / "offline-kk.html",
        TEXT + sign,
        attachment,
        tmp_path,
    )
    hand_in(reporter, sealed)

    reviewer.sync()
    reviewer.open_case(sign)
    assert TEXT + sign in reviewer.page.locator("main").inner_text()
    got = reviewer.download("a[data-dangerous]", tmp_path / "got")
    assert got == attachment.read_bytes()
    reviewer.reply(REPLY)
    assert REPLY in reporter.replies(codename)


def test_the_site_hands_out_what_the_command_builds(
    house: House, chromium: Browser, tmp_path: Path
) -> None:
    """Byte for byte: a stick can be held against the site, and the release."""
    place = house.organisation.place
    main([
        *("--directory", str(place / "intake" / "directory.json")),
        *("--organisation", str(place / "offline" / "organisation.json")),
        *("--out", str(tmp_path / "stick")),
    ])  # fmt: skip
    page = chromium.new_page()
    page.goto(f"{house.intake}/ru/help")
    page.click("details:has(a[download]) > summary")
    with page.expect_download() as saving:
        page.click("a[download]")
    saving.value.save_as(tmp_path / "saved.html")
    page.close()

    assert saving.value.suggested_filename == "offline-ru.html"
    built = tmp_path / "stick" / "offline-ru.html"
    assert (tmp_path / "saved.html").read_bytes() == built.read_bytes()
    directory = json.loads((place / "intake" / "directory.json").read_text())
    assert directory["organisation"]["ru"] in built.read_text()
