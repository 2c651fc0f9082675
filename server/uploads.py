"""Files that come and go: PUT to an upload's address, GET from a link. Who has the address may; cookies are not read."""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from core.actor import SYSTEM
from core.errors import NotFound, WrongState
from core.seal import Seal
from market import store, uploads
from market.tables import Upload
from server.database import Database
from server.files import Files
from server.graphql import errors

ARRIVAL_SECONDS = 600
HEAD_BYTES = 64
RANGE = re.compile(r"bytes=(\d{1,15})-(\d{0,15})")

LOCKED_AWAY = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; media-src 'self'; sandbox",
    "X-Content-Type-Options": "nosniff",
}
"""A file that somebody sent runs nothing, wherever it is opened."""


class Unwelcome(Exception):
    """Turned away with an HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def media_type(head: bytes) -> str | None:
    """What the first bytes say that it is, of what may be uploaded. What the sender calls it is not asked."""
    brand = head[8:12] if head[4:8] == b"ftyp" else b""
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if brand in (b"avif", b"avis"):
        return "image/avif"
    if brand == b"qt  ":
        return "video/quicktime"
    if brand[:3] in (b"iso", b"mp4", b"avc", b"M4V", b"das", b"MSN"):
        return "video/mp4"
    return "video/webm" if head.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in head else None


@dataclass(slots=True)
class Arrival:
    """A file as it passes: counted, hashed and looked at. Raises Unwelcome in the middle of it."""

    body: AsyncIterator[bytes]
    most: int
    size: int = 0
    kind: str = ""
    _hash: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    async def chunks(self) -> AsyncIterator[bytes]:
        head = b""
        async for chunk in self.body:
            self.size += len(chunk)
            if self.size > self.most:
                raise Unwelcome(413, f"A file has at most {self.most} bytes.")
            self._hash.update(chunk)
            if self.kind:
                yield chunk
            elif len(head := head + chunk) >= HEAD_BYTES:
                self._look(head)
                yield head
        if not self.kind:
            self._look(head)
            yield head

    def _look(self, head: bytes) -> None:
        kind = media_type(head[:HEAD_BYTES])
        if kind is None:
            raise Unwelcome(415, "Send a picture (JPEG, PNG, WebP, AVIF) or a film (MP4, QuickTime, WebM).")
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Uploads:
    database: Database
    files: Files
    seal: Seal
    most: int

    async def put(self, request: Request) -> Response:
        """One file to one address. 201 with its SHA-256, size and type."""
        number = uploads.opened(request.path_params["token"], self.seal)
        try:
            if int(request.headers.get("content-length", "0")) > self.most:
                raise Unwelcome(413, f"A file has at most {self.most} bytes.")
            upload = await self._begin(number)
            arrival = await self._take(upload, Arrival(aiter(request.stream()), self.most))
        except Unwelcome as turned:
            return _refused(request, turned.status, str(turned))
        told = {"sha256": arrival.sha256, "bytes": arrival.size, "type": arrival.kind}
        return JSONResponse(told, status_code=201, headers={"Cache-Control": "no-store"})

    async def _begin(self, number: int | None) -> Upload:
        try:
            async with self.database.work(SYSTEM)() as work:
                return await uploads.begin(work, upload_id=number or 0)
        except NotFound as unknown:
            raise Unwelcome(404, unknown.message) from None
        except WrongState as taken:
            raise Unwelcome(409, taken.message) from None

    async def _take(self, upload: Upload, arrival: Arrival) -> Arrival:
        """The object first, then the row that says it is whole. Dying between leaves a row that the sweeper clears."""
        try:
            async with asyncio.timeout(ARRIVAL_SECONDS):
                await self.files.put(upload.object_key, arrival.chunks())
        except TimeoutError:
            await self._failed(upload)
            raise Unwelcome(408, f"A file must arrive within {ARRIVAL_SECONDS // 60} minutes.") from None
        except ClientDisconnect:
            await self._failed(upload)
            raise Unwelcome(400, "The file did not arrive whole.") from None
        except BaseException:
            await self._failed(upload)
            raise
        async with self.database.work(SYSTEM)() as work:
            what = {"media_type": arrival.kind, "size": arrival.size, "sha256": arrival.sha256}
            await uploads.arrived(work, upload_id=upload.id or 0, **what)  # type: ignore[arg-type]
        return arrival

    async def _failed(self, upload: Upload) -> None:
        async with self.database.work(SYSTEM)() as work:
            await uploads.failed(work, upload_id=upload.id or 0)

    async def get(self, request: Request) -> Response:
        """The file behind a link that still holds; a part of it to who asks for a range."""
        link = uploads.linked(request.path_params["token"], self.seal)
        async with self.database.read(SYSTEM)() as read:
            left = link[1] - int(read.now.timestamp()) if link is not None else 0
            found = await store.uploads.by_ids(read, [link[0]]) if link is not None and left > 0 else {}
            is_erased = link is not None and not found and await store.uploads.is_erased(read, link[0])
        upload = found.get(link[0]) if link is not None else None
        if is_erased:
            return _refused(
                request, 410, "This file was deleted: whom it showed has been erased. It does not come back."
            )
        if upload is None or upload.bytes is None:
            return _refused(request, 404, "This link does not hold any more. Ask for the asset's url again.")
        part = _part(request.headers.get("range", ""), upload.bytes)
        start, end = part or (0, upload.bytes)
        headers = {
            **LOCKED_AWAY,
            "Accept-Ranges": "bytes",
            "Cache-Control": f"private, max-age={left}",
            "Content-Length": str(end - start),
            "Content-Disposition": "inline",
            "ETag": f'"{upload.sha256}"',
        }
        if part is not None:  # a player asks for all from 0, and winds only if that is answered as a part
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{upload.bytes}"
        body = self.files.chunks(upload.object_key, start=start, end=end) if request.method == "GET" else _nothing()
        return StreamingResponse(
            body, status_code=200 if part is None else 206, media_type=upload.media_type, headers=headers
        )


def _part(header: str, size: int) -> tuple[int, int] | None:
    """The range that is asked for, from and up to before."""
    asked = RANGE.fullmatch(header.strip())
    if asked is None:
        return None
    start, last = int(asked[1]), int(asked[2]) if asked[2] else size - 1
    return (start, min(last + 1, size)) if start <= last and start < size else None


async def _nothing() -> AsyncIterator[bytes]:
    return
    yield b""


def _refused(request: Request, status: int, message: str) -> Response:
    code = {404: "NOT_FOUND", 409: "CONFLICT", 410: "GONE"}.get(status, "BAD_USER_INPUT")
    return JSONResponse({"errors": errors.problem(code, message, request.state.request_id)}, status_code=status)
