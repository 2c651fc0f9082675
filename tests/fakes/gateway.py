"""A payment processor in memory that keeps idempotency keys as Stripe does, and fails on demand."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import count
from typing import Any, Literal

from payments.errors import Declined, Refused
from payments.gateway import (
    AccountSeen,
    AccountState,
    EventSeen,
    Intent,
    IntentState,
    Method,
    PayoutSeen,
    RefundMade,
    RefundState,
    ReversalMade,
    Settlement,
    TransferMade,
)
from payments.money import Money, to_stripe
from payments.reconciliation import Books, ChargeHeld, PayoutHeld, RefundHeld, ReversalHeld, TransferHeld
from tests.fakes.answering import Answering

Card = Literal["good", "declined", "needs_authentication", "slow"]
CONFIRMABLE = (IntentState.READY, IntentState.NEEDS_METHOD, IntentState.NEEDS_ACTION)


@dataclass
class FakeGateway(Answering):
    """`cards` says what becomes of a method, `refund_states` in which states the next refunds begin, if not SUCCEEDED."""

    cards: dict[str, Card] = field(default_factory=dict)
    customers: dict[str, int] = field(default_factory=dict)
    saved: dict[str, list[Method]] = field(default_factory=dict)
    warnings: dict[str, str] = field(default_factory=dict)
    intents: dict[str, Intent] = field(default_factory=dict)
    intent_customers: dict[str, str] = field(default_factory=dict)
    transfers: dict[str, tuple[TransferMade, int, str | None]] = field(default_factory=dict)
    reversals: dict[str, tuple[str, ReversalMade]] = field(default_factory=dict)
    refunds: dict[str, RefundMade] = field(default_factory=dict)
    refund_states: list[RefundState] = field(default_factory=list)
    accounts: dict[str, AccountSeen] = field(default_factory=dict)
    payouts: dict[str, tuple[str, PayoutSeen]] = field(default_factory=dict)
    balances: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    _numbers: Any = field(default_factory=lambda: count(1))

    # what a test does to it

    def save_method(self, customer_id: str, card: Card = "good", *, expires_on: date | None = None) -> Method:
        method = Method(id=self._id("pm"), label="Visa ending in 4242", expires_on=expires_on)
        self.cards[method.id] = card
        self.saved[customer_id] = [method, *self.saved.get(customer_id, [])]
        return method

    def set_account(self, account_id: str, transfers: AccountState, *requirements: str) -> None:
        self.accounts[account_id] = AccountSeen(account_id, transfers, requirements)

    def close_account(self, account_id: str) -> None:
        self.accounts[account_id] = AccountSeen(account_id, AccountState.UNSUPPORTED, (), is_closed=True)

    def finish(self, intent_id: str) -> None:
        """The payer authenticates on a page of the processor's, or a slow payment comes through."""
        self.intents[intent_id] = self._charged(self.intents[intent_id])

    def pay_out(self, account_id: str, amount: Money, status: str = "pending") -> str:
        payout = PayoutSeen(self._id("po"), amount, status, date(2030, 1, 2), None)
        self.payouts[payout.id] = (account_id, payout)
        self.balances[account_id][amount.currency.lower()] -= to_stripe(amount)
        if status in ("failed", "canceled"):
            self._give_back(payout.id)
        return payout.id

    def move_payout(self, payout_id: str, status: str, failure_message: str | None = None) -> None:
        account_id, payout = self.payouts[payout_id]
        self.payouts[payout_id] = (account_id, replace(payout, status=status, failure_message=failure_message))
        if status in ("failed", "canceled"):
            self._give_back(payout_id)

    def _give_back(self, payout_id: str) -> None:
        account_id, payout = self.payouts[payout_id]
        self.balances[account_id][payout.amount.currency.lower()] += to_stripe(payout.amount)

    def books(self) -> Books:
        charged = [(intent_id, intent) for intent_id, intent in self.intents.items() if intent.charge_id]
        return Books(
            charges=tuple(
                ChargeHeld(intent.charge_id or "", intent.payment_id, *_units(intent.amount), intent_id)
                for intent_id, intent in charged
            ),
            transfers=tuple(
                TransferHeld(
                    made.id, made.share_id, payment_id, *_units(made.amount), made.destination, self._pulled(made.id)
                )
                for made, payment_id, _ in self.transfers.values()
            ),
            payouts=tuple(
                PayoutHeld(payout.id, account, *_units(payout.amount), payout.status)
                for account, payout in self.payouts.values()
            ),
            balances={account: dict(held) for account, held in self.balances.items()},
            refunds=tuple(
                RefundHeld(made.id, made.refund_id, made.charge_id, *_units(made.amount), made.state.lower())
                for made in self.refunds.values()
            ),
            reversals=tuple(
                ReversalHeld(made.id, made.reversal_id, transfer_id, *_units(made.amount))
                for transfer_id, made in self.reversals.values()
            ),
            platform=self._platform(),
        )

    def _platform(self) -> dict[str, int]:
        moved: Counter[str] = Counter()
        for intent in self.intents.values():
            if intent.settlement is not None:
                moved[intent.amount.currency] += intent.settlement.gross.minor - intent.settlement.fee.minor
        for made, _, _ in self.transfers.values():
            moved[made.amount.currency] -= made.amount.minor
        for _, reversal in self.reversals.values():
            moved[reversal.amount.currency] += reversal.amount.minor
        for refund in self.refunds.values():
            if refund.state is not RefundState.FAILED:
                moved[refund.amount.currency] -= refund.amount.minor
        return {currency.lower(): to_stripe(Money(minor, currency)) for currency, minor in moved.items()}

    def _pulled(self, transfer_id: str) -> int:
        return sum(to_stripe(made.amount) for of, made in self.reversals.values() if of == transfer_id)

    def move_refund(self, refund_id: str, state: RefundState, failure_code: str | None = None) -> None:
        self.refunds[refund_id] = replace(self.refunds[refund_id], state=state, failure_code=failure_code)

    # payers

    async def create_customer(self, *, payer_id: int, name: str, key: str) -> str:
        def do() -> str:
            customer_id = self._id("cus")
            self.customers[customer_id] = payer_id
            return customer_id

        return await self._call("create_customer", key, (payer_id, name), do)

    async def start_setup(self, *, customer_id: str, return_url: str, key: str) -> tuple[str, str]:
        def do() -> tuple[str, str]:
            session_id = self._id("cs")
            return session_id, f"https://pay.invalid/{session_id}"

        return await self._call("start_setup", key, (customer_id, return_url), do)

    async def saved_methods(self, *, customer_id: str) -> list[Method]:
        return await self._call("saved_methods", None, (), lambda: self.saved.get(customer_id, []))

    async def find_warning(self, stripe_id: str) -> str:
        return await self._call("find_warning", None, (), lambda: self.warnings[stripe_id])

    # charges

    async def create_intent(
        self, *, payment_id: int, amount: Money, customer_id: str, method_id: str, description: str, key: str
    ) -> Intent:
        def do() -> Intent:
            if method_id not in self.cards:
                raise Refused("No such payment method.", code="resource_missing")
            intent = Intent(self._id("pi"), IntentState.READY, amount, payment_id=payment_id)
            self.intents[intent.id] = intent
            self.intent_customers[intent.id] = customer_id
            return intent

        return await self._call("create_intent", key, (payment_id, amount, customer_id, method_id, description), do)

    async def confirm_intent(self, intent_id: str, *, method_id: str, key: str) -> Intent:
        def do() -> Intent:
            intent, card = self.intents[intent_id], self.cards[method_id]
            if intent.state not in CONFIRMABLE:
                raise Refused(f"The intent is {intent.state}.", code="payment_intent_unexpected_state")
            if card in ("declined", "needs_authentication"):
                authenticate = card == "needs_authentication"
                code = "authentication_required" if authenticate else "card_declined"
                self.intents[intent_id] = replace(intent, state=IntentState.NEEDS_METHOD, failure_code=code)
                raise Declined("Your card was declined.", code=code, needs_authentication=authenticate)
            slow = replace(intent, state=IntentState.PROCESSING)
            self.intents[intent_id] = slow if card == "slow" else self._charged(intent)
            return self.intents[intent_id]

        return await self._call("confirm_intent", key, (intent_id, method_id), do)

    async def confirm_in_person(self, intent_id: str, *, method_id: str, return_url: str, key: str) -> Intent:
        def do() -> Intent:
            intent, card = self.intents[intent_id], self.cards[method_id]
            if intent.state not in CONFIRMABLE:
                raise Refused(f"The intent is {intent.state}.", code="payment_intent_unexpected_state")
            if card == "declined":
                self.intents[intent_id] = replace(intent, state=IntentState.NEEDS_METHOD, failure_code="card_declined")
                raise Declined("Your card was declined.", code="card_declined")
            page = f"https://pay.invalid/{intent_id}"
            acting = replace(intent, state=IntentState.NEEDS_ACTION, next_url=page, method_id=method_id)
            self.intents[intent_id] = acting if card == "needs_authentication" else self._charged(intent)
            return self.intents[intent_id]

        return await self._call("confirm_in_person", key, (intent_id, method_id, return_url), do)

    def _charged(self, intent: Intent) -> Intent:
        if intent.charge_id is not None:
            return intent
        fee = Money(intent.amount.minor * 15 // 1000 + 25, intent.amount.currency)
        settlement = Settlement(gross=intent.amount, fee=fee)
        charge_id = self._id("ch")
        return replace(intent, state=IntentState.SUCCEEDED, charge_id=charge_id, settlement=settlement)

    async def cancel_intent(self, intent_id: str, *, key: str) -> Intent:
        def do() -> Intent:
            intent = self.intents[intent_id]
            if intent.state not in CONFIRMABLE:
                raise Refused(f"The intent is {intent.state}.", code="payment_intent_unexpected_state")
            self.intents[intent_id] = replace(intent, state=IntentState.CANCELED)
            return self.intents[intent_id]

        return await self._call("cancel_intent", key, (intent_id,), do)

    async def find_intent(self, intent_id: str) -> Intent:
        return await self._call("find_intent", None, (), lambda: self.intents[intent_id])

    async def intents_of(self, *, payment_id: int, customer_id: str) -> list[Intent]:
        def do() -> list[Intent]:
            theirs = [self.intents[i] for i, customer in self.intent_customers.items() if customer == customer_id]
            return [intent for intent in theirs if intent.payment_id == payment_id]

        return await self._call("intents_of", None, (), do)

    # shares

    async def create_transfer(
        self, *, share_id: int, payment_id: int, amount: Money, destination: str, charge_id: str, key: str
    ) -> TransferMade:
        def do() -> TransferMade:
            charge = next(intent for intent in self.intents.values() if intent.charge_id == charge_id)
            sent = sum(made.amount.minor for made, _, source in self.transfers.values() if source == charge_id)
            if sent + amount.minor > charge.amount.minor:
                raise Refused("The transfers exceed the charge.", code="balance_insufficient")
            if self.accounts[destination].transfers is not AccountState.ACTIVE:
                raise Refused("The account cannot receive transfers.", code="insufficient_capabilities_for_transfer")
            made = TransferMade(self._id("tr"), amount, destination, share_id)
            self.transfers[made.id] = (made, payment_id, charge_id)
            self.balances[destination][amount.currency.lower()] += to_stripe(amount)
            return made

        parameters = (share_id, payment_id, amount, destination, charge_id)
        return await self._call("create_transfer", key, parameters, do)

    async def transfers_of(self, *, payment_id: int) -> list[TransferMade]:
        def do() -> list[TransferMade]:
            return [made for made, of, _ in self.transfers.values() if of == payment_id]

        return await self._call("transfers_of", None, (), do)

    # money that comes back

    async def create_refund(
        self, *, refund_id: int, payment_id: int, charge_id: str, amount: Money, key: str
    ) -> RefundMade:
        def do() -> RefundMade:
            charge = next(intent for intent in self.intents.values() if intent.charge_id == charge_id)
            refunded = sum(
                made.amount.minor
                for made in self.refunds.values()
                if made.charge_id == charge_id and made.state is not RefundState.FAILED
            )
            if refunded + amount.minor > charge.amount.minor:
                raise Refused("The refunds exceed the charge.", code="charge_already_refunded")
            state = self.refund_states.pop(0) if self.refund_states else RefundState.SUCCEEDED
            made = RefundMade(self._id("re"), state, amount, charge_id, refund_id)
            self.refunds[made.id] = made
            return made

        return await self._call("create_refund", key, (refund_id, payment_id, charge_id, amount), do)

    async def find_refund(self, stripe_id: str) -> RefundMade:
        return await self._call("find_refund", None, (), lambda: self.refunds[stripe_id])

    async def refunds_of(self, *, charge_id: str) -> list[RefundMade]:
        def do() -> list[RefundMade]:
            return [made for made in self.refunds.values() if made.charge_id == charge_id]

        return await self._call("refunds_of", None, (), do)

    async def create_reversal(self, *, reversal_id: int, transfer_id: str, amount: Money, key: str) -> ReversalMade:
        def do() -> ReversalMade:
            transfer, _, _ = self.transfers[transfer_id]
            if self._pulled(transfer_id) + to_stripe(amount) > to_stripe(transfer.amount):
                raise Refused("The reversals exceed the transfer.")
            if self.balances[transfer.destination][amount.currency.lower()] < to_stripe(amount):
                raise Refused("The balance of the account is too small.", code="balance_insufficient")
            made = ReversalMade(self._id("trr"), amount, reversal_id)
            self.reversals[made.id] = (transfer_id, made)
            self.balances[transfer.destination][amount.currency.lower()] -= to_stripe(amount)
            return made

        return await self._call("create_reversal", key, (reversal_id, transfer_id, amount), do)

    async def reversals_of(self, *, transfer_id: str) -> list[ReversalMade]:
        def do() -> list[ReversalMade]:
            return [made for of, made in self.reversals.values() if of == transfer_id]

        return await self._call("reversals_of", None, (), do)

    async def return_share(
        self, *, reversal_id: int, share_id: int, payment_id: int, amount: Money, destination: str, key: str
    ) -> TransferMade:
        def do() -> TransferMade:
            if self.accounts[destination].transfers is not AccountState.ACTIVE:
                raise Refused("The account cannot receive transfers.", code="insufficient_capabilities_for_transfer")
            made = TransferMade(self._id("tr"), amount, destination, share_id, reversal_id)
            self.transfers[made.id] = (made, payment_id, None)
            self.balances[destination][amount.currency.lower()] += to_stripe(amount)
            return made

        parameters = (reversal_id, share_id, payment_id, amount, destination)
        return await self._call("return_share", key, parameters, do)

    # payees

    async def create_account(
        self, *, payee_id: int, name: str, email: str, country: str, is_company: bool, key: str
    ) -> AccountSeen:
        def do() -> AccountSeen:
            account = AccountSeen(self._id("acct"), AccountState.RESTRICTED, ("identity.individual",))
            self.accounts[account.id] = account
            return account

        return await self._call("create_account", key, (payee_id, name, email, country, is_company), do)

    async def onboarding_url(self, *, account_id: str, return_url: str, refresh_url: str) -> str:
        return await self._call("onboarding_url", None, (), lambda: f"https://connect.invalid/{account_id}")

    async def find_account(self, account_id: str) -> AccountSeen:
        return await self._call("find_account", None, (), lambda: self.accounts[account_id])

    async def find_payout(self, *, account_id: str, payout_id: str) -> PayoutSeen:
        return await self._call("find_payout", None, (), lambda: self.payouts[payout_id][1])

    # events

    def read_event(self, body: bytes, signature: str, secrets: tuple[str, ...]) -> EventSeen:
        raise NotImplementedError("Nothing is signed here.")

    def _id(self, prefix: str) -> str:
        return f"{prefix}_{next(self._numbers)}"


def _units(amount: Money) -> tuple[int, str]:
    return to_stripe(amount), amount.currency.lower()
