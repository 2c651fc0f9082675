"""Placeholder portraits of twins: cut-paper pictures of nobody, the same for the same names. Pure but for `answer`.

The model's handle chooses the face and the hair's cut, the twin's the light, the clothes and the wall behind.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response

HANDLE = re.compile(r"[a-z0-9-]{1,60}")
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""A picture that is opened by itself is a page of our origin: it may do nothing."""

SKINS = (
    ("#f3d9c6", "#e2b89c", "#b9725c"),
    ("#ecc6a8", "#d6a07c", "#a9604a"),
    ("#d9a47c", "#bd8259", "#8f4f3a"),
    ("#b67c52", "#98623c", "#74402b"),
    ("#8a5636", "#6f4128", "#532b1c"),
    ("#5f3a27", "#4a2b1c", "#371c13"),
)
"""From light to dark: skin, its shadow, lips."""
HAIRS = {
    "blonde": ("#d8b574", "#bd9650"),
    "red": ("#a9512c", "#873b1d"),
    "brown": ("#5d3f2c", "#452c1d"),
    "black": ("#25211f", "#15120f"),
    "grey": ("#a8a39b", "#8b857c"),
}
WALLS = (
    ("#e9dfd2", "#d8c7b2"),
    ("#d9e0dc", "#bccac3"),
    ("#ead2c5", "#d9b3a0"),
    ("#d6dbe4", "#b9c2d1"),
    ("#e6dcc0", "#d4c493"),
    ("#dcd3dd", "#c3b3c6"),
    ("#cfd8cb", "#aebda8"),
)
CLOTHES = ("#2f3a44", "#8a3b22", "#f2eee6", "#44523f", "#1f1d1b", "#b98a5a", "#5a4a63", "#36566b")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sitter:
    """`skin` counts from light, 0, to dark, 5. What is not said, the handle chooses."""

    model: str
    twin: str
    hair: str | None = None
    skin: int | None = None
    cut: str | None = None


def draw(sitter: Sitter) -> str:
    """600 by 800, an SVG with no letter in it."""
    who, how = _Choices(sitter.model), _Choices(f"{sitter.model}/{sitter.twin}")
    skin = SKINS[sitter.skin] if sitter.skin is not None else who.of(SKINS)
    hair = HAIRS[sitter.hair] if sitter.hair else who.of(list(HAIRS.values()))
    behind, before = CUTS[sitter.cut] if sitter.cut else who.of(list(CUTS.values()))
    wall, shape = how.of(WALLS)
    cloth, turn = how.of(CLOTHES), how.between(-4, 4)
    parts = [
        f'<rect width="600" height="800" fill="{wall}"/>',
        how.of(SHAPES).format(fill=shape, x=how.between(180, 420), y=how.between(230, 330)),
        f'<g transform="rotate({turn} 300 800)">',
        f'<path d="{behind}" fill="{hair[1]}"/>' if behind else "",
        f'<path d="M252 470h96v120q-48 52-96 0z" fill="{skin[1]}"/>',
        f'<path d="{who.of(SHOULDERS)}" fill="{skin[0]}"/>',
        f'<path d="{how.of(GARMENTS)}" fill="{cloth}"/>',
        _face(skin, hair[1], jaw=who.between(-8, 8)),
        f'<path d="{before}" fill="{hair[0]}"/>',
        "</g>",
    ]
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 800" width="600" height="800" role="img">'
        f"{''.join(parts)}</svg>"
    )


def _face(skin: tuple[str, str, str], line: str, *, jaw: int) -> str:
    """An oval with its shadow, lowered eyes, a line of nose, a mouth."""
    tone, shadow, lips = skin
    oval = f"M196 330C196 232 242 188 300 188S404 232 404 330C404 {420 + jaw} 352 {510 + jaw} 300 {510 + jaw}S196 {420 + jaw} 196 330z"
    side = f"M318 189C366 200 404 244 404 330C404 {420 + jaw} 352 {510 + jaw} 300 {510 + jaw}C356 470 372 400 366 330C362 270 344 220 318 189z"
    pen = f'fill="none" stroke="{line}" stroke-width="5" stroke-linecap="round"'
    return (
        f'<path d="{oval}" fill="{tone}"/><path d="{side}" fill="{shadow}" opacity=".55"/>'
        f'<path d="M228 318q22-14 46-4M328 314q24-10 46 4" {pen} opacity=".8"/>'
        f'<path d="M234 350q18 14 38 0M330 350q20 14 38 0" {pen}/>'
        f'<path d="M304 346q10 42 12 56q-2 10-18 10" fill="none" stroke="{shadow}" stroke-width="5" stroke-linecap="round"/>'
        f'<path d="M266 448q18-12 34-4q16-8 34 4q-16 20-34 20t-34-20z" fill="{lips}"/>'
        f'<path d="M268 449q32 6 64 0" fill="none" stroke="{tone}" stroke-width="2" opacity=".5"/>'
    )


SHAPES = (
    '<circle cx="{x}" cy="{y}" r="210" fill="{fill}"/>',
    '<path d="M90 800V360a210 210 0 0 1 420 0v440z" fill="{fill}"/>',
    '<path d="M0 {y}L600 140V800H0z" fill="{fill}"/>',
    '<rect x="{x}" width="260" height="800" fill="{fill}"/>',
    '<path d="M0 560Q{x} 440 600 600V800H0z" fill="{fill}"/>',
)
SHOULDERS = (
    "M252 540C240 600 150 612 104 660C80 690 70 750 66 850H534C530 750 520 690 496 660C450 612 360 600 348 540Q300 590 252 540z",
    "M252 540C244 606 164 624 122 668C98 700 90 752 88 850H512C510 752 502 700 478 668C436 624 356 606 348 540Q300 590 252 540z",
)
GARMENTS = (
    "M104 660C150 612 222 606 246 566L300 690L354 566C378 606 450 612 496 660C520 690 530 750 534 850H66C70 750 80 690 104 660z",
    "M104 660C150 612 226 606 250 552Q300 606 350 552C374 606 450 612 496 660C520 690 530 750 534 850H66C70 750 80 690 104 660z",
    "M150 640Q180 700 300 706T450 640C500 660 526 740 534 850H66C74 740 100 660 150 640z",
    "M244 500Q300 540 356 500L366 590C430 612 470 630 496 660C520 690 530 750 534 850H66C70 750 80 690 104 660C130 630 170 612 234 590z",
    "M120 652L196 624Q230 700 300 712T404 624L480 652C516 690 530 750 534 850H66C70 750 84 690 120 652z",
)
CUTS = {
    "long": (
        "M172 330C160 190 230 132 300 132S440 190 428 330C424 440 470 560 440 660Q400 700 350 640H250Q200 700 160 660C130 560 176 440 172 330z",
        "M192 352C184 220 236 150 300 150S416 220 408 352C396 290 372 236 300 206C228 236 204 290 192 352z",
    ),
    "bob": (
        "M176 330C164 196 230 136 300 136S436 196 424 330Q430 440 446 486Q400 520 364 486H236Q200 520 154 486Q170 440 176 330z",
        "M190 372C176 226 232 148 306 148S420 226 410 372C404 300 380 262 340 232C290 262 214 262 190 372z",
    ),
    "knot": (
        "M258 138a46 46 0 1 1 84 0z",
        "M190 350C180 214 238 146 300 146S420 214 410 350C404 276 372 226 300 216C228 226 196 276 190 350z",
    ),
    "waves": (
        "M168 330C150 180 236 124 300 124S450 180 432 330C480 380 436 430 470 480C494 540 440 600 410 596C370 590 360 540 300 540S230 590 190 596"
        "C160 600 106 540 130 480C164 430 120 380 168 330z",
        "M188 366C172 214 250 146 318 150C392 156 420 230 410 366C402 296 392 254 350 222C300 250 210 252 188 366z",
    ),
    "short": (
        "",
        "M190 340C166 200 226 142 300 138S436 196 410 340C404 300 398 262 376 236C330 214 262 214 224 236C202 262 196 300 190 340z",
    ),
    "curls": (
        "M150 300C130 180 210 96 300 96S470 180 450 300C476 360 440 420 420 430H180C160 420 124 360 150 300z",
        "M186 330C170 220 220 150 300 146S430 220 414 330C404 282 380 250 352 240Q324 214 300 234Q276 214 248 240C220 250 196 282 186 330z",
    ),
}
"""What hangs behind the head, and what lies before it."""


class _Choices:
    """Chance that always falls the same way for the same word."""

    def __init__(self, word: str) -> None:
        self._left = int.from_bytes(hashlib.sha256(word.encode()).digest())

    def of(self, several: Sequence[T]) -> T:
        self._left, which = divmod(self._left, len(several))
        return several[which]

    def between(self, least: int, most: int) -> int:
        return self.of(range(least, most + 1))


async def answer(request: Request) -> Response:
    """`/portraits/{model}/{twin}.svg?hair=red&skin=1&cut=bob`; what is not known is left to the handles."""
    model, twin = request.path_params["model"], request.path_params["twin"]
    if not HANDLE.fullmatch(model) or not HANDLE.fullmatch(twin):
        return Response(status_code=404)
    asked = request.query_params
    skin = asked.get("skin", "")
    sitter = Sitter(
        model,
        twin,
        hair=asked["hair"] if asked.get("hair") in HAIRS else None,
        skin=int(skin) if skin in {str(place) for place in range(len(SKINS))} else None,
        cut=asked["cut"] if asked.get("cut") in CUTS else None,
    )
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "public, max-age=86400"}
    return Response(draw(sitter), media_type="image/svg+xml", headers=headers)
