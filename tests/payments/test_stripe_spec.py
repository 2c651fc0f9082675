"""The spec check notices what the installed SDK does not know."""

import re
from pathlib import Path

import httpx

from tests.fakes.sandbox import OfflineStripe


async def test_the_spec_check_refuses_what_the_sdk_does_not_know() -> None:
    offline = OfflineStripe()
    http = httpx.AsyncClient(transport=httpx.ASGITransport(offline.check), base_url="http://stripe.test")
    headers = {"authorization": "Bearer sk_test_x", "stripe-version": "2026-10-28.endive"}
    wrong = [
        {"amount": "5", "currency": "eur", "transfer_grp": "x"},
        {"amount": "five", "currency": "eur"},
        {"amount": "500"},
        {"amount": "500", "currency": "eur", "payment_method_types[0]": "card"},
        {"amount": "500", "currency": "eur", "automatic_payment_methods[enable]": "true"},
        {"amount": "500", "currency": "eur", "capture_method": "at_once"},
    ]
    for form in wrong:
        assert (await http.post("/v1/payment_intents", data=form, headers=headers)).status_code == 400
    assert (await http.post("/v1/topups", headers=headers)).status_code == 400
    assert len(offline.violations) == len(wrong) + 1
    offline.world.state.put({"id": "pi_1", "object": "payment_intent", "amount": "100"})
    await http.get("/v1/payment_intents/pi_1", headers=headers)
    assert "answer" in offline.violations[-1]
    await http.aclose()


TESTS = Path(__file__).parents[1]
UNCHECKED = {
    "fakes/sandbox.py",  # puts the check before it
    "fakes/checked_stripe.py",  # likewise, as a process
    "payments/test_sandbox_process.py",  # kills and serves it bare, and compares
}


def test_nobody_speaks_with_the_sandbox_but_through_the_check() -> None:
    made = {
        str(file.relative_to(TESTS))
        for file in TESTS.rglob("*.py")
        if re.search(r"create_sandbox\(\w", file.read_text())
    }
    assert made == UNCHECKED
