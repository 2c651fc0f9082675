"""Charging a payer once for one reference.

A charge takes two calls: an intent is created and kept, then it is confirmed. An intent succeeds at most once, so
whatever answer was lost, reading the intent and confirming it again cannot charge twice.
"""

from payments.charges.abandoning import abandon
from payments.charges.asking import request, retry
from payments.charges.driving import drive
from payments.charges.paying import pay_in_person

__all__ = ["abandon", "drive", "pay_in_person", "request", "retry"]
