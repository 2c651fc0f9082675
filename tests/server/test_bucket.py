"""The same files in a bucket that is spoken to as S3 is, instead of a folder."""

import hashlib
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from server.database import Database
from server.files import connect
from server.settings import Settings
from tests.market.test_certificates import Deal
from tests.server.desk import Desk

BUCKET, REGION = "pictures", "eu-north-1"
MOST = 20_000_000
FILM = b"\0\0\0\x20ftypisom" + bytes(range(256)) * 50_000
"""12.8 MB: it arrives in three parts."""


@pytest.fixture(scope="module")
def bucket() -> Iterator[Any]:
    """An S3 on 127.0.0.1, and AWS's own client to look into it."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    address = f"http://127.0.0.1:{server.get_host_and_port()[1]}"
    with pytest.MonkeyPatch.context() as environment:
        for name, value in {
            "AWS_ENDPOINT": address,
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
        }.items():
            environment.setenv(name, value)
        client = boto3.client("s3", endpoint_url=address, region_name=REGION)
        client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        yield client
    server.stop()


@pytest.fixture
async def desk(database: Database, bucket: Any) -> AsyncIterator[Desk]:
    files = connect(Settings(_env_file=None, FILES_URL=f"s3://{BUCKET}/market"))  # type: ignore[call-arg]
    made = Desk(await Deal(database).make(), files, MOST)
    yield made
    await made.http.aclose()
    for key in keys(bucket):
        bucket.delete_object(Bucket=BUCKET, Key=key)


def keys(bucket: Any) -> list[str]:
    return [each["Key"] for each in bucket.list_objects_v2(Bucket=BUCKET).get("Contents", [])]


async def test_a_film_goes_in_parts_and_comes_in_parts(desk: Desk, bucket: Any) -> None:
    number, address = await desk.create()
    sent = await desk.put(address, FILM)
    assert sent.status_code == 201, sent.text
    assert sent.json()["sha256"] == hashlib.sha256(FILM).hexdigest()
    await desk.submit(number, FILM)
    (row,) = await desk.rows()
    assert keys(bucket) == [f"market/{row.object_key}"]
    link = await desk.link(number)
    assert (await desk.http.get(link)).content == FILM
    part = await desk.http.get(link, headers={"Range": "bytes=6000000-11000000"})
    assert (part.status_code, part.content) == (206, FILM[6_000_000:11_000_001])
    await desk.agree()


async def test_what_breaks_off_leaves_neither_an_object_nor_parts(desk: Desk, bucket: Any) -> None:
    async def broken() -> AsyncIterator[bytes]:
        for at in range(0, 12_000_000, 1_000_000):
            yield FILM[at : at + 1_000_000]
        raise OSError("the connection is gone")

    _, address = await desk.create()
    with pytest.raises(OSError, match="is gone"):
        await desk.files.put("uploads/broken", broken())
    assert (await desk.put(address, FILM + b"x" * MOST)).status_code == 413
    assert keys(bucket) == []
    assert bucket.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []) == []
    assert (await desk.put(address, FILM)).status_code == 201


async def test_what_nobody_submits_is_swept_away(desk: Desk, bucket: Any) -> None:
    _, address = await desk.create()
    await desk.put(address)
    assert len(keys(bucket)) == 1
    await desk.later(hours=25)
    await desk.sweep()
    assert keys(bucket) == []
    assert await desk.rows() == []


async def test_what_is_not_there_is_said_and_what_is_old_is_found(desk: Desk, bucket: Any) -> None:
    with pytest.raises(FileNotFoundError):
        await anext(desk.files.chunks("uploads/nothing", start=0, end=1))
    await desk.files.delete("uploads/nothing")
    bucket.put_object(Bucket=BUCKET, Key="market/uploads/old", Body=b"x")
    moment = datetime.now(UTC) + timedelta(minutes=1)
    found = [key async for some in desk.files.older_than(moment, under="uploads") for key in some]
    assert found == ["uploads/old"]
