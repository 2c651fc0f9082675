"""Where a brand hands in files, with all that stands behind it."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import obstore
import sqlalchemy as sa
from starlette.applications import Starlette
from starlette.routing import Route

from core.actor import SYSTEM, Actor
from core.seal import Seal
from market import assets, uploads
from market.rights import Medium
from market.states import UploadStatus
from market.tables import Asset, Upload
from server.envelope import Envelope
from server.files import Files
from server.jobs import discard_uploads
from server.uploads import Uploads
from server.worker import ACTIVITY_KEPT, Tools
from tests import factories
from tests.factories import number
from tests.market.test_certificates import Deal

SEAL = Seal("a secret of at least sixteen characters")
URL = "http://market.example"
MOST = 1_000_000
PICTURE = b"\xff\xd8\xff\xe0" + b"a picture " * 5000


class Desk:
    """Lumen's deal, an object store, and the two addresses over HTTP."""

    def __init__(self, deal: Deal, files: Files, most: int = MOST) -> None:
        self.deal, self.database, self.files = deal, deal.database, files
        routes = Uploads(self.database, self.files, SEAL, most)
        app = Starlette(routes=[
            Route("/uploads/{token}", routes.put, methods=["PUT"]), Route("/files/{token}", routes.get),
        ])  # fmt: skip
        transport = httpx.ASGITransport(app=Envelope(app, URL), raise_app_exceptions=False)
        self.http = httpx.AsyncClient(transport=transport, base_url=URL)
        self.tools = Tools(
            self.database.work(SYSTEM),
            self.database.read(SYSTEM),
            None,
            ACTIVITY_KEPT,
            self.database.snapshot(SYSTEM),
            self.files,
        )  # type: ignore[arg-type]

    async def create(self, actor: Actor | None = None) -> tuple[int, str]:
        async with self.database.work(actor or self.deal.lumen.actor)() as work:
            upload = await uploads.create(work, brand_id=None)
            return upload.id or 0, uploads.address(upload.id or 0, SEAL, URL)

    async def put(self, address: str, content: Any = PICTURE, **headers: str) -> httpx.Response:
        return await self.http.put(address, content=content, headers=headers)

    async def submit(self, upload_id: int, content: bytes = PICTURE) -> Asset:
        async with self.database.work(self.deal.lumen.actor)() as work:
            return await assets.submit(
                work, licence_id=number(self.deal.licence), title="Look", medium=Medium.SOCIAL_PAID, url="",
                sha256=hashlib.sha256(content).hexdigest(), upload_id=upload_id,
            )  # fmt: skip

    async def link(self, upload_id: int, *, now: datetime | None = None) -> str:
        return uploads.link(upload_id, SEAL, URL, now or datetime.now(UTC))

    async def rows(self) -> list[Upload]:
        async with self.database.read(SYSTEM)() as read:
            return list((await read.session.execute(sa.select(Upload).order_by(sa.text("id")))).scalars())

    def objects(self) -> list[str]:
        return sorted(each["path"] for some in obstore.list(self.files.store) for each in some)

    async def later(self, **by: float) -> None:
        await factories.move_clock(self.database, timedelta(**by))

    async def sweep(self) -> None:
        await discard_uploads(self.tools, {})

    async def agree(self) -> None:
        """Every kept row has its object, every object its row."""
        rows = await self.rows()
        assert {row.object_key for row in rows if row.status is UploadStatus.KEPT} <= set(self.objects())
        assert set(self.objects()) <= {row.object_key for row in rows}
