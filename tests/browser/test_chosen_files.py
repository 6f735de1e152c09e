"""Chosen files: what they tell beside what they show is removed, or told."""

import itertools
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route

from protocol.codename import Codename
from protocol.mailbox import ReporterKeys
from protocol.report import Report
from tests.browser.conftest import Visit
from tests.intake.sealed import open_deposit
from tests.intake.server_process import ServerProcess

pytestmark = [
    pytest.mark.enable_socket,
    pytest.mark.end_to_end,
    pytest.mark.needs("chromium"),
]

SUBMIT = "#report button[type=submit]"
PLACE = b"43.238949 N 76.889709 E iPhone 15 2026-03-10T14:30:00"
SIDEWAYS = 6
"""Exif's orientation of a phone held upright."""

DRAW = """async (type) => {
  const canvas = new OffscreenCanvas(97, 61)
  const context = canvas.getContext('2d')
  for (let x = 0; x < 97; x++) for (let y = 0; y < 61; y++) {
    context.fillStyle = `rgb(${x * 2} ${y * 4} ${(x * y) % 256})`
    context.fillRect(x, y, 1, 1)
  }
  const blob = await canvas.convertToBlob({ type, quality: 0.6 })
  return [...new Uint8Array(await blob.arrayBuffer())]
}"""

HURRY = """const Real = Date
let moment = Real.now()
globalThis.Date = class extends Real {
  constructor(...values) { super(...(values.length ? values : [moment += 3000])) }
}"""
"""Three seconds pass whenever the page looks at the clock."""

PIXELS = """async (bytes) => {
  const image = await createImageBitmap(new Blob([new Uint8Array(bytes)]))
  const { width, height } = image
  const context = new OffscreenCanvas(width, height).getContext('2d')
  context.drawImage(image, 0, 0)
  const { data } = context.getImageData(0, 0, width, height)
  const hash = await crypto.subtle.digest('SHA-256', data)
  return [width, height, ...new Uint8Array(hash)]
}"""


def _exif() -> bytes:
    """Write Exif as a phone does: which way up, and where."""
    entries = struct.pack("<HHIHH", 0x0112, 3, 1, SIDEWAYS, 0)
    entries += struct.pack("<HHII", 0x9286, 7, len(PLACE), 38)
    return b"II*\0" + struct.pack("<IH", 8, 2) + entries + bytes(4) + PLACE


def _into_jpeg(picture: bytes) -> bytes:
    exif = b"Exif\0\0" + _exif()
    segment = b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif
    return picture[:20] + segment + picture[20:] + PLACE


def _into_png(picture: bytes) -> bytes:
    exif = b"eXIf" + _exif()
    chunk = struct.pack(">I", len(exif) - 4) + exif
    chunk += struct.pack(">I", zlib.crc32(exif))
    return picture[:33] + chunk + picture[33:] + PLACE


def _into_webp(picture: bytes) -> bytes:
    exif = _exif()
    exif += bytes(len(exif) % 2)
    chunk = b"EXIF" + struct.pack("<I", len(exif)) + exif
    inside = picture[8:20] + bytes([picture[20] | 8]) + picture[21:] + chunk
    return b"RIFF" + struct.pack("<I", len(inside)) + inside


KINDS: dict[str, Callable[[bytes], bytes]] = {
    "jpeg": _into_jpeg,
    "png": _into_png,
    "webp": _into_webp,
}


def _draw(page: Page, kind: str) -> bytes:
    return bytes(page.evaluate(DRAW, f"image/{kind}"))


def _pixels(page: Page, picture: bytes) -> list[int]:
    """Decode a picture as browsers show it; return its size and a hash."""
    pixels: list[int] = page.evaluate(PIXELS, list(picture))
    return pixels


def _sent(visit: Visit, intake: ServerProcess) -> list[bytes]:
    """Send the report that is open; return its files as a reviewer opens them."""
    _, files = _sent_report(visit, intake)
    return files


def _sent_report(visit: Visit, intake: ServerProcess) -> tuple[Report, list[bytes]]:
    before = set((intake.data / "deposits").iterdir())
    visit.page.fill("#text", "Фото")
    visit.page.click(SUBMIT)
    visit.shown("#received")
    (path,) = set((intake.data / "deposits").iterdir()) - before
    shown = visit.page.text_content("#codename-characters") or ""
    keys = ReporterKeys.derive(Codename.parse(shown), visit.organisation.id)
    return open_deposit(path.read_bytes(), visit.organisation, keys.mailbox)


def test_photos_go_out_without_place_and_device_and_with_the_same_pixels(
    visit: Visit, intake: ServerProcess, tmp_path: Path
) -> None:
    """Nothing is decoded or compressed anew; they still stand upright."""
    visit.open("/ru/report")
    drawn = {kind: _draw(visit.page, kind) for kind in KINDS}
    photos = {kind: into(drawn[kind]) for kind, into in KINDS.items()}
    paths = [tmp_path / f"IMG_0001.{kind}" for kind in KINDS]
    for path, photo in zip(paths, photos.values(), strict=True):
        path.write_bytes(photo)
    before = [_pixels(visit.page, photo) for photo in photos.values()]

    visit.page.set_input_files("#attachments", paths)
    visit.page.wait_for_selector("#chosen-files li:nth-child(3) :text('удалены')")
    sent = _sent(visit, intake)

    assert [PLACE in photo for photo in photos.values()] == [True] * 3
    assert [PLACE in each for each in sent] == [False] * 3
    assert [_pixels(visit.page, each) for each in sent] == before
    # A phone's photo is turned: the drawing itself lies on its side.
    assert before[0][:2] == [61, 97]
    assert visit.complaints == []


def test_a_photo_whose_place_is_evidence_goes_out_whole(
    visit: Visit, intake: ServerProcess, tmp_path: Path
) -> None:
    """The reporter decides, file by file; a choice survives another file."""
    visit.open("/en/report")
    photo = _into_jpeg(_draw(visit.page, "jpeg"))
    for name in ("evidence.jpg", "other.jpg"):
        (tmp_path / name).write_bytes(photo + name.encode())
    visit.page.set_input_files("#attachments", tmp_path / "evidence.jpg")
    visit.page.check("#chosen-files input")
    visit.page.set_input_files("#attachments", tmp_path / "other.jpg")
    visit.page.wait_for_selector("#chosen-files li:nth-child(2) input")

    assert visit.page.is_checked("#chosen-files li:nth-child(1) input")
    goes_as = visit.page.text_content("#chosen-files li:nth-child(2)") or ""
    assert "photo-002.jpg" in goes_as
    report, (whole, cleaned) = _sent_report(visit, intake)
    assert whole == photo + b"evidence.jpg"
    assert PLACE not in cleaned
    # A name can tell as much as what was removed.
    names = [attachment.name for attachment in report.attachments]
    assert names == ["evidence.jpg", "photo-002.jpg"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("kk", ("PDF", "Кеңсе", "экран", "дауыс")),
        ("ru", ("PDF", "офисн", "экран", "голос")),
        ("en", ("PDF", "office", "screen", "voice")),
    ],
)
def test_what_cannot_be_cleaned_is_told_by_kind(
    visit: Visit, tmp_path: Path, language: str, words: tuple[str, ...]
) -> None:
    """Nobody believes that all traces are gone because some are."""
    visit.open(f"/{language}/report")
    paths = [tmp_path / name for name in ("a.pdf", "b.docx", "c.heic", "d.mp4")]
    for path in paths:
        path.write_bytes(b"anything")

    visit.page.set_input_files("#attachments", paths)

    for at, word in enumerate(words, start=1):
        line = f"#chosen-files li:nth-child({at})"
        visit.page.wait_for_selector(f"{line} p:has-text('{word}')")
        assert visit.page.is_hidden(f"{line} [data-part=evidence]")


def test_a_page_without_files_does_not_load_the_cleaner(visit: Visit) -> None:
    """Most reports have no file, and phones are slow."""
    visit.open("/ru/report")
    visit.page.fill("#text", "Текст")
    visit.page.click(SUBMIT)
    visit.shown("#received")

    assert not visit.sent("/static/cleaner.js")


@pytest.mark.parametrize("breaks", ["at once", "after the button"])
def test_what_nobody_could_look_into_goes_only_if_the_reporter_says_so(
    visit: Visit, tmp_path: Path, intake: ServerProcess, breaks: str
) -> None:
    """On a bad line the cleaner does not come: the photo waits, and tells why."""
    held: list[Route] = []
    visit.page.context.route("**/static/cleaner.js", lambda route: held.append(route))  # noqa: PLW0108  # a built-in is no handler there
    visit.open("/ru/report")
    photo = _into_jpeg(_draw(visit.page, "jpeg"))
    (tmp_path / "a.jpg").write_bytes(photo)
    visit.page.fill("#text", "Фото")
    with visit.page.expect_request("**/static/cleaner.js"):
        visit.page.set_input_files("#attachments", tmp_path / "a.jpg")
    visit.page.wait_for_selector("#chosen-files li:has-text('Проверяем')")
    if breaks == "after the button":
        visit.page.click(SUBMIT)
        assert visit.page.is_disabled(SUBMIT)
    held.pop().abort()
    visit.page.wait_for_selector("#chosen-files li:has-text('проверить не удалось')")

    if breaks == "at once":
        with visit.page.expect_request("**/static/cleaner.js"):
            visit.page.click(SUBMIT)
        held.pop().abort()
    assert "связь прервалась" in visit.shown("#error-attachments").lower()
    assert not visit.sent("/uploads")

    visit.page.check("#chosen-files [data-part=box]")
    assert _sent(visit, intake) == [photo]


def test_the_button_tries_once_more_to_look(
    visit: Visit, tmp_path: Path, intake: ServerProcess
) -> None:
    """The line is better now: the photo goes without what it tells."""
    visit.page.context.route(
        "**/static/cleaner.js", lambda route: route.abort(), times=1
    )
    visit.open("/ru/report")
    photo = _into_jpeg(_draw(visit.page, "jpeg"))
    (tmp_path / "a.jpg").write_bytes(photo)

    visit.page.set_input_files("#attachments", tmp_path / "a.jpg")
    visit.page.wait_for_selector("#chosen-files li:has-text('проверить не удалось')")

    (sent,) = _sent(visit, intake)
    assert PLACE in photo
    assert PLACE not in sent


def test_what_is_found_after_the_button_is_shown_before_it_goes(
    visit: Visit, tmp_path: Path, intake: ServerProcess
) -> None:
    """Who presses at once has not yet read that a PDF keeps its author."""
    held: list[Route] = []
    visit.page.context.route("**/static/cleaner.js", lambda route: held.append(route))  # noqa: PLW0108  # a built-in is no handler there
    visit.open("/ru/report")
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7 anything")
    visit.page.fill("#text", "Договор")
    with visit.page.expect_request("**/static/cleaner.js"):
        visit.page.set_input_files("#attachments", tmp_path / "a.pdf")

    visit.page.click(SUBMIT)
    held.pop().continue_()

    assert "файл" in visit.shown("#error-attachments").lower()
    assert not visit.sent("/uploads")
    assert _sent(visit, intake) == [b"%PDF-1.7 anything"]


DROP = """
    ({ selector, name }) => {
        const dataTransfer = new DataTransfer()
        if (name) dataTransfer.items.add(new File(['dropped'], name))
        else dataTransfer.setData('text/plain', 'words')
        return ['dragover', 'drop'].map((kind) => {
            const how = { dataTransfer, bubbles: true, cancelable: true }
            const event = new DragEvent(kind, how)
            document.querySelector(selector).dispatchEvent(event)
            return event.defaultPrevented
        })
    }
"""


@pytest.mark.parametrize("selector", ["#attachments", "#text", "header", "body"])
def test_a_file_may_fall_anywhere(
    visit: Visit, intake: ServerProcess, selector: str
) -> None:
    """Beside the field the browser would open it, in place of all that was typed."""
    visit.open("/ru/report")

    taken = visit.page.evaluate(DROP, {"selector": selector, "name": "a.txt"})
    words = visit.page.evaluate(DROP, {"selector": selector, "name": ""})

    assert taken == [True, True]
    assert words == [False, False]
    visit.page.wait_for_selector("#chosen-files li:has-text('a.txt')")
    assert _sent(visit, intake) == [b"dropped"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("kk", ("Файл: 1/2 · a.mp4", "Жылдамдығы:", "кБ/", "мин")),
        ("ru", ("Файл: 1/2 · a.mp4", "Скорость:", "кБ/", "мин")),
        ("en", ("File: 1/2 · a.mp4", "Speed:", "kB/s", "min")),
    ],
)
def test_a_large_file_says_how_far_it_is_how_fast_and_how_long(
    visit: Visit, tmp_path: Path, language: str, words: tuple[str, ...]
) -> None:
    """On a slow line nobody knows otherwise whether to wait or to come back."""
    paths = [tmp_path / "a.mp4", tmp_path / "b.mp4"]
    for path in paths:
        path.write_bytes(bytes(2_000_000))
    held: list[Route] = []
    sent, seen = itertools.count(), itertools.count()
    visit.page.add_init_script(HURRY)
    visit.open(f"/{language}/report")
    # The third piece waits until everything has been read.
    visit.page.route(
        "**/uploads/*",
        lambda route: held.append(route) if next(sent) == 2 else route.continue_(),
    )
    visit.page.fill("#text", "Видео")
    visit.page.set_input_files("#attachments", paths)
    visit.page.wait_for_selector("#chosen-files[aria-busy=true]", state="detached")
    with visit.page.expect_request(
        lambda request: request.method == "PATCH" and next(seen) == 2
    ):
        visit.page.click(SUBMIT)

    visit.page.wait_for_selector("#progress-pace:not([hidden])")
    told = visit.page.inner_text("#sending")
    for word in words:
        assert word in told
    held[0].continue_()
    visit.shown("#received")
    assert visit.page.is_hidden("#progress-pace")
    assert visit.complaints == []
