"""The main table as a picture: for each operation, what share of the limit's requests a second every peer reaches."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from xml.sax.saxutils import escape

from bench.peers.measuring import Run, ratios

COLOURS = {"twinmarket": "#0f766e", "postgraphile": "#b45309", "plain": "#9ca3af", "limit": "#e5e7eb"}
WIDTH, BAR, GAP, LEFT, RIGHT = 720, 16, 14, 180, 90


def draw(found: Mapping[str, Mapping[str, Sequence[Run]]], file: Path) -> None:
    """Of every operation, the runs of every peer; the limit must be among them. Writes SVG."""
    shapes, top = [], GAP
    for operation, peers in found.items():
        shapes.append(_text(LEFT - 90, top + BAR - 3, operation, anchor="end", weight="bold"))
        for name, runs in peers.items():
            share = median(ratios(runs, peers["limit"]))
            length = max(1.0, min(share, 1.2) / 1.2 * (WIDTH - LEFT - RIGHT))
            shapes.append(_text(LEFT - 6, top + BAR - 3, name, anchor="end"))
            shapes.append(
                f'<rect x="{LEFT}" y="{top}" width="{length:.0f}" height="{BAR - 2}" fill="{COLOURS[name]}"/>'
            )
            told = f"{share:.2f} · {median(run.per_second for run in runs):,.0f}/s"
            shapes.append(_text(LEFT + int(length) + 6, top + BAR - 3, told))
            top += BAR
        top += GAP
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" font-family="system-ui, sans-serif" font-size="11">'
    file.write_text("\n".join([head, '<rect width="100%" height="100%" fill="#fff"/>', *shapes, "</svg>", ""]))


def _text(x: int, y: int, words: str, *, anchor: str = "start", weight: str = "normal") -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" font-weight="{weight}">{escape(words)}</text>'
