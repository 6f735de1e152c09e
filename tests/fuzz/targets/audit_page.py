"""A page that a hostile server gives the auditor: what it loads is listed."""

from deploy.audit_site.judging import references

_PATH = "/ru/report"


def target(data: bytes) -> bool:
    """List what a page loads; the same page gives the same list."""
    page = data.decode(errors="replace")
    found = references(page, _PATH)
    assert len(set(found)) == len(found), "listed twice"
    assert found == references(page, _PATH)
    return bool(found)


def seeds() -> dict[str, bytes]:
    """Elements that load, and markup that parsers stumble over."""
    pages = {
        "script": '<!doctype html><script src="/static/page.js" integrity=x></script>',
        "elsewhere": '<img src=//evil.example/a srcset="b 2x"><base href=/x/>',
        "refresh": '<meta http-equiv=Refresh content="0;url=https://evil.example">',
        "inline": "<script>document.write('<script src=x>')</script>",
        "bad_port": '<link href="https://here.invalid:99999/x">',
        "bad_bracket": '<a><form action="http://[x">',
        "marked_section": "<![if IE]><![endif]><![CDATA[x]]><!foo><?php ?>",
        "unfinished": '<!-- <script src="a',
        "nothing": "текст",
    }
    return {name: page.encode() for name, page in pages.items()}
