"""Money that comes back: refunds, reversals of transfers, disputes.

A refund leaves the transfers of its charge as they are: each is reversed by a call of its own.
Sources: Stripe's "Separate charges and transfers", "Refund and cancel payments" and "How disputes work".
"""

import stripe

from payments.gateway import DisputeSeen, RefundMade, ReversalMade, TransferMade
from payments.money import Money, to_stripe
from payments.stripe_gateway.words import (
    PAGE_SIZE,
    dispute_of,
    group,
    marked,
    our_words,
    refund_of,
    reversal_of,
    transfer_of,
)


class Returns:
    """That part of the gateway."""

    _stripe: stripe.StripeClient
    _environment: str

    async def create_refund(
        self, *, refund_id: int, payment_id: int, charge_id: str, amount: Money, key: str
    ) -> RefundMade:
        with our_words():
            refund = await self._stripe.v1.refunds.create_async(
                {
                    "charge": charge_id,
                    "amount": to_stripe(amount),
                    "metadata": self._marks(refund_id=refund_id, payment_id=payment_id),
                },
                {"idempotency_key": key},
            )
        return refund_of(refund, self._environment)

    async def find_refund(self, stripe_id: str) -> RefundMade:
        with our_words():
            refund = await self._stripe.v1.refunds.retrieve_async(
                stripe_id, {"expand": ["balance_transaction", "failure_balance_transaction"]}
            )
        return refund_of(refund, self._environment)

    async def refunds_of(self, *, charge_id: str) -> list[RefundMade]:
        with our_words():
            page = await self._stripe.v1.refunds.list_async({"charge": charge_id, "limit": PAGE_SIZE})
            return [refund_of(refund, self._environment) async for refund in page.auto_paging_iter()]

    async def create_reversal(self, *, reversal_id: int, transfer_id: str, amount: Money, key: str) -> ReversalMade:
        with our_words():
            reversal = await self._stripe.v1.transfers.reversals.create_async(
                transfer_id,
                {"amount": to_stripe(amount), "metadata": self._marks(reversal_id=reversal_id)},
                {"idempotency_key": key},
            )
        return reversal_of(reversal)

    async def reversals_of(self, *, transfer_id: str) -> list[ReversalMade]:
        with our_words():
            page = await self._stripe.v1.transfers.reversals.list_async(transfer_id, {"limit": PAGE_SIZE})
            marks = self._marks()
            return [reversal_of(reversal) async for reversal in page.auto_paging_iter() if marked(reversal, marks)]

    async def return_share(
        self, *, reversal_id: int, share_id: int, payment_id: int, amount: Money, destination: str, key: str
    ) -> TransferMade:
        """Without `source_transaction`: whether a reversed amount frees its charge for another transfer is not said."""
        with our_words():
            transfer = await self._stripe.v1.transfers.create_async(
                {
                    "amount": to_stripe(amount),
                    "currency": amount.currency.lower(),
                    "destination": destination,
                    "transfer_group": group(payment_id),
                    "metadata": self._marks(reversal_id=reversal_id, share_id=share_id, payment_id=payment_id),
                },
                {"idempotency_key": key},
            )
        return transfer_of(transfer)

    async def find_dispute(self, stripe_id: str) -> DisputeSeen:
        with our_words():
            return dispute_of(await self._stripe.v1.disputes.retrieve_async(stripe_id))

    async def disputes_of(self, *, charge_id: str) -> list[DisputeSeen]:
        with our_words():
            page = await self._stripe.v1.disputes.list_async({"charge": charge_id, "limit": PAGE_SIZE})
            return [dispute_of(dispute) async for dispute in page.auto_paging_iter()]

    async def find_warning(self, stripe_id: str) -> str:
        with our_words():
            warning = await self._stripe.v1.radar.early_fraud_warnings.retrieve_async(stripe_id)
        return warning.charge.id if isinstance(warning.charge, stripe.Charge) else warning.charge

    def _marks(self, **ids: int) -> dict[str, str]:
        return {**{name: str(value) for name, value in ids.items()}, "env": self._environment}
