"""What is to go wrong, on demand, and how often."""

from collections import Counter
from dataclasses import asdict, dataclass
from enum import StrEnum
from fnmatch import fnmatch
from random import Random
from typing import Any


class FaultKind(StrEnum):
    """
    DECLINE        the next confirmation is declined                       (customer, code)
    AUTHENTICATE   the next confirmation asks for the card's owner         (customer)
    RESET          the connection breaks before anything is done           (path)
    LOSE_ANSWER    it is done, and the connection breaks before the answer (path)
    GARBLE_ANSWER  it is done, and somebody between us answers instead     (path)
    ANSWER         turned away at the door with `status`; `kept`: inside, and kept under the key   (path)
    DELAY          answered after `milliseconds`                           (path)
    LOSE_EVENT     it is never sent                                        (path: the event's type)
    REPEAT_EVENT   it is sent twice                                        (likewise)
    DELAY_EVENT    it is sent `milliseconds` later than others             (likewise)
    PEND_REFUND    the next refund waits, until it is told what becomes of it
    FAIL_PAYOUT    the next payout fails; `after_paid`: it is paid first   (account)
    DISABLE_PAYEE  the account may not receive from now on                 (account)
    ENABLE_PAYEE   it may again                                            (account)
    CLOSE_PAYEE    the account is closed for good, empty as it must be     (account)
    """

    DECLINE = "decline"
    AUTHENTICATE = "authenticate"
    RESET = "reset"
    LOSE_ANSWER = "lose_answer"
    GARBLE_ANSWER = "garble_answer"
    ANSWER = "answer"
    DELAY = "delay"
    LOSE_EVENT = "lose_event"
    REPEAT_EVENT = "repeat_event"
    DELAY_EVENT = "delay_event"
    PEND_REFUND = "pend_refund"
    FAIL_PAYOUT = "fail_payout"
    DISABLE_PAYEE = "disable_payee"
    ENABLE_PAYEE = "enable_payee"
    CLOSE_PAYEE = "close_payee"


@dataclass(slots=True)
class Fault:
    """`path` is a pattern over "POST /v1/transfers". A customer or account of None means any. `percent`: with what chance
    it happens when it could; the dice are the same in every sandbox."""

    kind: FaultKind
    times: int = 1
    percent: int = 100
    path: str = "*"
    customer: str | None = None
    account: str | None = None
    code: str = "insufficient_funds"
    status: int = 500
    kept: bool = False
    milliseconds: int = 0
    after_paid: bool = False

    @classmethod
    def read(cls, told: dict[str, Any]) -> "Fault":
        """Raises ValueError or TypeError when it is not a fault that we know."""
        return cls(**{**told, "kind": FaultKind(told["kind"])})

    def told(self) -> dict[str, Any]:
        return asdict(self)


class Faults:
    def __init__(self) -> None:
        self.waiting: list[Fault] = []
        self.happened: Counter[FaultKind] = Counter()
        self.dice = Random(1)  # noqa: S311 - what goes wrong shall go wrong again

    def add(self, fault: Fault) -> None:
        self.waiting.append(fault)

    def clear(self) -> None:
        self.waiting.clear()

    def on(self, kind: FaultKind, call: str) -> Fault | None:
        """The fault that is due on this call, which counts as one time."""
        return self._take(lambda fault: fault.kind is kind and fnmatch(call, fault.path))

    def on_customer(self, customer: str | None) -> Fault | None:
        kinds = (FaultKind.DECLINE, FaultKind.AUTHENTICATE)
        return self._take(lambda fault: fault.kind in kinds and fault.customer in (None, customer))

    def on_payout(self, account: str) -> Fault | None:
        return self._take(lambda fault: fault.kind is FaultKind.FAIL_PAYOUT and fault.account in (None, account))

    def _take(self, fits: Any) -> Fault | None:
        for fault in self.waiting:
            if fits(fault) and (fault.percent >= 100 or self.dice.randrange(100) < fault.percent):
                fault.times -= 1
                self.happened[fault.kind] += 1
                if fault.times <= 0:
                    self.waiting.remove(fault)
                return fault
        return None
