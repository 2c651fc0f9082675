"""The licence document as one HTML page without scripts."""

from collections.abc import Iterator
from html import escape

from market.documents import Document, Section

STYLE = """
body { font: 11pt/1.5 "Noto Sans", system-ui, sans-serif; color: #111; background: #fff }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.6rem; line-height: 1.2 } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; border-bottom: 1px solid #999 }
dl { display: grid; grid-template-columns: minmax(9rem, 14rem) 1fr; gap: .3rem 1rem; margin: 0 } dt { color: #444 } dd { margin: 0 }
dd, li, pre { overflow-wrap: anywhere } pre { white-space: pre-wrap; border-left: 3px solid #999; padding-left: 1rem }
pre { font: 9.5pt/1.45 "Noto Sans", system-ui, sans-serif }
.digest { font-size: .85rem; color: #444 } @media print { body { margin: 0; max-width: none } h2 { break-after: avoid } }
@media (max-width: 34rem) { dl { grid-template-columns: 1fr; gap: 0 } dd { margin-bottom: .6rem } }
"""


def page(document: Document) -> str:
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(document.number)}</title><style>{STYLE}</style></head><body><main>",
        f"<h1>{escape(document.title)}<br>{escape(document.number)}</h1><p>{escape(document.standing)}</p>",
        *(part for section in document.sections for part in _section(section)),
        f'<p class="digest">SHA-256 of what this document says: {document.digest}</p></main></body></html>',
    ]
    return "".join(parts)


def _section(section: Section) -> Iterator[str]:
    yield f"<section><h2>{escape(section.title)}</h2>"
    if section.rows:
        rows = (
            f'<dt dir="auto">{escape(name)}</dt><dd dir="auto">{escape(value)}</dd>' for name, value in section.rows
        )
        yield f"<dl>{''.join(rows)}</dl>"
    if section.points:
        points = (f'<li dir="auto">{escape(point)}</li>' for point in section.points)
        yield f"<ul>{''.join(points)}</ul>"
    if section.exact:
        yield f'<pre dir="auto">{escape(section.exact)}</pre>'
    yield "</section>"
