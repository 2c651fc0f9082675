"""Where files lie: an object store, which is a folder on this machine or a bucket."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import obstore
from obstore.store import LocalStore, MemoryStore, ObjectStore, from_url

from server.settings import Settings

PART = 5 * 1024 * 1024
PARTS_AT_ONCE = 2
"""So an arriving file takes some 15 MB of memory, whatever its size."""


@dataclass(frozen=True, slots=True)
class Files:
    store: ObjectStore

    async def put(self, key: str, chunks: AsyncIterator[bytes]) -> None:
        """All of it or none of it: when `chunks` raises, or this is cancelled, there is no object."""
        await obstore.put_async(
            self.store, key, chunks, use_multipart=True, chunk_size=PART, max_concurrency=PARTS_AT_ONCE
        )

    async def chunks(self, key: str, *, start: int, end: int) -> AsyncIterator[bytes]:
        """Its bytes from `start` up to before `end`. Raises FileNotFoundError."""
        found = await obstore.get_async(self.store, key, options={"range": (start, end)})
        async for chunk in found.stream(min_chunk_size=256 * 1024):
            yield bytes(chunk)

    async def delete(self, key: str) -> None:
        """Whether or not it is there."""
        try:
            await obstore.delete_async(self.store, key)
        except FileNotFoundError:
            return

    async def older_than(self, moment: datetime, *, under: str) -> AsyncIterator[Sequence[str]]:
        """The keys below a folder, some at a time, of objects last written before the moment."""
        async for some in obstore.list(self.store, prefix=under):
            yield [each["path"] for each in some if each["last_modified"] < moment]


def connect(settings: Settings) -> Files:
    if settings.files_url is not None:
        return Files(from_url(settings.files_url))
    folder = settings.data.absolute() / "files"
    return Files(LocalStore(folder, mkdir=True))


def in_memory() -> Files:
    """For who needs none, and for tests."""
    return Files(MemoryStore())
