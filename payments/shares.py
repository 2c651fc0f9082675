"""What is told of a share."""

from payments.facts import ShareFact
from payments.tables import Payment, Share


def share_fact(fact: type[ShareFact], payment: Payment, share: Share, minor: int | None = None) -> ShareFact:
    """Of `minor` of the share; of all of it if left out."""
    if share.id is None or share.payee_id is None:
        raise ValueError(f"Share {share.id} of payment {payment.id} is nobody's.")
    return fact(
        share_id=share.id,
        payment_id=share.payment_id,
        reference=payment.reference,
        payee_id=share.payee_id,
        amount_minor=share.amount_minor if minor is None else minor,
        currency=share.currency,
    )
