"""The lives of a payment, told as acts that API and worker can be killed in, and what each life comes to in the end."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from core.actor import SYSTEM
from market import store
from market.states import LicenceStatus
from payments import payees, payers
from payments import store as money
from payments.sandbox.disputes import close_dispute, open_dispute
from payments.sandbox.faults import FaultKind
from payments.sandbox.refunds import move_refund
from payments.sandbox.store import Thing
from payments.states import PaymentStatus
from tests import factories
from tests.faults.killer import Deaths, Stage

PRICE, MODEL, AGENCY = 100_00, 68_00, 17_00
"""Of 100.00 EUR 15 % are the platform's, 20 % of the rest the agency's, all else the model's."""
THIRD, OF_MODEL, OF_AGENCY = 33_33, 22_66, 5_67
"""What each gives back of a refund of 33.33: of 68 and 17 of 100 the floor, and the largest rest one cent more."""
ENDOWMENT = 20_000
"""EUR that the platform's own part of an earlier sale leaves it to pay the fees of banks from."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of all payments of a life together, in minor units; and where its first payment and licence ended."""

    charged: int = PRICE
    refunded: int = 0
    model: int = MODEL
    agency: int = AGENCY
    payment: PaymentStatus = PaymentStatus.SUCCEEDED
    licence: LicenceStatus = LicenceStatus.ACTIVE


@dataclass
class Cast:
    """Ada, her agency and a brand, all of whom Stripe knows, with keys for the API."""

    ada: factories.ListedTwin
    agency: factories.Player
    brand: factories.Player
    keys: dict[str, str]
    customer: str
    accounts: dict[str, str]

    @classmethod
    async def assembled(cls, stage: Stage) -> "Cast":
        database, stripe = stage.database, stage.stripe
        ada = await factories.listed_twin(database, name="Ada")
        agency = await factories.agency(database)
        await factories.mandate(database, agency, ada.model)
        brand = await factories.brand(database, can_pay=False)
        open_work, gateway = database.work(SYSTEM), stripe.gateway
        accounts = {}
        for name, player in (("model", ada.model), ("agency", agency)):
            await payees.start_onboarding(
                open_work, gateway, payee_id=player.id, name=player.name, email=player.email, country="SE",
                is_company=player is agency, return_url="http://app.test", refresh_url="http://app.test",
            )  # fmt: skip
            async with database.read(SYSTEM)() as read:
                payee = await money.payee(read, player.id)
            assert payee is not None
            assert payee.account_id is not None
            await stripe.finish_onboarding(payee.account_id)
            await payees.refresh(open_work, gateway, player.id)
            accounts[name] = payee.account_id
        await payers.start_setup(open_work, gateway, payer_id=brand.id, name=brand.name, return_url="http://app.test")
        async with database.read(SYSTEM)() as read:
            payer = await money.payer(read, brand.id)
        assert payer is not None
        assert payer.customer_id is not None
        await stripe.save_card(payer.customer_id)
        await payers.refresh(open_work, gateway, brand.id)
        keys = {
            "model": await stage.key_of(ada.model.id),
            "brand": await stage.key_of(brand.id),
            "operator": await stage.key_of(None),
        }
        await stage.hear()
        return cls(ada, agency, brand, keys, payer.customer_id, accounts)


@dataclass
class Life:
    """One licence's, and the payments that came of it."""

    stage: Stage
    cast: Cast
    deaths: Deaths
    licences: list[int] = field(default_factory=list)
    payments: list[int] = field(default_factory=list)

    # acts that can be died in

    async def signed(self, amount: int = 100) -> None:
        """The model accepts, by the API."""
        database, cast = self.stage.database, self.cast
        bid = await factories.offer(database, cast.brand, cast.ada, factories.rights(), amount=amount)
        digest = await factories.digest(database, bid, cast.ada)
        input = {
            "bidId": self.stage.seal.id("Bid", factories.number(bid)),
            "consentDigest": digest,
            "signature": cast.ada.model.name,
            "idempotencyKey": f"sign {bid.id}",
        }
        fields = "... on BidAccepted { licence { id } }"
        answer = await self.stage.ask(self.deaths, cast.keys["model"], "acceptBid", input, fields)
        assert answer["__typename"] == "BidAccepted", answer
        self.licences.append(self.stage.seal.open_id(answer["licence"]["id"])[1])
        async with database.read(SYSTEM)() as read:
            found = await money.payments_by_reference(read, self.licences[-1:])
        self.payments.append(found[self.licences[-1]].id or 0)

    async def refund(self, minor: int | None, *, waits: bool = False) -> None:
        """The operator asks for it, by the API; the worker does it."""
        licence = self.stage.seal.id("Licence", self.licences[0])
        key = f"refund {licence} {minor}"
        input: dict[str, Any] = {"licenceId": licence, "reason": "The shoot was cancelled.", "idempotencyKey": key}
        if minor is not None:
            input["amount"] = {"amount": f"{minor // 100}.{minor % 100:02}", "currency": "EUR"}
        if waits:
            self.stage.stripe.cause(FaultKind.PEND_REFUND)
        answer = await self.stage.ask(self.deaths, self.cast.keys["operator"], "refundLicence", input, "")
        assert answer["__typename"] == "LicenceRefunded", answer
        await self.works()

    async def retried(self) -> None:
        licence = self.stage.seal.id("Licence", self.licences[0])
        input = {"licenceId": licence, "idempotencyKey": f"retry {licence}"}
        answer = await self.stage.ask(self.deaths, self.cast.keys["brand"], "retryPayment", input, "")
        assert answer["__typename"] == "PaymentRetried", answer

    async def works(self) -> None:
        await self.stage.work(self.deaths)

    async def listens(self) -> None:
        await self.stage.listen(self.deaths)

    # what others do meanwhile

    def disputed(self) -> Thing:
        charges = self.stage.stripe.world.state.all("charge")
        mine = str(self.payments[0])
        charge = next(each for each in charges if each["metadata"]["payment_id"] == mine and each["paid"])
        with self.stage.stripe.world.state.commit():
            return open_dispute(self.stage.stripe.world, charge)

    def closed(self, dispute: Thing, status: str) -> None:
        with self.stage.stripe.world.state.commit():
            close_dispute(self.stage.stripe.world, dispute, status)

    def returned_by_the_bank(self) -> None:
        world = self.stage.stripe.world
        with world.state.commit():
            move_refund(world, world.state.all("refund")[-1], "failed")

    async def deadline_passes(self) -> None:
        async with self.stage.database.writes.begin() as connection:
            past = "update payment set due_at = clock() - interval '1 hour' where id = :id"
            await connection.execute(sa.text(past), {"id": self.payments[0]})
            due = "update job set due_at = clock() where key = :key"
            await connection.execute(sa.text(due), {"key": f"payment.deadline:{self.payments[0]}"})

    # in the end

    async def wrong(self, implied: Outcome) -> list[str]:
        """What Stripe holds of this life's payments, and where they ended, against what it should come to."""
        books, ours = self.stage.stripe.books, set(self.payments)
        kept = {name: sum(t.amount - t.reversed for t in books.transfers if t.payment_id in ours and t.destination == to)
                for name, to in self.cast.accounts.items()}  # fmt: skip
        charges = [charge for charge in books.charges if charge.payment_id in ours]
        taken = {charge.id for charge in charges}
        back = sum(refund.amount for refund in books.refunds if refund.charge in taken and refund.status != "failed")
        back += sum(
            dispute.amount for dispute in books.disputes if dispute.charge in taken and dispute.status == "lost"
        )
        async with self.stage.database.read(SYSTEM)() as read:
            payment = await money.payment(read, self.payments[0])
            licence = (await store.licences.by_ids(read, self.licences[:1]))[self.licences[0]]
        assert payment is not None
        charged = sum(charge.amount for charge in charges)
        held = Outcome(charged, back, kept["model"], kept["agency"], payment.status, licence.status)
        twice = [] if len(charges) == len({charge.payment_id for charge in charges}) else ["charged twice"]
        return [*twice, *([] if held == implied else [f"{held}, and it should be {implied}"])]


Story = Callable[[Life], Awaitable[None]]


async def sold(life: Life) -> None:
    await life.signed()
    await life.works()


async def paid_out_and_returned_by_the_bank(life: Life) -> None:
    await sold(life)
    await life.listens()
    life.stage.stripe.cause(FaultKind.FAIL_PAYOUT, account=life.cast.accounts["agency"], after_paid=True)
    for _ in range(3):
        life.stage.stripe.pay_out(steps=1)
        await life.listens()


async def refunded_in_part(life: Life) -> None:
    await sold(life)
    await life.refund(THIRD)
    await life.listens()


async def refunded_to_the_end(life: Life) -> None:
    await sold(life)
    await life.refund(THIRD)
    await life.refund(None)


async def disputed_and_won(life: Life) -> None:
    await sold(life)
    await life.stage.hear()
    dispute = life.disputed()
    await life.listens()
    life.closed(dispute, "won")
    await life.listens()


async def disputed_and_lost(life: Life) -> None:
    await sold(life)
    await life.stage.hear()
    dispute = life.disputed()
    await life.listens()
    life.closed(dispute, "lost")
    await life.listens()


async def spent_refunded_and_netted(life: Life) -> None:
    await sold(life)
    life.stage.stripe.pay_out()
    await life.stage.hear()
    await life.refund(50_00)
    await life.signed()
    await life.works()


async def declined_and_retried(life: Life) -> None:
    await life.signed()
    life.stage.stripe.cause(FaultKind.DECLINE, customer=life.cast.customer)
    await life.works()
    await life.retried()
    await life.works()


async def never_paid(life: Life) -> None:
    await life.signed()
    life.stage.stripe.cause(FaultKind.AUTHENTICATE, customer=life.cast.customer)
    await life.works()
    await life.deadline_passes()
    await life.works()


async def held_and_released(life: Life) -> None:
    stripe, account = life.stage.stripe, life.cast.accounts["model"]
    stripe.cause(FaultKind.DISABLE_PAYEE, account=account)
    await sold(life)
    stripe.cause(FaultKind.ENABLE_PAYEE, account=account)
    await life.listens()


async def refund_failed(life: Life) -> None:
    await sold(life)
    await life.refund(THIRD, waits=True)
    life.returned_by_the_bank()
    await life.listens()


GONE = {"refunded": PRICE, "model": 0, "agency": 0}
LIVES: dict[Story, Outcome] = {
    sold: Outcome(),
    paid_out_and_returned_by_the_bank: Outcome(),
    refunded_in_part: Outcome(
        refunded=THIRD, model=MODEL - OF_MODEL, agency=AGENCY - OF_AGENCY, payment=PaymentStatus.PARTIALLY_REFUNDED
    ),
    refunded_to_the_end: Outcome(**GONE, payment=PaymentStatus.REFUNDED, licence=LicenceStatus.TERMINATED),  # type: ignore[arg-type]
    disputed_and_won: Outcome(),
    disputed_and_lost: Outcome(**GONE, payment=PaymentStatus.REFUNDED, licence=LicenceStatus.TERMINATED),  # type: ignore[arg-type]
    spent_refunded_and_netted: Outcome(
        charged=2 * PRICE,
        refunded=50_00,
        model=2 * MODEL - 34_00,
        agency=2 * AGENCY - 8_50,
        payment=PaymentStatus.PARTIALLY_REFUNDED,
    ),
    declined_and_retried: Outcome(),
    never_paid: Outcome(
        charged=0, model=0, agency=0, payment=PaymentStatus.REQUIRES_ACTION, licence=LicenceStatus.LAPSED
    ),
    held_and_released: Outcome(),
    refund_failed: Outcome(),
}


async def endow(stage: Stage, cast: Cast) -> None:
    """A sale that nobody disturbs, so that the platform has a balance of its own."""
    life = Life(stage, cast, Deaths(planned=[[], []]))
    await life.signed(ENDOWMENT)
    await life.works()
    await stage.hear()
    stage.stripe.pay_out()
    await stage.hear()


async def lived(stage: Stage, cast: Cast, story: Story, deaths: Deaths) -> Life:
    life = Life(stage, cast, deaths)
    await story(life)
    return life
