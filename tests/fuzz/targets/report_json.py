"""`report.json`: refused with an own error, or read and written without loss."""

import json

from protocol.errors import MalformedError, UnknownFormatError
from protocol.report import Report
from protocol.report.writer import REPORT_ENTRY
from tests.fuzz.vector_seeds import pretty
from tests.vectors.case import load_cases
from tests.vectors.encoding import from_segments

_SEEDS = ("all_answers", "text_alone", "message", "answer_null", "answer_other_source")


def target(data: bytes) -> bool:
    """Parse it; serialise ∘ parse is identity, and never longer."""
    try:
        report = Report.parse(data)
    except (MalformedError, UnknownFormatError):
        return False
    written = report.to_json()
    assert Report.parse(written) == report, "what was written reads differently"
    assert json.loads(written) == json.loads(data), "a reader saw something else"
    assert len(written) <= len(data), "writing made it longer than the limit knows"
    return True


def seeds() -> dict[str, bytes]:
    """Documents out of the vectors, and one as nobody writes it."""
    cases = {case.name: case for case in load_cases("report")}
    found = {
        name: _document(from_segments(cases[name].given["archive"])) for name in _SEEDS
    }
    return found | {"pretty": pretty(found["text_alone"])}


def _document(archive: bytes) -> bytes:
    """Cut `report.json` out of an archive."""
    start = archive.index(REPORT_ENTRY.encode()) + len(REPORT_ENTRY)
    return archive[start : archive.index(b"PK\x07\x08", start)]
