"""Files that come and go: one address, one file, and nothing left behind by whoever dies in between."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import obstore
import pytest
import sqlalchemy as sa
from obstore.store import LocalStore

from core.actor import SYSTEM
from core.errors import InvalidInput, NotAllowed, NotFound, WrongState
from market import assets, store, uploads
from market.states import UploadStatus
from market.tables import Asset
from server.database import Database
from server.files import Files
from server.jobs import clear_files
from server.uploads import media_type
from tests import factories
from tests.market.test_certificates import Deal
from tests.server.desk import MOST, PICTURE, SEAL, URL, Desk

HTML = b"<!doctype html><script>alert(1)</script>" + b" " * 100
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>' + b" " * 100


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> AsyncIterator[Desk]:
    made = Desk(await Deal(database).make(), Files(LocalStore(tmp_path / "files", mkdir=True)))
    yield made
    await made.http.aclose()


async def test_a_file_is_sent_submitted_and_seen(desk: Desk) -> None:
    number_, address = await desk.create()
    sent = await desk.put(address)
    assert sent.status_code == 201, sent.text
    assert sent.json() == {
        "sha256": hashlib.sha256(PICTURE).hexdigest(), "bytes": len(PICTURE), "type": "image/jpeg",
    }  # fmt: skip
    asset = await desk.submit(number_)
    assert (asset.url, asset.upload_id) == (assets.UPLOADED, number_)
    seen = await desk.http.get(await desk.link(number_))
    assert (seen.status_code, seen.content, seen.headers["content-type"]) == (200, PICTURE, "image/jpeg")
    assert seen.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in seen.headers["content-security-policy"]
    assert seen.headers["cache-control"].startswith("private, max-age=")
    assert (await desk.http.head(await desk.link(number_))).headers["content-length"] == str(len(PICTURE))
    await desk.agree()


async def test_parts_of_a_film_can_be_asked_for(desk: Desk) -> None:
    number_, address = await desk.create()
    await desk.put(address)
    link = await desk.link(number_)
    for asked, status, content in (
        ("bytes=0-9", 206, PICTURE[:10]),
        ("bytes=0-", 206, PICTURE),
        ("bytes=49990-", 206, PICTURE[49990:]),
        ("bytes=10-999999", 206, PICTURE[10:]),
        ("bytes=999999-", 200, PICTURE),
        ("bytes=9-1", 200, PICTURE),
        ("bytes=-5", 200, PICTURE),
        ("nonsense", 200, PICTURE),
    ):
        part = await desk.http.get(link, headers={"Range": asked})
        assert (part.status_code, part.content) == (status, content), asked


@pytest.mark.parametrize(
    "content",
    [
        HTML,
        SVG,
        b"",
        b"GIF89a" + b" " * 100,
        b"%PDF-1.7" + b" " * 100,
        b"MZ" + b"\0" * 100,
        b"\xff\xd8",
        b"\x1a\x45\xdf\xa3" * 40,
    ],
)
async def test_what_is_no_picture_is_not_kept(desk: Desk, content: bytes) -> None:
    _, address = await desk.create()
    sent = await desk.put(address, content, **{"Content-Type": "image/jpeg"})
    assert sent.status_code == 415
    assert desk.objects() == []
    assert (await desk.put(address)).status_code == 201  # the address is good for another try


def test_what_a_file_is_its_first_bytes_say() -> None:
    kinds = {
        b"\xff\xd8\xff\xe0": "image/jpeg",
        b"\x89PNG\r\n\x1a\n": "image/png",
        b"RIFF\0\0\0\0WEBP": "image/webp",
        b"\0\0\0\x20ftypavif": "image/avif",
        b"\0\0\0\x20ftypisom": "video/mp4",
        b"\0\0\0\x20ftypqt  ": "video/quicktime",
        b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm": "video/webm",
        b"RIFF\0\0\0\0WAVE": None,
        b"\0\0\0\x20ftypheic": None,
        b"": None,
    }
    assert {head: media_type(head) for head in kinds} == kinds


async def test_what_is_too_large_is_stopped_while_it_comes(desk: Desk) -> None:
    _, address = await desk.create()
    told = await desk.put(address, b"\xff\xd8\xff" + b"x" * MOST)
    assert told.status_code == 413
    passed = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal passed
        while True:
            passed += 100_000
            yield (b"\xff\xd8\xff" if passed == 100_000 else b"") + b"x" * 100_000

    assert (await desk.put(address, endless())).status_code == 413
    assert passed <= MOST + 300_000
    assert desk.objects() == []


async def test_an_address_takes_one_file_however_many_come_at_once(desk: Desk, tmp_path: Path) -> None:
    _, address = await desk.create()
    sent = await asyncio.gather(*(desk.put(address, PICTURE + bytes([each])) for each in range(10)))
    assert sorted(each.status_code for each in sent) == [201] + [409] * 9
    (winner,) = [each.json()["sha256"] for each in sent if each.status_code == 201]
    (row,) = await desk.rows()
    lies = tmp_path / "files" / row.object_key
    assert (row.status, row.sha256) == (UploadStatus.KEPT, winner)
    assert hashlib.sha256(lies.read_bytes()).hexdigest() == winner
    assert (await desk.put(address)).status_code == 409


async def test_only_who_has_the_address_may_and_only_for_an_hour(desk: Desk) -> None:
    number_, address = await desk.create()
    for other in ("x", SEAL.id("Upload", number_), SEAL.close("file", str(number_).encode()), address[-30:], "%00"):
        assert (await desk.put(f"{URL}/uploads/{other}")).status_code == 404
    await desk.later(hours=1)
    assert (await desk.put(address)).status_code == 404


async def test_a_link_ends_and_cannot_be_made_up(desk: Desk) -> None:
    number_, address = await desk.create()
    await desk.put(address)
    link = await desk.link(number_)
    assert (await desk.http.get(link)).status_code == 200
    for other in ("x", "%00", SEAL.close("upload", f"{number_}:9999999999".encode()), SEAL.id("Upload", number_)):
        assert (await desk.http.get(f"{URL}/files/{other}")).status_code == 404
    assert (await desk.http.get(await desk.link(number_ + 1))).status_code == 404
    await desk.later(minutes=21)
    assert (await desk.http.get(link)).status_code == 404


async def test_an_asset_is_made_of_ones_own_file_once(desk: Desk) -> None:
    number_, address = await desk.create()
    with pytest.raises(WrongState):
        await desk.submit(number_)
    await desk.put(address)
    with pytest.raises(InvalidInput) as refused:
        await desk.submit(number_, b"another file")
    assert refused.value.path == ("sha256",)
    rival = await factories.brand(desk.database, "Tindra")
    theirs, their_address = await desk.create(rival.actor)
    await desk.put(their_address)
    with pytest.raises(NotFound):
        await desk.submit(theirs)
    made = await asyncio.gather(*(desk.submit(number_) for _ in range(5)), return_exceptions=True)
    assert sorted(type(each).__name__ for each in made) == ["Asset"] + ["WrongState"] * 4
    for actor in (desk.deal.ada.model.actor, await factories.operator(desk.database)):
        with pytest.raises(NotAllowed):
            await desk.create(actor)


async def test_a_brand_cannot_hoard_addresses(desk: Desk) -> None:
    async with desk.database.writes.begin() as connection:
        await connection.execute(sa.text("insert into upload (brand_id, object_key, status, created_caller, expires_at) "
            "select :brand, 'k' || n, 'WAITING', 'x', clock() from generate_series(1, 100) n"),
            {"brand": desk.deal.lumen.id})  # fmt: skip
    with pytest.raises(WrongState):
        await desk.create()


# ------------------------------------------------------------------ who dies in between


async def test_an_arrival_that_dies_leaves_nothing_for_ever(desk: Desk) -> None:
    """The object is whole, the row was not told: as if the process was killed between the two."""
    number_, address = await desk.create()
    async with desk.database.work(SYSTEM)() as work:
        row = await uploads.begin(work, upload_id=number_)
    await obstore.put_async(desk.files.store, row.object_key, PICTURE)
    await desk.agree()
    assert (await desk.put(address)).status_code == 409
    await desk.sweep()
    assert len(desk.objects()) == 1  # it may still be arriving
    await desk.later(hours=1, minutes=1)
    await desk.sweep()
    assert (desk.objects(), await desk.rows()) == ([], [])


async def test_a_sweep_that_dies_is_finished_by_the_next(desk: Desk) -> None:
    number_, address = await desk.create()
    await desk.put(address)
    await desk.later(hours=25)
    async with desk.database.work(SYSTEM)() as work:
        (marked,) = await store.uploads.discard(work, limit=10)  # and here it dies
    assert marked.status is UploadStatus.GONE
    with pytest.raises(NotFound):
        await desk.submit(number_)
    assert (await desk.http.get(await desk.link(number_))).status_code == 404
    await desk.files.delete(marked.object_key)  # or here
    await desk.sweep()
    assert (desk.objects(), await desk.rows()) == ([], [])


async def test_what_an_asset_was_made_of_stays(desk: Desk) -> None:
    used, address = await desk.create()
    await desk.put(address)
    await desk.submit(used)
    unused, other = await desk.create()
    await desk.put(other)
    await desk.later(days=3)
    await desk.sweep()
    (row,) = await desk.rows()
    assert row.id == used != unused
    assert desk.objects() == [row.object_key]


async def test_submitting_and_sweeping_at_once_never_leaves_an_asset_without_its_file(desk: Desk) -> None:
    for _ in range(5):
        number_, address = await desk.create()
        await desk.put(address)
        async with desk.database.writes.begin() as connection:
            await connection.execute(sa.text("update upload set created_at = clock() - interval '2 days'"))
        made, _ = await asyncio.gather(desk.submit(number_), desk.sweep(), return_exceptions=True)
        await desk.agree()
        kept = {row.id for row in await desk.rows()}
        assert (number_ in kept) == isinstance(made, Asset)


async def test_an_object_that_nobody_knows_is_cleared(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    number_, address = await desk.create()
    await desk.put(address)
    await desk.submit(number_)
    stray = folder / "uploads" / "stray"
    fresh = folder / "uploads" / "fresh"
    other = folder / "elsewhere" / "kept"
    other.parent.mkdir()
    for each in (stray, fresh, other):
        each.write_bytes(b"x")
    old = datetime.now(UTC).timestamp() - 2 * 86400
    for path in [*folder.rglob("*")]:
        if path != fresh and path.is_file():
            os.utime(path, (old, old))
    assert await clear_files(desk.tools, {}) is not None
    assert not stray.exists()
    assert fresh.exists()
    assert other.exists()
    assert len(desk.objects()) == 3
