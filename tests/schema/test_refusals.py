"""What is refused, and as what."""

from typing import Any

import pytest

from core import errors as core
from core.actor import Actor
from market.errors import Availability, BidTooLow, ConsentDocument, ConsentOutdated, RightsUnavailable
from payments.errors import PaymentProblem
from payments.money import Money
from resolvers.refusals import present
from tests.schema.conftest import Api
from tests.schema.scenes import RIGHTS, TODAY, on_the_market, with_a_card


async def test_refusals_name_the_field_at_fault(api: Api, ada: Actor, lumen: Actor) -> None:
    twin_id = await on_the_market(api, ada)
    offer = {
        "twinId": twin_id,
        "rights": RIGHTS,
        "amount": {"amount": "2100", "currency": "EUR"},
        "intendedUse": "Our online shop.",
    }

    async def refused(**changes: Any) -> tuple[str, str, list[str]]:
        told = await api.do(lumen, "makeOffer", offer | changes)
        return told["__typename"], told["code"], told["path"]

    nowhere = RIGHTS | {"territories": ["DE", "ATLANTIS"]}
    assert await refused(rights=nowhere) == ("InvalidInput", "INVALID_INPUT", ["rights", "territories"])
    past = RIGHTS | {"startsOn": "2020-01-01"}
    assert await refused(rights=past) == ("InvalidInput", "INVALID_INPUT", ["rights", "startsOn"])
    cents = {"amount": "2100.005", "currency": "EUR"}
    assert await refused(amount=cents) == ("InvalidInput", "INVALID_INPUT", ["amount"])
    dubloons = {"amount": "2100", "currency": "XXX"}
    assert await refused(amount=dubloons) == ("InvalidInput", "INVALID_INPUT", ["amount", "currency"])
    too_much = {"amount": "9" * 18, "currency": "KWD"}
    assert await refused(amount=too_much) == ("InvalidInput", "INVALID_INPUT", ["amount"])
    assert await refused(twinId="nonsense") == ("InvalidInput", "NOT_FOUND", ["twinId"])
    model_id = (await api.ask(ada, "{ viewer { parties { id } } }"))["viewer"]["parties"][0]["id"]
    assert await refused(twinId=model_id) == ("InvalidInput", "NOT_FOUND", ["twinId"])
    assert await refused(idempotencyKey="k" * 256) == ("InvalidInput", "INVALID_INPUT", ["idempotencyKey"])
    assert await refused(idempotencyKey="\0") == ("InvalidInput", "INVALID_INPUT", ["idempotencyKey"])
    assert (await refused())[:2] == ("PaymentProblem", "NO_PAYMENT_METHOD")


async def test_a_union_without_invalid_input_says_not_allowed(api: Api, ada: Actor) -> None:
    told = await api.do(ada, "withdrawListing", {"listingId": "nonsense"})
    assert (told["__typename"], told["code"], told["path"]) == ("NotAllowed", "NOT_FOUND", ["listingId"])


async def test_questions_tell_bad_input_as_errors(api: Api, ada: Actor) -> None:
    await on_the_market(api, ada)
    document = (
        """query ($rights: RightsInput!) { twin(handle: "ada-one") { quote(rights: $rights) { price { amount } } } }"""
    )
    wrong = RIGHTS | {"endsOn": str(TODAY)}
    result = await api.execute(document, {"rights": wrong}, api.context(ada))
    assert result.errors is not None
    assert "is before startsOn" in result.errors[0].message


async def test_the_same_key_makes_one_offer(api: Api, ada: Actor, lumen: Actor) -> None:
    twin_id = await on_the_market(api, ada)
    await with_a_card(api, lumen)
    offer = {
        "twinId": twin_id,
        "rights": RIGHTS,
        "amount": {"amount": "2100", "currency": "EUR"},
        "intendedUse": "Pictures in our online shop.",
        "idempotencyKey": "one",
    }
    fields = "... on BidPlaced { bid { id status amount { amount } } }"
    first, again = [await api.do(lumen, "makeOffer", offer, fields) for _ in range(2)]
    assert first == again == {"__typename": "BidPlaced", "bid": first["bid"]}
    other = await api.do(lumen, "makeOffer", offer | {"intendedUse": "Something else entirely."}, fields)
    assert other["__typename"] == "IdempotencyConflict"


DOCUMENT = ConsentDocument("I consent.", "ab" * 32, 1)


@pytest.mark.parametrize(
    ("refusal", "members", "kind", "more"),
    [
        (core.InvalidInput("No.", path=["a"]), {"InvalidInput", "NotAllowed"}, "InvalidInput", {"path": ["a"]}),
        (core.NotFound("No."), {"InvalidInput", "NotAllowed"}, "InvalidInput", {"code": "NOT_FOUND", "path": None}),
        (core.NotFound("No."), {"NotAllowed", "WrongState"}, "NotAllowed", {"code": "NOT_FOUND"}),
        (core.NotAllowed("No."), {"InvalidInput", "NotAllowed"}, "NotAllowed", {"code": "NOT_ALLOWED"}),
        (core.WrongState("No.", state="ENDED"), {"NotAllowed", "WrongState"}, "WrongState", {"state": "ENDED"}),
        (
            core.WrongState("No.", state="ENDED"),
            {"InvalidInput", "NotAllowed"},
            "InvalidInput",
            {"code": "WRONG_STATE"},
        ),
        (core.IdempotencyConflict("No."), {"NotAllowed", "IdempotencyConflict"}, "IdempotencyConflict", {}),
        (BidTooLow("No.", minimum=Money(100, "EUR")), {"NotAllowed", "BidTooLow"}, "BidTooLow", {}),
        (RightsUnavailable("No.", availability=Availability()), {"NotAllowed"}, "NotAllowed", {}),
        (ConsentOutdated("No.", current=DOCUMENT), {"NotAllowed", "ConsentOutdated"}, "ConsentOutdated", {}),
        (PaymentProblem("No.", next_action_url="u"), {"NotAllowed", "PaymentProblem"}, "PaymentProblem", {}),
    ],
)
def test_a_refusal_is_told_as_its_own_type_or_the_next_best(
    refusal: core.Refusal, members: set[str], kind: str, more: dict[str, Any]
) -> None:
    told = present(refusal, members)
    assert (type(told).__name__, told.message) == (kind, "No.")
    assert {name: getattr(told, name) for name in more} == more
