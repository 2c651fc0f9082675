"""The gateway that speaks Stripe: separate charges and transfers, recipients of Accounts v2.

Sources: Stripe's "Separate charges and transfers", "Accounts v2", "Idempotent requests" and "Error codes".
"""

from datetime import UTC, datetime

import stripe

from payments import stripe_events
from payments.errors import ForgedEvent, Refused
from payments.gateway import AccountSeen, EventSeen, Intent, Method, PayoutSeen, TransferMade
from payments.money import Money, from_stripe, to_stripe
from payments.pace import Turn
from payments.stripe_gateway.books import Bookkeeping
from payments.stripe_gateway.returns import Returns
from payments.stripe_gateway.wire import TIMEOUT_SECONDS, PacedWire
from payments.stripe_gateway.words import (
    PAGE_SIZE,
    account_of,
    group,
    intent_of,
    marked,
    maybe,
    method_of,
    our_words,
    transfer_of,
)

NETWORK_RETRIES = 2

stripe.enable_telemetry = False  # it would write into the home directory


class StripeGateway(Returns, Bookkeeping):
    """`environment` marks every object that we make, so that two environments can share one Stripe account.
    `base_url` is another address than Stripe's own: a sandbox's. Every request waits for its `turn`, where there is one.
    `key` is everywhere the idempotency key."""

    def __init__(
        self,
        api_key: str,
        *,
        environment: str,
        base_url: str | None = None,
        http_client: stripe.HTTPClient | None = None,
        turn: Turn | None = None,
        network_retries: int = NETWORK_RETRIES,
    ) -> None:
        self._environment = environment
        self._live = api_key.startswith(("sk_live_", "rk_live_"))
        self._http = http_client or (PacedWire(turn) if turn else stripe.HTTPXClient(timeout=TIMEOUT_SECONDS))
        self._stripe = stripe.StripeClient(
            api_key,
            base_addresses={"api": base_url} if base_url else {},
            http_client=self._http,
            max_network_retries=network_retries,
        )

    async def close(self) -> None:
        await self._http.close_async()  # type: ignore[no-untyped-call]

    # payers

    async def create_customer(self, *, payer_id: int, name: str, key: str) -> str:
        with our_words():
            customer = await self._stripe.v1.customers.create_async(
                {"name": name, "metadata": self._marks(payer_id=payer_id)}, {"idempotency_key": key}
            )
        return customer.id

    async def start_setup(self, *, customer_id: str, return_url: str, key: str) -> tuple[str, str]:
        with our_words():
            session = await self._stripe.v1.checkout.sessions.create_async(
                {
                    "mode": "setup",
                    "customer": customer_id,
                    "allowed_payment_method_types": ["card"],
                    "success_url": return_url,
                    "cancel_url": return_url,
                },
                {"idempotency_key": key},
            )
        if session.url is None:
            raise Refused("Stripe opened a session for saving a card, but gave it no page. Start another one.")
        return session.id, session.url

    async def saved_methods(self, *, customer_id: str) -> list[Method]:
        with our_words():
            newest_first = await self._stripe.v1.customers.payment_methods.list_async(
                customer_id, {"type": "card", "limit": PAGE_SIZE}
            )
        return [method_of(method) for method in newest_first.data]

    # charges

    async def create_intent(
        self, *, payment_id: int, amount: Money, customer_id: str, method_id: str, description: str, key: str
    ) -> Intent:
        with our_words():
            intent = await self._stripe.v1.payment_intents.create_async(
                {
                    "amount": to_stripe(amount),
                    "currency": amount.currency.lower(),
                    "customer": customer_id,
                    "payment_method": method_id,
                    "allowed_payment_method_types": ["card"],
                    "capture_method": "automatic",  # the default leaves the settlement unknown for a while
                    "transfer_group": group(payment_id),
                    "description": description,
                    "metadata": self._marks(payment_id=payment_id),
                },
                {"idempotency_key": key},
            )
        return intent_of(intent, self._environment)

    async def confirm_intent(self, intent_id: str, *, method_id: str, key: str) -> Intent:
        """Charges the card while its owner is away. An intent that can no longer be confirmed is answered as it is."""
        try:
            with our_words():
                intent = await self._stripe.v1.payment_intents.confirm_async(
                    intent_id,
                    {"payment_method": method_id, "off_session": True, "expand": ["latest_charge.balance_transaction"]},
                    {"idempotency_key": key},
                )
        except Refused as refusal:
            return await self._as_it_stands(intent_id, refusal)
        return intent_of(intent, self._environment)

    async def confirm_in_person(self, intent_id: str, *, method_id: str, return_url: str, key: str) -> Intent:
        """On-session. With a `return_url` Stripe answers with a page of its own, and no script of Stripe's is needed."""
        try:
            with our_words():
                intent = await self._stripe.v1.payment_intents.confirm_async(
                    intent_id,
                    {
                        "payment_method": method_id,
                        "return_url": return_url,
                        "expand": ["latest_charge.balance_transaction"],
                    },
                    {"idempotency_key": key},
                )
        except Refused as refusal:
            return await self._as_it_stands(intent_id, refusal)
        return intent_of(intent, self._environment)

    async def cancel_intent(self, intent_id: str, *, key: str) -> Intent:
        """An intent that can no longer be canceled, because it succeeded meanwhile, is answered as it stands."""
        try:
            with our_words():
                intent = await self._stripe.v1.payment_intents.cancel_async(intent_id, {}, {"idempotency_key": key})
        except Refused as refusal:
            return await self._as_it_stands(intent_id, refusal)
        return intent_of(intent, self._environment)

    async def find_intent(self, intent_id: str) -> Intent:
        with our_words():
            intent = await self._stripe.v1.payment_intents.retrieve_async(
                intent_id, {"expand": ["latest_charge.balance_transaction"]}
            )
        return intent_of(intent, self._environment)

    async def intents_of(self, *, payment_id: int, customer_id: str) -> list[Intent]:
        with our_words():
            page = await self._stripe.v1.payment_intents.list_async(
                {"customer": customer_id, "limit": PAGE_SIZE, "expand": ["data.latest_charge.balance_transaction"]}
            )
            marks = self._marks(payment_id=payment_id)
            return [
                intent_of(intent, self._environment)
                async for intent in page.auto_paging_iter()
                if marked(intent, marks)
            ]

    async def _as_it_stands(self, intent_id: str, refusal: Refused) -> Intent:
        if refusal.code != "payment_intent_unexpected_state":
            raise refusal
        return await self.find_intent(intent_id)

    # shares

    async def create_transfer(
        self, *, share_id: int, payment_id: int, amount: Money, destination: str, charge_id: str, key: str
    ) -> TransferMade:
        """`source_transaction` ties it to the charge: Stripe refuses to exceed it, and needs no other balance."""
        with our_words():
            transfer = await self._stripe.v1.transfers.create_async(
                {
                    "amount": to_stripe(amount),
                    "currency": amount.currency.lower(),
                    "destination": destination,
                    "source_transaction": charge_id,
                    "transfer_group": group(payment_id),
                    "metadata": self._marks(share_id=share_id, payment_id=payment_id),
                },
                {"idempotency_key": key},
            )
        return transfer_of(transfer)

    async def transfers_of(self, *, payment_id: int) -> list[TransferMade]:
        with our_words():
            page = await self._stripe.v1.transfers.list_async({"transfer_group": group(payment_id), "limit": PAGE_SIZE})
            marks = self._marks(payment_id=payment_id)
            return [transfer_of(transfer) async for transfer in page.auto_paging_iter() if marked(transfer, marks)]

    # payees

    async def create_account(
        self, *, payee_id: int, name: str, email: str, country: str, is_company: bool, key: str
    ) -> AccountSeen:
        """A recipient with an Express dashboard. Fees and losses are the platform's: Express asks for that."""
        with our_words():
            account = await self._stripe.v2.core.accounts.create_async(
                {
                    "contact_email": email,
                    "display_name": name,
                    "dashboard": "express",
                    "identity": {
                        "country": country.lower(),
                        "entity_type": "company" if is_company else "individual",
                    },
                    "configuration": {
                        "recipient": {"capabilities": {"stripe_balance": {"stripe_transfers": {"requested": True}}}}
                    },
                    "defaults": {
                        "responsibilities": {"fees_collector": "application", "losses_collector": "application"}
                    },
                    "metadata": self._marks(payee_id=payee_id),
                    "include": ["configuration.recipient", "requirements"],
                },
                {"idempotency_key": key},
            )
        return account_of(account)

    async def onboarding_url(self, *, account_id: str, return_url: str, refresh_url: str) -> str:
        """A page for one visit. Live mode asks for https in both addresses."""
        with our_words():
            link = await self._stripe.v2.core.account_links.create_async(
                {
                    "account": account_id,
                    "use_case": {
                        "type": "account_onboarding",
                        "account_onboarding": {
                            "return_url": return_url,
                            "refresh_url": refresh_url,
                        },
                    },
                }
            )
        return link.url

    async def find_account(self, account_id: str) -> AccountSeen:
        with our_words():
            account = await self._stripe.v2.core.accounts.retrieve_async(
                account_id, {"include": ["configuration.recipient", "requirements"]}
            )
        return account_of(account)

    async def find_payout(self, *, account_id: str, payout_id: str) -> PayoutSeen:
        with our_words():
            payout = await self._stripe.v1.payouts.retrieve_async(payout_id, {}, {"stripe_account": account_id})
        return PayoutSeen(
            id=payout.id,
            amount=from_stripe(payout.amount, payout.currency),
            status=payout.status,
            arrives_on=datetime.fromtimestamp(payout.arrival_date, UTC).date(),
            failure_message=maybe(payout, "failure_message"),
        )

    # events

    def read_event(self, body: bytes, signature: str, secrets: tuple[str, ...]) -> EventSeen:
        if not any(_signed(body, signature, secret) for secret in secrets):
            raise ForgedEvent("The signature fits none of the webhook's secrets, or is too old.")
        return stripe_events.read(body, live=self._live)


def _signed(body: bytes, signature: str, secret: str) -> bool:
    try:
        stripe.WebhookSignature.verify_header(body, signature, secret, stripe.Webhook.DEFAULT_TOLERANCE)
    except (stripe.SignatureVerificationError, UnicodeDecodeError):
        return False
    return True
