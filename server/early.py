"""Which files a screen needs, told with the page: a phone on a slow line fetches them beside the first ones, not after them.

Vite's manifest says what imports what. The app keeps a screen in the file of its name: /models/ada/rates is `src/models/Rates.tsx`.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ENTRY = "index.html"
HOMES = {"models": "Home", "brands": "Home", "agencies": "Payouts", "contributors": "Work"}
"""Each area's screen without a name."""


@dataclass(slots=True)
class Early:
    manifest: Path
    _read_at: float = 0
    _chunks: dict[str, Any] = field(default_factory=dict)
    _known: dict[tuple[str, ...], str] = field(default_factory=dict)

    def links(self, path: str) -> str:
        """For the page at `path`; nothing where no file has that name."""
        self._refresh()
        wanted = tuple(name for name in _files(path) if name in self._chunks)
        if wanted not in self._known:
            self._known[wanted] = "".join(self._link(file) for file in self._missing(wanted))
        return self._known[wanted]

    def _refresh(self) -> None:
        """Read anew when it was built anew."""
        try:
            changed = self.manifest.stat().st_mtime
        except FileNotFoundError:
            return
        if changed != self._read_at:
            self._read_at, self._chunks, self._known = changed, json.loads(self.manifest.read_text()), {}

    def _missing(self, wanted: tuple[str, ...]) -> list[str]:
        """What the page does not fetch by itself."""
        first = {file for chunk in self._needed(ENTRY) for file in _own(chunk)}
        later = dict.fromkeys(file for name in wanted for chunk in self._needed(name) for file in _own(chunk))
        return [file for file in later if file not in first]

    def _needed(self, name: str) -> list[dict[str, Any]]:
        """The chunk, and all that it imports before it runs."""
        seen, left = dict[str, dict[str, Any]](), [name]
        while left:
            chunk = self._chunks.get(each := left.pop())
            if chunk is not None and each not in seen:
                seen[each] = chunk
                left += chunk.get("imports", [])
        return list(seen.values())

    def _link(self, file: str) -> str:
        kind = 'rel="preload" as="style"' if file.endswith(".css") else 'rel="modulepreload"'
        return f'<link {kind} crossorigin href="/{file}">'


def _files(path: str) -> Iterator[str]:
    area, *others = path.split("/")
    if area not in HOMES:
        yield f"src/app/{_title(area)}.tsx"
        return
    screen = others[1] if len(others) > 1 else ""
    yield f"src/{area}/area.tsx"
    yield f"src/{area}/{_title(screen) or HOMES[area]}.tsx"


def _title(words: str) -> str:
    """sign-in: SignIn."""
    return "".join(word.capitalize() for word in words.split("-"))


def _own(chunk: dict[str, Any]) -> list[str]:
    return [chunk["file"], *chunk.get("css", [])]
