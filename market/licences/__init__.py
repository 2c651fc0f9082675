"""Licences: granted rights.

`consenting` writes the text that the model signs, `accepting` is her signature, `running` what becomes of a licence
afterwards: paid, lapsed, paused, ended; `paying` is the brand that tries again, `returning` the money that goes back.
"""

from market.licences.accepting import PAYMENT_DEADLINE, accept
from market.licences.consenting import Deal, consent_document, deals
from market.licences.paying import retry_payment
from market.licences.returning import follow_payment, refund
from market.licences.running import activate, end_due, lapse, payment_failed, resume_all, suspend_all

__all__ = [
    "PAYMENT_DEADLINE",
    "Deal",
    "accept",
    "activate",
    "consent_document",
    "deals",
    "end_due",
    "follow_payment",
    "lapse",
    "payment_failed",
    "refund",
    "resume_all",
    "retry_payment",
    "suspend_all",
]
