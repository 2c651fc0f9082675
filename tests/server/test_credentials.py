"""Content credentials: signed for an approved picture, read back with the library's own reader."""

import base64
import io
import json
import logging
import struct
import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import c2pa
import pytest
import sqlalchemy as sa
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from obstore.store import LocalStore

from core.actor import SYSTEM
from market import assets, credentials, uploads
from market.credentials import DAMAGED, GIVEN_UP, LICENCE_ASSERTION, MOST_ATTEMPTS, UNSUITABLE
from market.rights import Medium
from market.states import AssetStatus, Making, SigningStatus, UploadStatus
from market.tables import Asset
from server.credentials import Identity, connect, development, kept
from server.database import Database
from server.files import Files
from server.jobs import JOBS, sign_asset
from server.settings import Settings
from server.worker import ACTIVITY_KEPT, Tools, Worker
from tests import factories
from tests.factories import number
from tests.market.test_certificates import Deal
from tests.server.desk import Desk


def png(shade: int = 16) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress(b"".join(b"\0" + bytes([shade]) * 24 for _ in range(8)))
    head = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


WEBP = base64.b64decode("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")


FRAMES = b"the first frame, the second frame"


def box(kind: bytes, *parts: bytes) -> bytes:
    data = b"".join(parts)
    return struct.pack(">I", 8 + len(data)) + kind + data


def avif() -> bytes:
    """The boxes of one: credentials are a box beside them, whatever the pixels are."""
    handler = box(b"hdlr", b"\0" * 8 + b"pict" + b"\0" * 13)
    return box(b"ftyp", b"avif\0\0\0\0avifmif1") + box(b"meta", b"\0" * 4 + handler) + box(b"mdat", b"x" * 100)


def film(brand: bytes, *, index_first: bool = True) -> bytes:
    """The boxes of one. Its index tells at which byte of the file the frames begin, so it changes when something is put before."""
    head, data = box(b"ftyp", brand, b"\0\0\2\0", b"isomiso2mp41"), box(b"mdat", FRAMES)
    frames_at = len(head) + (len(_index(0)) if index_first else 0) + 8
    return b"".join((head, _index(frames_at), data) if index_first else (head, data, _index(frames_at)))


def _index(frames_at: int) -> bytes:
    def full(kind: bytes, *numbers: int) -> bytes:
        return box(kind, struct.pack(f">{len(numbers) + 1}I", 0, *numbers))

    table = box(
        b"stbl",
        *(full(b"stsd", 0), full(b"stts", 0), full(b"stsc", 1, 1, 1, 1)),
        *(full(b"stsz", len(FRAMES), 1), full(b"stco", 1, frames_at)),
    )
    handler = box(b"hdlr", b"\0" * 8 + b"vide" + b"\0" * 13)
    media = box(b"mdia", full(b"mdhd", 0, 0, 1000, 1000, 0), handler, box(b"minf", full(b"vmhd", 0, 0), table))
    track = box(b"trak", full(b"tkhd", 0, 0, 1, 0, 1000, *[0] * 15), media)
    return box(b"moov", full(b"mvhd", 0, 0, 1000, 1000, *[0] * 19, 2), track)


def first_frame(content: bytes) -> int:
    """Where the index says that it is."""
    place = content.index(b"stco") + 12
    return int.from_bytes(content[place : place + 4], "big")


class Studio(Desk):
    """A desk whose worker signs."""

    identity: Identity

    async def approved(self, content: bytes, *, making: Making = Making.GENERATED) -> Asset:
        upload_id, address = await self.create()
        sent = await self.put(address, content)
        assert sent.status_code == 201, sent.text
        async with self.database.work(self.deal.lumen.actor)() as work:
            asset = await assets.submit(
                work, licence_id=number(self.deal.licence), title="Look 3", medium=self.medium(), url="",
                sha256=sent.json()["sha256"], upload_id=upload_id, making=making,
            )  # fmt: skip
        async with self.database.work(self.deal.ada.model.actor)() as work:
            await assets.decide(work, asset_id=number(asset), approve=True)
        return asset

    def medium(self) -> Any:
        return Medium.SOCIAL_PAID

    async def drain(self) -> None:
        await Worker(self.database, None, JOBS, files=self.files, identity=self.identity).drain()  # type: ignore[arg-type]

    async def asset(self, asset: Asset) -> Asset:
        async with self.database.read(SYSTEM)() as read:
            return (await read.session.execute(sa.select(Asset).where(Asset.id == asset.id))).scalar_one()  # type: ignore[arg-type]

    async def signed(self, asset: Asset) -> bytes:
        found = await self.asset(asset)
        assert found.signed_upload_id is not None
        return (await self.http.get(await self.link(found.signed_upload_id))).content


@pytest.fixture
async def studio(database: Database, tmp_path: Path) -> AsyncIterator[Studio]:
    made = Studio(await Deal(database).make(), Files(LocalStore(tmp_path / "files", mkdir=True)))
    made.identity = development()
    yield made
    await made.http.aclose()


def reader(content: bytes, identity: Identity | None = None, media_type: str = "image/png") -> c2pa.Reader:
    """Which trusts nobody, or the authority of one identity."""
    if identity is None:
        return c2pa.Reader(media_type, io.BytesIO(content))
    anchor = x509.load_pem_x509_certificates(identity.chain)[-1].public_bytes(Encoding.PEM).decode()
    trust = {"trust_anchors": anchor, "trust_config": "1.3.6.1.5.5.7.3.4"}
    context = c2pa.Context.from_json(json.dumps({"trust": trust, "verify": {"verify_trust": True}}))
    return c2pa.Reader(media_type, io.BytesIO(content), context=context)


def said(content: bytes) -> dict[str, Any]:
    """By assertion."""
    told = json.loads(reader(content).json())
    return {each["label"]: each["data"] for each in told["manifests"][told["active_manifest"]]["assertions"]}


@pytest.mark.parametrize(
    ("making", "term"),
    [
        (Making.GENERATED, "trainedAlgorithmicMedia"),
        (Making.COMPOSITE, "compositeWithTrainedAlgorithmicMedia"),
    ],
)
async def test_an_approved_picture_carries_its_licence(studio: Studio, making: Making, term: str) -> None:
    asset = await studio.approved(png(), making=making)
    await studio.drain()
    content = await studio.signed(asset)
    assert content != png()
    told = said(content)
    assert told[LICENCE_ASSERTION]["number"] == studio.deal.licence.number
    assert told[LICENCE_ASSERTION]["approvedBy"] == "Ada Lindqvist"
    (action,) = told["c2pa.actions.v2"]["actions"]
    assert action["digitalSourceType"] == f"http://cv.iptc.org/newscodes/digitalsourcetype/{term}"
    uses = {each["use"] for each in told["cawg.training-mining"]["entries"].values()}
    assert uses == {"notAllowed"}
    assert reader(content).get_validation_state() == "Valid"
    assert reader(content, studio.identity).get_validation_state() == "Trusted"
    assert reader(content, development()).get_validation_state() != "Trusted"
    await studio.agree()


@pytest.mark.parametrize(("media_type", "content"), [("image/webp", WEBP), ("image/avif", avif())])
async def test_newer_kinds_of_pictures_carry_it_too(studio: Studio, media_type: str, content: bytes) -> None:
    asset = await studio.approved(content)
    await studio.drain()
    signed = reader(await studio.signed(asset), studio.identity, media_type)
    assert signed.get_validation_state() == "Trusted"
    assert str(studio.deal.licence.number) in signed.json()


async def test_what_its_maker_said_of_it_stays_within(studio: Studio) -> None:
    """A picture that came with credentials: ours name theirs as the parent, and do not say that it was made by us."""
    source = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
    made = {"label": "c2pa.actions.v2", "data": {"actions": [{"action": "c2pa.created", "digitalSourceType": source}]}}
    maker = development()
    manifest = {"title": "raw", "claim_generator_info": [{"name": "A studio", "version": "1"}], "assertions": [made]}
    theirs = io.BytesIO()
    maker.sign(manifest, "image/png", io.BytesIO(png()), theirs)
    asset = await studio.approved(theirs.getvalue())
    await studio.drain()
    content = await studio.signed(asset)
    told = json.loads(reader(content).json())
    ours = told["manifests"][told["active_manifest"]]
    (parent,) = ours["ingredients"]
    assert parent["relationship"] == "parentOf"
    inner = told["manifests"][parent["active_manifest"]]
    assert inner["claim_generator_info"][0]["name"] == "A studio"
    assert [each["action"] for each in said(content)["c2pa.actions.v2"]["actions"]] == ["c2pa.opened"]
    assert said(content)[LICENCE_ASSERTION]["digitalSourceType"] == source
    assert reader(content, studio.identity).get_validation_state() == "Trusted"


async def test_training_is_allowed_only_where_she_has_agreed_to_it(database: Database, tmp_path: Path) -> None:
    deal = Deal(database)
    deal.ada = await factories.listed_twin(database, policy={"training_allowed": True})
    deal.lumen = await factories.brand(database)
    deal.licence = await factories.licence(database, deal.lumen, deal.ada, factories.rights(start=0))
    await factories.set_policy(database, deal.ada, training_allowed=False)  # what was agreed stays agreed
    studio = Studio(deal, Files(LocalStore(tmp_path / "files", mkdir=True)))
    studio.identity = development()
    asset = await studio.approved(png())
    await studio.drain()
    told = said(await studio.signed(asset))
    assert {each["use"] for each in told["cawg.training-mining"]["entries"].values()} == {"allowed"}
    await studio.http.aclose()


async def test_whoever_alters_the_picture_breaks_the_seal(studio: Studio) -> None:
    asset = await studio.approved(png())
    await studio.drain()
    content = await studio.signed(asset)
    place = content.rindex(b"IDAT") + 10
    altered = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
    assert reader(altered).get_validation_state() == "Invalid"


async def test_nothing_is_signed_that_was_not_approved(studio: Studio) -> None:
    upload_id, address = await studio.create()
    await studio.put(address)
    asset = await studio.submit(upload_id)
    await studio.drain()
    async with studio.database.work(studio.deal.ada.model.actor)() as work:
        await assets.decide(work, asset_id=number(asset), approve=False)
    await studio.drain()
    found = await studio.asset(asset)
    assert (found.status, found.signed_upload_id) == (AssetStatus.REJECTED, None)


async def test_a_damaged_picture_is_tried_some_times_and_given_up(
    studio: Studio, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "server.jobs")
    asset = await studio.approved(b"\xff\xd8\xff\xe0 this is no JPEG at all" + b"x" * 100)
    for attempt in range(MOST_ATTEMPTS):
        found = await studio.asset(asset)
        assert (found.signing, found.signing_attempts) == (SigningStatus.PENDING, attempt)
        await studio.drain()
        await studio.later(hours=attempt + 1)
    assert "cannot be signed" in caplog.text
    found = await studio.asset(asset)
    assert (found.signing, found.signing_attempts, found.signing_note) == (SigningStatus.FAILED, MOST_ATTEMPTS, DAMAGED)
    assert found.signed_upload_id is None
    async with studio.database.read(SYSTEM)() as read:
        assert await read.session.scalar(sa.text("select count(*) from job where kind = 'asset.sign'")) == 0
    await studio.sweep()
    assert len(await studio.rows()) == 1
    await studio.agree()


@dataclass(frozen=True)
class Faltering(Files):
    """An object store that does not answer the first few times."""

    left: list[int] = field(default_factory=list)

    async def chunks(self, key: str, *, start: int, end: int) -> AsyncIterator[bytes]:
        if self.left and self.left.pop():
            raise OSError("no route to the bucket")
        async for chunk in super().chunks(key, start=start, end=end):
            yield chunk


async def test_a_store_that_was_away_is_asked_again(studio: Studio) -> None:
    asset = await studio.approved(png())
    studio.files = Faltering(studio.files.store, [1, 1])
    for hours in (1, 2, 3):
        assert (await studio.asset(asset)).signing is SigningStatus.PENDING
        await studio.drain()
        await studio.later(hours=hours)
    found = await studio.asset(asset)
    assert (found.signing, found.signing_attempts, found.signing_note) == (SigningStatus.SIGNED, 3, None)
    await studio.sweep()
    assert {row.status for row in await studio.rows()} == {UploadStatus.KEPT}
    assert len(studio.objects()) == 2


async def test_a_file_on_which_every_worker_dies_is_given_up(studio: Studio) -> None:
    asset = await studio.approved(png())
    for _ in range(MOST_ATTEMPTS):
        async with studio.database.work(SYSTEM)() as work:
            assert await credentials.begin(work, asset_id=number(asset)) is not None  # and here it dies
    await studio.drain()
    found = await studio.asset(asset)
    assert (found.signing, found.signing_note) == (SigningStatus.FAILED, GIVEN_UP)


@pytest.mark.parametrize(("media_type", "brand"), [("video/mp4", b"isom"), ("video/quicktime", b"qt  ")])
@pytest.mark.parametrize("index_first", [True, False])
async def test_a_film_carries_it_too_and_still_plays(
    studio: Studio, media_type: str, brand: bytes, index_first: bool
) -> None:
    asset = await studio.approved(film(brand, index_first=index_first))
    await studio.drain()
    content = await studio.signed(asset)
    signed = reader(content, studio.identity, media_type)
    assert signed.get_validation_state() == "Trusted"
    told = json.loads(signed.json())
    (licence,) = (
        each["data"]
        for each in told["manifests"][told["active_manifest"]]["assertions"]
        if each["label"] == LICENCE_ASSERTION
    )
    assert licence["number"] == studio.deal.licence.number
    place = first_frame(content)
    assert content[place : place + len(FRAMES)] == FRAMES
    altered = content[:place] + b"F" + content[place + 1 :]
    assert reader(altered, None, media_type).get_validation_state() == "Invalid"
    await studio.agree()


@pytest.mark.parametrize(
    ("media_type", "size", "signable"),
    [
        ("image/png", 60_000_000, True),
        ("image/png", 60_000_001, False),
        ("video/mp4", 5_000_000_000, True),
        ("video/webm", 1, False),
    ],
)
def test_a_film_may_be_larger_than_a_picture(media_type: str, size: int, signable: bool) -> None:
    assert credentials.is_signable(media_type, size) is signable


async def test_a_film_that_has_no_place_for_credentials_says_so(studio: Studio) -> None:
    asset = await studio.approved(b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm" + b"film" * 50)
    await studio.drain()
    found = await studio.asset(asset)
    assert (found.signing, found.signing_note) == (SigningStatus.UNSUITABLE, UNSUITABLE)


async def test_a_worker_that_dies_before_it_tells_leaves_no_second_copy(studio: Studio) -> None:
    asset = await studio.approved(png())
    async with studio.database.work(SYSTEM)() as work:
        copy = await uploads.begin_copy(work, brand_id=studio.deal.lumen.id)
    await studio.files.put(copy.object_key, _chunks(png()))  # and here it dies
    tools = Tools(
        studio.database.work(SYSTEM),
        studio.database.read(SYSTEM),
        None,
        ACTIVITY_KEPT,
        studio.database.snapshot(SYSTEM),
        studio.files,
        studio.identity,
    )  # type: ignore[arg-type]
    for _ in range(2):
        await sign_asset(tools, {"asset_id": asset.id})
    assert len(studio.objects()) == 3
    await studio.later(hours=2)
    await studio.sweep()
    assert len(studio.objects()) == 2
    assert {row.status for row in await studio.rows()} == {UploadStatus.KEPT}
    await studio.agree()


async def _chunks(content: bytes) -> AsyncIterator[bytes]:
    yield content


def test_the_development_identity_is_made_once_and_the_operators_is_used(tmp_path: Path) -> None:
    made = kept(tmp_path / "data")
    assert kept(tmp_path / "data") == made
    (key, chain) = (tmp_path / "key.pem", tmp_path / "chain.pem")
    other = development()
    key.write_bytes(other.key)
    chain.write_bytes(other.chain)
    settings = Settings(_env_file=None, credentials_key=key, credentials_chain=chain, data=tmp_path)  # type: ignore[call-arg]
    assert connect(settings) == other
    assert connect(Settings(_env_file=None, data=tmp_path / "data")) == made  # type: ignore[call-arg]
