"""The money room with its database and a processor in memory: brands that can pay, payees that can be paid."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import count
from typing import TypeVar

import sqlalchemy as sa

from core.actor import SYSTEM
from core.work import Fact, Read, Work
from payments import charges, ledger, payees, payers, reconciliation, refunds, store, transfers
from payments.facts import RefundRequested
from payments.gateway import AccountState
from payments.money import Money
from payments.split import Portion
from payments.tables import Payee, Payment, Refund, Share
from server.database import Database
from tests.fakes.gateway import Card, FakeGateway

F = TypeVar("F", bound=Fact)

BRAND, MODEL, AGENCY = 11, 21, 31
EUR_100 = Money(10_000, "EUR")


class MoneyRoom:
    """`facts` are those of every work that was committed, in order."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.gateway = FakeGateway()
        self.facts: list[Fact] = []
        self.references = count(1)

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Work]:
        async with self.database.work(SYSTEM)() as work:
            yield work
        self.facts += work.facts

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Read]:
        async with self.database.read(SYSTEM)() as read:
            yield read

    @asynccontextmanager
    async def database_snapshot(self) -> AsyncIterator[Read]:
        async with self.database.snapshot(SYSTEM)() as read:
            yield read

    def told(self, kind: type[F]) -> list[F]:
        return [fact for fact in self.facts if isinstance(fact, kind)]

    def calls(self, name: str) -> list[str]:
        return [call for call in self.gateway.calls if call.split()[0] == name]

    async def payer(self, payer_id: int = BRAND, card: Card = "good") -> str:
        """A payer with a payment method on file; its customer's id."""
        await payers.start_setup(
            self.work, self.gateway, payer_id=payer_id, name="Hygge & Mode", return_url="https://a.b"
        )
        async with self.read() as read:
            known = await store.payer(read, payer_id)
        assert known is not None
        assert known.customer_id is not None
        self.gateway.save_method(known.customer_id, card)
        await payers.refresh(self.work, self.gateway, payer_id)
        return known.customer_id

    async def payee(self, payee_id: int, state: AccountState = AccountState.ACTIVE) -> str:
        """A payee with an account; its account's id."""
        await payees.start_onboarding(
            self.work,
            self.gateway,
            payee_id=payee_id,
            name="Ines Duarte",
            email="ines@example.com",
            country="PT",
            is_company=False,
            return_url="https://a.b",
            refresh_url="https://a.b",
        )
        account_id = (await self.find_payee(payee_id)).account_id
        assert account_id is not None
        self.gateway.set_account(account_id, state)
        await payees.refresh(self.work, self.gateway, payee_id)
        return account_id

    async def find_payee(self, payee_id: int) -> Payee:
        async with self.read() as read:
            found = await store.payee(read, payee_id)
        assert found is not None
        return found

    async def request(self, amount: Money = EUR_100, portions: Sequence[Portion] | None = None) -> int:
        async with self.work() as work:
            payment = await charges.request(
                work,
                reference=next(self.references),
                payer_id=BRAND,
                amount=amount,
                portions=portions if portions is not None else thirds(amount),
                description="Licence TM-2030-000001",
                due_at=work.now + timedelta(hours=48),
            )
        assert payment.id is not None
        return payment.id

    async def paid(self, amount: Money = EUR_100) -> int:
        payment_id = await self.request(amount)
        await self.drive(payment_id)
        return payment_id

    async def drive(self, payment_id: int) -> None:
        await charges.drive(self.work, self.gateway, payment_id)

    async def abandon(self, payment_id: int) -> None:
        await charges.abandon(self.work, self.gateway, payment_id)

    async def retry(self, payment_id: int) -> None:
        async with self.work() as work:
            payment = await store.payment(work, payment_id)
            assert payment is not None
            reference = payment.reference
        async with self.work() as work:
            await charges.retry(work, reference=reference)

    async def send(self, payment_id: int) -> None:
        await transfers.send(self.work, self.gateway, payment_id)

    async def ask_refund(self, payment_id: int, minor: int | None = None) -> int:
        """The refund's id. Of all that is left, when no amount is named."""
        payment = await self.payment(payment_id)
        amount = None if minor is None else Money(minor, payment.currency)
        async with self.work() as work:
            await refunds.request(work, reference=payment.reference, amount=amount, reason="The shoot was cancelled.")
        return self.told(RefundRequested)[-1].refund_id

    async def drive_refund(self, refund_id: int) -> None:
        await refunds.drive(self.work, self.gateway, refund_id)

    async def refund(self, payment_id: int, minor: int | None = None) -> int:
        refund_id = await self.ask_refund(payment_id, minor)
        await self.drive_refund(refund_id)
        return refund_id

    async def find_refund(self, refund_id: int) -> Refund:
        async with self.read() as read:
            found = await store.refund(read, refund_id)
        assert found is not None
        return found

    async def payment(self, payment_id: int) -> Payment:
        async with self.read() as read:
            found = await store.payment(read, payment_id)
        assert found is not None
        return found

    async def shares(self, payment_id: int) -> Sequence[Share]:
        async with self.read() as read:
            return (await store.shares_of(read, [payment_id]))[payment_id]

    async def age(self, payment_id: int) -> None:
        """A day goes by: the processor forgets its keys."""
        self.gateway.forget_keys()
        async with self.database.writes.begin() as connection:
            day = "created_at = created_at - interval '1 day', succeeded_at = succeeded_at - interval '1 day'"
            await connection.execute(sa.text(f"update payment set {day} where id = :id"), {"id": payment_id})
            for table in ("refund", "reversal"):
                older = f"update {table} set created_at = created_at - interval '1 day' where payment_id = :id"
                await connection.execute(sa.text(older), {"id": payment_id})

    async def pass_deadline(self, payment_id: int) -> None:
        async with self.database.writes.begin() as connection:
            past = "update payment set due_at = due_at - interval '3 days' where id = :id"
            await connection.execute(sa.text(past), {"id": payment_id})

    async def balance(self, side: store.Side, currency: str = "EUR") -> int:
        async with self.read() as read:
            return (await store.account_balances(read)).get((side, currency), 0)

    async def books_agree(self) -> None:
        """The end of every test of money: what was asked for, our ledger, and the processor say the same."""
        async with self.read() as read:
            assert await ledger.verify(read) == []
            assert await reconciliation.compare(read, self.gateway.books()) == []


def thirds(amount: Money) -> list[Portion]:
    """15 % for the platform, 17 % for the agency, the rest for the model."""
    platform, agency = (amount.minor * bps // 10_000 for bps in (1500, 1700))
    model = amount.minor - platform - agency
    parts = (("MODEL", MODEL, 6800, model), ("AGENCY", AGENCY, 1700, agency), ("PLATFORM", None, 1500, platform))
    return [Portion(role, payee, bps, Money(minor, amount.currency)) for role, payee, bps, minor in parts]
