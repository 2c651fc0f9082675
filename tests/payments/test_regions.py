"""Who could never be paid is told so before anybody signs."""

from datetime import date

import pytest

from payments import payees, regions, rules, store
from payments.errors import PaymentProblem
from payments.tables import Payer
from tests.fakes.money_room import MoneyRoom


@pytest.mark.parametrize("country", ["SE", "GB", "CH", "US", "CA", "LI", "NO"])
def test_where_payees_can_be_paid(country: str) -> None:
    regions.check_payable("Ada", country)


@pytest.mark.parametrize("country", ["BR", "IS", "JP", "IN", "TR"])
def test_where_they_cannot(country: str) -> None:
    with pytest.raises(PaymentProblem, match=f"Ada is in {country}"):
        regions.check_payable("Ada", country)


async def test_nobody_is_onboarded_in_vain(room: MoneyRoom) -> None:
    with pytest.raises(PaymentProblem) as refused:
        await payees.start_onboarding(
            room.work,
            room.gateway,
            payee_id=7,
            name="Bia",
            email="bia@example.test",
            country="BR",
            is_company=False,
            return_url="https://a.b",
            refresh_url="https://a.b",
        )
    assert refused.value.code == "COUNTRY_NOT_PAYABLE"
    assert room.gateway.calls == []


def test_a_card_must_outlive_the_bid() -> None:
    payer = Payer(
        id=1, payment_method_id="pm_1", payment_method_label="Visa", payment_method_expires_on=date(2030, 1, 31)
    )
    rules.check_can_pay_until(payer, date(2030, 1, 31))
    with pytest.raises(
        PaymentProblem, match="Visa expires on 2030-01-31, and the bid may be accepted until 2030-02-01"
    ):
        rules.check_can_pay_until(payer, date(2030, 2, 1))


async def test_the_sweep_looks_again_at_those_who_were_ready(room: MoneyRoom) -> None:
    await room.payer()
    await room.payee(7)
    async with room.read() as read:
        day = read.now - read.now
        assert await store.ready_payees(read, older_than=day) == [7]
        assert len(await store.stale_payers(read, older_than=day)) == 1
