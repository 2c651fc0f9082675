"""Links to the page on which a brand pays in person: who holds one may pay that one payment, for an hour."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from struct import Struct
from struct import error as Unreadable

from core.seal import Broken, Seal

GOOD_FOR = timedelta(hours=1)
PURPOSE = "pay"
_CONTENT = Struct(">qq")


@dataclass(frozen=True, slots=True)
class PayLink:
    payment_id: int
    until: datetime


def link_to_pay(seal: Seal, public_url: str, payment_id: int, now: datetime) -> str:
    content = _CONTENT.pack(payment_id, int((now + GOOD_FOR).timestamp()))
    return f"{public_url}/pay/{seal.close(PURPOSE, content)}"


def read_link(seal: Seal, token: str) -> PayLink | None:
    """None when it was not made here."""
    try:
        payment_id, until = _CONTENT.unpack(seal.open(PURPOSE, token))
    except (Broken, Unreadable):
        return None
    return PayLink(payment_id, datetime.fromtimestamp(until, UTC))
