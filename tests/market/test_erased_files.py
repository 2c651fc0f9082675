"""Pictures of a model who is erased: every stored object goes, whoever dies meanwhile, and links say so in words."""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import httpx
import obstore
import pytest
import sqlalchemy as sa
from obstore.store import LocalStore

from core.actor import SYSTEM
from market import credentials, licences, store
from market.states import TwinStatus
from market.tables import Asset, Licence
from server.credentials import development
from server.database import Database
from server.files import Files
from server.jobs import discard_uploads, erase_uploads
from tests import factories
from tests.factories import ListedTwin, Player, number
from tests.market.test_certificates import Deal
from tests.market.test_erasing import CANARIES, NEW_YEAR, erase, everything, scene, singing
from tests.server.test_credentials import Studio, png
from tests.server.test_deliveries import Street, made

__all__ = ["scene"]
SECRET = b"canaryword in the very pixels"


@dataclass(frozen=True)
class Dying(Files):
    """An object store that fails at its second deletion."""

    deleted: list[str] = field(default_factory=list)

    async def delete(self, key: str) -> None:
        if self.deleted:
            raise OSError("the disk is gone")
        self.deleted.append(key)
        await super().delete(key)


class Darkroom(Studio):
    """The singing model's pictures, and one of somebody else."""

    other: Asset

    async def make(self) -> None:
        await factories.set_status(self.database, self.deal.ada, TwinStatus.LISTED)
        await factories.move_clock(self.database, timedelta(seconds=1))
        stranger = Deal(self.database)
        stranger.ada = await factories.listed_twin(self.database, name="Otherwise")
        stranger.lumen = self.deal.lumen
        stranger.licence = await factories.licence(
            self.database, stranger.lumen, stranger.ada, factories.rights(start=0, days=300)
        )
        own, self.deal = self.deal, stranger
        self.other = await self.approved(png(99))
        self.deal = own

    def holding(self, word: bytes) -> list[str]:
        return [key for key in self.objects() if word in bytes(obstore.get(self.files.store, key).bytes()).lower()]

    async def pictures(self) -> tuple[Asset, Asset]:
        """One approved and signed, one that waits."""
        approved = await self.approved(png() + SECRET)
        await self.drain()
        upload_id, address = await self.create()
        assert (await self.put(address, png(3) + SECRET)).status_code == 201
        return approved, await self.submit(upload_id, png(3) + SECRET)

    async def end(self) -> None:
        await factories.move_clock(self.database, NEW_YEAR)
        async with self.database.work(SYSTEM)() as work:
            await licences.end_due(work)
        async with self.database.writes.begin() as connection:
            await connection.execute(sa.text("update payment set status = 'SUCCEEDED', succeeded_at = clock()"))

    async def see(self, asset: Asset, *, signed: bool = False) -> httpx.Response:
        found = await self.asset(asset)
        upload_id = found.signed_upload_id if signed else found.upload_id
        async with self.database.read(SYSTEM)() as read:
            return await self.http.get(await self.link(upload_id or 0, now=read.now))


@pytest.fixture
async def darkroom(
    database: Database, tmp_path: Path, scene: tuple[ListedTwin, Player, Licence]
) -> AsyncIterator[Darkroom]:
    deal = Deal(database)
    deal.ada, deal.lumen, deal.licence = scene
    room = Darkroom(deal, Files(LocalStore(tmp_path / "files", mkdir=True)))
    room.identity = development()
    await room.make()
    yield room
    await room.http.aclose()


async def test_no_canary_is_left_in_any_file_table_record_or_message(
    darkroom: Darkroom, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    street = Street(darkroom.database, darkroom.deal.lumen, await made(darkroom.database, darkroom.deal.lumen))
    approved, waiting = await darkroom.pictures()
    assert len(darkroom.holding(b"canaryword")) == 3
    assert len(darkroom.holding(b"quillfeather")) == 1  # the signed copy says who approved it
    assert (await darkroom.see(approved, signed=True)).status_code == 200
    await darkroom.end()
    await street.deliver()
    caplog.clear()  # what the scene itself writes with its own names is not the erasure's
    await erase(darkroom.database, darkroom.deal.ada.model)

    for told in (await darkroom.see(approved), await darkroom.see(approved, signed=True), await darkroom.see(waiting)):
        assert (told.status_code, told.json()["errors"][0]["extensions"]["code"]) == (410, "GONE")
        assert "erased" in told.json()["errors"][0]["message"]
    await darkroom.drain()
    await street.deliver()
    assert [word for word in CANARIES if darkroom.holding(word.encode())] == []
    assert len(darkroom.objects()) == 2  # the stranger's picture, and its signed copy
    assert (await darkroom.see(darkroom.other, signed=True)).status_code == 200
    assert singing(await everything(darkroom.database)) == []
    assert street.ear.bodies
    told_outside = [*street.ear.bodies, *(str(headers).encode() for headers in street.ear.heard)]
    assert [word for word in CANARIES for body in told_outside if word.encode() in body.lower()] == []
    records = [record.getMessage().lower() for record in caplog.records]
    assert [word for word in CANARIES for text in records if word in text] == []
    assert (await darkroom.see(approved)).status_code == 410
    assert {row.removed_at is not None for row in await darkroom.rows() if row.erased_at is not None} == {True}


async def test_who_dies_between_two_deletions_is_followed_by_another(darkroom: Darkroom) -> None:
    approved, _ = await darkroom.pictures()
    await darkroom.end()
    await erase(darkroom.database, darkroom.deal.ada.model)
    async with darkroom.database.read(SYSTEM)() as read:
        assert await read.session.scalar(sa.text("select count(*) from job where kind = 'uploads.erase'")) == 1
    dying = replace(darkroom.tools, files=Dying(darkroom.files.store))
    with pytest.raises(OSError, match="disk"):
        await erase_uploads(dying, {})
    assert len(darkroom.holding(b"canaryword")) == 2
    assert {row.removed_at for row in await darkroom.rows()} == {None}
    assert (await darkroom.see(approved)).status_code == 410
    for _ in range(2):
        await erase_uploads(darkroom.tools, {})
        assert darkroom.holding(b"canaryword") == []
    assert len([row for row in await darkroom.rows() if row.removed_at is not None]) == 3


async def test_an_erasure_that_is_undone_deletes_nothing(darkroom: Darkroom) -> None:
    approved, _ = await darkroom.pictures()
    await darkroom.end()
    with pytest.raises(RuntimeError):
        await _erase_and_fail(darkroom)
    await erase_uploads(darkroom.tools, {})
    assert len(darkroom.holding(b"canaryword")) == 3
    assert (await darkroom.see(approved)).status_code == 200


async def test_a_copy_that_is_signed_during_the_erasure_is_not_kept(darkroom: Darkroom) -> None:
    asset = await darkroom.approved(png() + SECRET)
    await darkroom.end()
    async with darkroom.database.work(SYSTEM)() as work:
        signing = await credentials.begin(work, asset_id=number(asset))
    assert signing is not None
    await erase(darkroom.database, darkroom.deal.ada.model)
    await darkroom.files.put(signing.copy.object_key, _chunks(png() + SECRET))
    what = {"media_type": "image/png", "size": 9, "sha256": "0" * 64}
    async with darkroom.database.work(SYSTEM)() as work:
        await credentials.keep(work, asset_id=number(asset), upload_id=signing.copy.id or 0, **what)  # type: ignore[arg-type]
    await erase_uploads(darkroom.tools, {})
    await discard_uploads(darkroom.tools, {})
    assert darkroom.holding(b"canaryword") == []
    found = await darkroom.asset(asset)
    assert (found.signing, found.signed_upload_id) == (None, None)


async def _chunks(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def _erase_and_fail(darkroom: Darkroom) -> None:
    async with darkroom.database.work(darkroom.deal.ada.model.actor)() as work:
        traces = await store.erasing.hold(work, darkroom.deal.ada.model.id)
        await store.erasing.begin(work, darkroom.deal.ada.model.id)
        await store.erasing.take_pictures(work, traces, str)
        raise RuntimeError
