"""The nightly comparison: what moved without a payment is posted or suspended, orphans are named, the finding is kept."""

from datetime import UTC, datetime

import pytest

from core.errors import NotFound
from payments import charges, reconciling, store, transfers
from payments.sandbox import balance
from payments.sandbox.store import Thing
from payments.states import AccountKind
from payments.store import Side
from server.bookkeeping import next_night
from tests.fakes.money_room import MoneyRoom
from tests.fakes.sandbox import OfflineStripe
from tests.payments.test_money_over_the_wire import all_agree, ready

BANK, SUSPENSE, FEES, FX = (
    Side(kind) for kind in (AccountKind.BANK, AccountKind.SUSPENSE, AccountKind.STRIPE_FEES, AccountKind.FX)
)


async def sale(room: MoneyRoom, stripe: OfflineStripe) -> int:
    await ready(room, stripe)
    payment_id = await room.request()
    await charges.drive(room.work, stripe.gateway, payment_id)
    await transfers.send(room.work, stripe.gateway, payment_id)
    return payment_id


async def reconcile(room: MoneyRoom, stripe: OfflineStripe) -> reconciling.Found:
    return await reconciling.reconcile(room.work, room.database_snapshot, stripe.gateway)


def moved(stripe: OfflineStripe, category: str, amount: int, source: str = "x_1", currency: str = "eur") -> Thing:
    with stripe.world.state.commit():
        return balance.enter(
            stripe.world, type="adjustment", category=category, amount=amount, currency=currency, source=source
        )


async def test_all_agrees_after_a_sale_however_often(room: MoneyRoom, sandbox: OfflineStripe) -> None:
    await sale(room, sandbox)
    for _ in range(2):
        assert await reconcile(room, sandbox) == reconciling.Found([], [])
    async with room.read() as read:
        kept = await store.last_reconciliation(read)
    assert kept is not None
    assert (kept.differences, kept.remarks) == ([], [])


async def test_what_moved_without_a_payment_has_its_place(room: MoneyRoom, sandbox: OfflineStripe) -> None:
    await sale(room, sandbox)
    fees = await room.balance(FEES)
    moved(sandbox, "payout", -700)
    moved(sandbox, "fee", -30)
    unknown = moved(sandbox, "reserve_hold_of_a_new_kind", -90)
    released = moved(sandbox, "reserve_release_of_a_new_kind", 20)
    for _ in range(2):
        found = await reconcile(room, sandbox)
        assert found.differences == []
        assert len(found.remarks) == 2
        held = next(line for line in found.remarks if unknown["id"] in line)  # their order is that of random ids
        assert "-0.90 EUR of the kind 'reserve_hold_of_a_new_kind'" in held
        assert f"ledger explain {unknown['id']}" in held
        assert not found.is_clear
    assert await room.balance(BANK) == 700
    assert await room.balance(FEES) == fees + 30
    assert await room.balance(SUSPENSE) == 70
    await all_agree(room, sandbox)
    for transaction, explanation, left in ((unknown["id"], "rate", -20), (released["id"], "fee", 0)):
        async with room.work() as work:
            await reconciling.explain(work, transaction, explanation)
        assert await room.balance(SUSPENSE) == left
    with pytest.raises(NotFound, match=unknown["id"]):
        async with room.work() as work:
            await reconciling.explain(work, unknown["id"], "bank")
    assert (await room.balance(FX), await room.balance(FEES)) == (90, fees + 10)
    assert (await reconcile(room, sandbox)).is_clear


async def test_a_currency_that_nobody_knows_is_named_and_no_crash(room: MoneyRoom, sandbox: OfflineStripe) -> None:
    await sale(room, sandbox)
    moved(sandbox, "climate_order", -5, currency="xyz")
    found = await reconcile(room, sandbox)
    assert any("-5 xyz" in line for line in found.differences)


@pytest.mark.parametrize("kind", ["charge", "transfer"])
async def test_orphans_of_the_processor_are_named(room: MoneyRoom, sandbox: OfflineStripe, kind: str) -> None:
    await sale(room, sandbox)
    orphan = moved(sandbox, kind, 500 if kind == "charge" else -500, source="ch_stranger")
    found = await reconcile(room, sandbox)
    named = [line for line in found.differences if "ch_stranger" in line]
    assert len(named) == 1
    assert "only the processor holds" in named[0]
    assert orphan["source"] == "ch_stranger"


async def test_orphans_of_ours_are_named(room: MoneyRoom, sandbox: OfflineStripe) -> None:
    await sale(room, sandbox)
    gone = sandbox.world.state.all("balance_transaction")[-1]
    sandbox.world.state.drop(gone)
    found = await reconcile(room, sandbox)
    assert any("only we say" in line and gone["source"] in line for line in found.differences)
    async with room.read() as read:
        kept = await store.last_reconciliation(read)
    assert kept is not None
    assert kept.differences == list(found.differences)


@pytest.mark.parametrize(
    ("after", "night"),
    [((4, 2, 59), (4, 3)), ((4, 3, 0), (5, 3)), ((4, 23, 0), (5, 3)), ((4, 0, 0), (4, 3))],
)
def test_it_runs_once_a_night(after: tuple[int, int, int], night: tuple[int, int]) -> None:
    day, hour, minute = after
    assert next_night(datetime(2030, 1, day, hour, minute, tzinfo=UTC)) == datetime(2030, 1, *night, tzinfo=UTC)
