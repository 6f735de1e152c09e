"""The parts of bench/page.py run: Chromium, its worker, and what is measured there."""

from pathlib import Path

import pytest

from bench.chromium import chromium
from bench.page import film, seal_often, served

pytestmark = [
    pytest.mark.enable_socket,
    pytest.mark.end_to_end,
    pytest.mark.needs("chromium", "node"),
]


def test_a_file_is_sealed_and_measured(tmp_path: Path) -> None:
    """A benchmark that nobody runs for a month still runs."""
    path = film(tmp_path / "film.bin", megabytes=2)

    with served() as origin, chromium() as browser:
        [run] = seal_often("chromium", browser, origin, path, rounds=1)

    assert run.megabytes_a_second > 0
    assert run.gap_milliseconds > 0
    assert run.share_of_cipher is not None
