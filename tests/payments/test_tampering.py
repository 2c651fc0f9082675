"""Somebody with the keys to the database changes the ledger in spite of its triggers: the first bad row is named."""

import pytest
import sqlalchemy as sa

from payments import ledger, reconciliation
from tests.fakes.money_room import AGENCY, MODEL, MoneyRoom

CHANGES = (
    "update entry set amount_minor = amount_minor + 1 where id = {id}",
    "update entry set debit_id = credit_id, credit_id = debit_id where id = {id}",
    "update entry set at = at - interval '1 month' where id = {id}",
    "update entry set key = key || '!' where id = {id}",
    "update entry set kind = 'fee' where id = {id}",
    "update entry set payment_id = null where id = {id}",
)


async def sold(room: MoneyRoom) -> list[tuple[int, str]]:
    """The entries of a sale, by number and key."""
    await room.payer()
    for payee_id in (MODEL, AGENCY):
        await room.payee(payee_id)
    await room.send(await room.paid())
    async with room.database.reads.connect() as connection:
        return [(row[0], row[1]) for row in await connection.execute(sa.text("select id, key from entry order by id"))]


async def tamper(room: MoneyRoom, *statements: str) -> None:
    async with room.database.writes.begin() as connection:
        for statement in (
            "alter table entry disable trigger user",
            *statements,
            "alter table entry enable trigger user",
        ):
            await connection.execute(sa.text(statement))


async def faults(room: MoneyRoom) -> list[str]:
    async with room.read() as read:
        return await ledger.verify(read)


@pytest.mark.parametrize("change", CHANGES)
async def test_the_first_bad_row_is_named(room: MoneyRoom, change: str) -> None:
    entries = await sold(room)
    assert await faults(room) == []
    (first, key), (later, _) = entries[2], entries[5]
    await tamper(room, change.format(id=later), change.format(id=first))
    found = await faults(room)
    assert found[0].startswith(f"entry {first} ({key}")
    assert "somebody changed it" in found[0]


async def compared(room: MoneyRoom) -> list[str]:
    async with room.read() as read:
        return await reconciliation.compare(read, room.gateway.books())


async def test_a_row_that_is_gone_is_missed(room: MoneyRoom) -> None:
    entries = await sold(room)
    for number, _ in entries:
        await tamper(room, "create table kept as select * from entry", f"delete from entry where id = {number}")
        assert await compared(room) != [], number
        await tamper(
            room, "delete from entry", "insert into entry overriding system value select * from kept", "drop table kept"
        )
    assert await compared(room) == []


@pytest.mark.parametrize("statement", ["update entry set kind = kind", "delete from entry", "truncate entry"])
async def test_the_database_itself_refuses(room: MoneyRoom, statement: str) -> None:
    await sold(room)
    with pytest.raises(sa.exc.DBAPIError, match="evidence"):
        async with room.database.writes.begin() as connection:
            await connection.execute(sa.text(statement))
