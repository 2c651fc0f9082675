"""The licence document as PDF, set by Typst with fonts that come along: nothing of the machine's own is used."""

import asyncio
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import datetime
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import orjson
import typst
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

from market.documents import Document

TEMPLATE = Path(__file__).with_name("licence.typ")
FAMILIES = ["Noto Sans", "Noto Sans CJK JP"]
"""The first that has a letter prints it; after these Typst looks through all the others that came along."""
FONT_PACKAGES = ("manimgx_fonts", "manimgx_fonts_cjk")
"""Noto, under the SIL Open Font License: Latin, Greek and Cyrillic, the scripts of Asia and Africa, symbols."""
UNSEEN = ("Cf", "Cc", "Zs", "Zl", "Zp")
_pool = ThreadPoolExecutor(1, thread_name_prefix="typst")
"""One at a time: a page takes a core for tens of milliseconds."""


@lru_cache(maxsize=1)
def fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=_folders())


@lru_cache(maxsize=1)
def letters() -> frozenset[int]:
    """Every character for which some font that came along has a glyph."""
    found: set[int] = set()
    for folder in _folders():
        for file in sorted(folder.glob("*.tt[fc]")):
            with TTFont(file, fontNumber=0, lazy=True) as font:
                found.update(font.getBestCmap())
    return frozenset(found)


def unprintable(text: str) -> str:
    """The characters of a text that no font here can print."""
    return "".join(each for each in text if ord(each) not in letters() and unicodedata.category(each) not in UNSEEN)


def spelled(text: str) -> str:
    """What no font can print is printed as its number: [U+0F56]. Nothing is left out, and nothing is an empty box."""
    if not (missing := set(unprintable(text))):
        return text
    return "".join(f"[U+{ord(each):04X}]" if each in missing else each for each in text)


def _spelled(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _spelled(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_spelled(each) for each in value]
    return spelled(value) if isinstance(value, str) else value


def _folders() -> list[Path]:
    return [Path(str(resources.files(package))) for package in FONT_PACKAGES]


async def pages(document: Document, at: datetime) -> bytes:
    """Off the event loop. The same document at the same moment is the same bytes."""
    return await asyncio.get_running_loop().run_in_executor(_pool, _set, document, at)


def _set(document: Document, at: datetime) -> bytes:
    data = orjson.dumps(_spelled(asdict(document)) | {"fonts": FAMILIES}).decode()
    inputs = {"data": data}
    made = typst.compile(
        TEMPLATE, font_paths=fonts(), ignore_system_fonts=True, sys_inputs=inputs, timestamp=at.replace(microsecond=0)
    )
    if not isinstance(made, bytes):
        raise TypeError("One PDF was expected.")
    return made
