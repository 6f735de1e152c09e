"""What a page loads, read from hostile HTML."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.audit_site.judging import references


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ('<script src="/static/x.js">', ["/static/x.js"]),
        ('<SCRIPT SRC="x.js">', ["/ru/x.js"]),
        ("<link rel=preload href=//evil.example/a>", ["//evil.example/a"]),
        ('<img src="data:image/png,x">', ["data:image/png,x"]),
        ('<svg><script href="/y.js"/></svg>', ["/y.js"]),
        ('<base href="https://evil.example/">', ["https://evil.example/"]),
        ('<form action="https://evil.example/">', ["https://evil.example/"]),
        ('<button formaction="/elsewhere">', ["/elsewhere"]),
        ('<meta http-equiv="Refresh" content="0;url=/x">', ["/ru/0;url=/x"]),
        ('<img src="/a"><img src="/a">', ["/a"]),
        ('<script src="/x.js?a=1">', ["/x.js?a=1"]),
        ('<script src="http://[">', ["http://["]),
        ('<a href="https://kk.wikipedia.org/">', []),
        ('<![foo[><script src="/z.js">', ["/z.js"]),
    ],
)
def test_what_a_page_loads_is_found(page: str, expected: list[str]) -> None:
    """By whatever element; what merely leads elsewhere is left out."""
    assert list(references(page, "/ru/report")) == expected


@given(page=st.text(alphabet="<>![]/=\"' abscriptlinkmet-&#;x\n", max_size=120))
def test_any_page_is_read(page: str) -> None:
    """A hostile page never ends the auditor."""
    references(page, "/")
