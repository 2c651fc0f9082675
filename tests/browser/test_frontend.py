"""The web app's own units, and what its first screen weighs."""

import asyncio
import gzip
import json
from pathlib import Path
from typing import Any

from tests.browser.conftest import HOUSE, built

BUDGET = 165_000
"""Bytes of JavaScript, gzip, until a screen can be used. A screen that needs more loads what is below the fold later."""
WEB = HOUSE / "server" / "web"


def weight(manifest: dict[str, Any], *entries: str) -> int:
    """Of the entries and of all that they import before they run."""
    needed: set[str] = set()
    left = list(entries)
    while left:
        chunk = manifest[left.pop()]
        if chunk["file"] not in needed:
            needed.add(chunk["file"])
            left += chunk.get("imports", [])
    return sum(len(gzip.compress((WEB / file).read_bytes(), 9)) for file in needed if file.endswith(".js"))


async def test_first_screens_are_light(web: None) -> None:
    manifest = json.loads((WEB / "manifest.json").read_text())
    screens = {
        "sign in": ("index.html", "src/app/SignIn.tsx"),
        "a model's home": ("index.html", "src/models/area.tsx", "src/models/Home.tsx"),
        "a model's rates": ("index.html", "src/models/area.tsx", "src/models/Rates.tsx"),
        "a brand's catalogue": ("index.html", "src/brands/area.tsx", "src/brands/Catalogue.tsx"),
        "an agency's payouts": ("index.html", "src/agencies/area.tsx", "src/agencies/Payouts.tsx"),
        "a crew member's work": ("index.html", "src/contributors/area.tsx", "src/contributors/Work.tsx"),
    }
    weights = {name: weight(manifest, *entries) for name, entries in screens.items()}
    assert {name: bytes for name, bytes in weights.items() if bytes > BUDGET} == {}
    assert all(bytes > 50_000 for bytes in weights.values()), weights  # or it weighed nothing at all


async def test_its_units_hold(web: None) -> None:
    await asyncio.to_thread(built().run, "run", "test")


def test_nothing_is_fetched_from_elsewhere() -> None:
    lock = json.loads((Path(HOUSE) / "frontend" / "package-lock.json").read_text())["packages"]
    assert [
        name for name, package in lock.items() if name and not package.get("integrity") and not package.get("link")
    ] == []
    assert [name for name, package in lock.items() if "resolved" in package] == []
    assert [name for name, package in lock.items() if package.get("hasInstallScript")] == []
