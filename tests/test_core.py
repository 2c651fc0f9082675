import sqlalchemy as sa

from core import store
from core.actor import SYSTEM
from server.database import Database


async def test_activity_is_read_back_in_order_once_it_is_settled(database: Database) -> None:
    async with database.work(SYSTEM)() as work:
        for kind in ("A", "B"):
            await store.append_activity(work, topic="payout:1", kind=kind, body={"n": 1})
    async with database.read(SYSTEM)() as read:
        rows = await store.activity_since(read, after=(0, 0), topics=["payout:1"])
    assert [row.kind for row in rows] == ["A", "B"]


async def test_evidence_cannot_be_truncated(database: Database) -> None:
    async with database.writes.connect() as connection:
        try:
            await connection.execute(sa.text("truncate entry"))
        except sa.exc.DBAPIError as error:
            assert error.orig.sqlstate == "23001"  # noqa: PT017
        else:
            raise AssertionError("the ledger was truncated")
