"""What the ledger and the shares say of payees."""

from collections.abc import Sequence
from datetime import date

from core.work import Read
from payments import store
from payments.store import Balance, Earning


async def balances(read: Read, payee_ids: Sequence[int]) -> Sequence[Balance]:
    return await store.balances(read, payee_ids)


async def earnings(read: Read, payee_id: int, *, first: date, last: date) -> Sequence[Earning]:
    return await store.earnings(read, payee_id, first=first, last=last)
