from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest

from core.actor import Actor, Scope
from core.errors import InvalidInput, NotAllowed, WrongState
from market import rules
from market.rights import Industry, Medium, Rights
from market.rules import MOVES
from market.rules.states import BY_THE_CLOCK
from market.states import BidStatus, ListingFormat, ListingStatus, Outcome
from market.tables import Asset, Bid, Contribution, Licence, Listing, Mandate, Twin, Upload
from payments.money import Money

NOW = datetime(2030, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
TODAY = NOW.date()


def in_state(table: type, status: StrEnum) -> Any:
    """A row that is in that state now."""
    if table is Listing:
        opens = NOW + HOUR if status is ListingStatus.SCHEDULED else NOW - HOUR
        closes = NOW if status is ListingStatus.CLOSED else NOW + 2 * HOUR
        ended = Outcome(status.value) if status.value in set(Outcome) else None
        return Listing(opens_at=opens, closes_at=closes, outcome=ended)
    if status is BidStatus.EXPIRED:
        return Bid(status=BidStatus.PENDING, expires_at=NOW)
    if table is Asset:
        return Asset(status=status, decide_by=NOW + HOUR)
    return table(status=status)


def pairs() -> list[Any]:
    return [
        pytest.param(table, before, after, id=f"{table.__name__}-{before}-{after}")
        for table, moves in MOVES.items()
        for before in moves
        for after in moves
    ]


@pytest.mark.parametrize(("table", "before", "after"), pairs())
def test_every_move_is_allowed_or_refused_as_the_table_says(table: type, before: StrEnum, after: StrEnum) -> None:
    row = in_state(table, before)
    assert rules.status_of(row, NOW) is before
    if after in BY_THE_CLOCK:
        with pytest.raises(ValueError, match="Only the clock"):
            rules.move(row, after, NOW)  # type: ignore[arg-type]
    elif after in MOVES[table][before]:
        rules.move(row, after, NOW)  # type: ignore[arg-type]
        assert rules.status_of(row, NOW) is after
    else:
        with pytest.raises(WrongState) as refused:
            rules.move(row, after, NOW)  # type: ignore[arg-type]
        assert refused.value.state == before
        assert rules.status_of(row, NOW) is before


def test_every_table_with_a_state_has_moves() -> None:
    assert set(MOVES) == {Twin, Listing, Bid, Licence, Mandate, Contribution, Asset, Upload}


def test_a_bid_without_an_end_never_expires() -> None:
    assert rules.bid_status(Bid(status=BidStatus.PENDING, expires_at=None), NOW) is BidStatus.PENDING
    answered = Bid(status=BidStatus.DECLINED, expires_at=NOW - HOUR)
    assert rules.bid_status(answered, NOW) is BidStatus.DECLINED


def some_rights(**changes: Any) -> Rights:
    plain: dict[str, Any] = {
        "media": frozenset({Medium.EMAIL}),
        "territories": frozenset({"SE"}),
        "industry": Industry.APPAREL,
        "starts_on": TODAY,
        "ends_on": TODAY + timedelta(days=9),
    }
    return Rights(**(plain | changes))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"media": frozenset()}, "media"),
        ({"territories": frozenset()}, "territories"),
        ({"starts_on": TODAY - timedelta(days=1)}, "startsOn"),
        ({"ends_on": TODAY - timedelta(days=1)}, "endsOn"),
        ({"ends_on": date(2035, 6, 2)}, "endsOn"),
        ({"starts_on": date(9999, 12, 31), "ends_on": date(9999, 12, 31)}, "startsOn"),
    ],
)
def test_rights_that_cannot_be_asked_for(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        rules.check_rights(some_rights(**changes), TODAY)
    assert refused.value.path == ("rights", field)


def test_rights_of_one_day_and_of_five_years() -> None:
    rules.check_rights(some_rights(ends_on=TODAY), TODAY)
    rules.check_rights(some_rights(ends_on=date(2035, 6, 1)), TODAY)


@pytest.mark.parametrize("handle", ["", "Ada", "ada--l", "-ada", "ada-", "ada l", "å", "a" * 61])
def test_handles_that_cannot_be(handle: str) -> None:
    with pytest.raises(InvalidInput):
        rules.check_handle(handle)


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "a\x1bb", "", "   ", "x" * 121, "two\nlines"])
def test_lines_that_cannot_be_kept(text: str) -> None:
    with pytest.raises(InvalidInput):
        rules.check_line(text, path=["name"])


def test_texts_are_kept_without_what_surrounds_them() -> None:
    assert rules.check_text("  one\r\ntwo ", path=["x"], most=20) == "one\ntwo"


@pytest.mark.parametrize(
    "url",
    ["example.com", "ftp://example.com", "javascript:alert(1)", "https://", "https://a b", "http://[", "x" * 2001],
)
def test_addresses_that_are_not_of_the_web(url: str) -> None:
    with pytest.raises(InvalidInput):
        rules.check_url(url, path=["returnUrl"])


def test_tags_are_few_short_and_each_once() -> None:
    assert rules.check_tags(["sport", "sport ", "denim"]) == ["sport", "denim"]
    with pytest.raises(InvalidInput):
        rules.check_tags([f"tag {number}" for number in range(21)])
    with pytest.raises(InvalidInput) as refused:
        rules.check_tags(["fine", "x" * 41])
    assert refused.value.path == ("tags", "1")


@pytest.mark.parametrize(
    "money",
    [
        Money(49, "EUR"),
        Money(-100, "EUR"),
        Money(100_000_000, "EUR"),
        Money(1_001, "KWD"),
        Money(1_000_000, "ISK"),
        Money(49, "JPY"),
    ],
)
def test_amounts_that_cannot_be_charged(money: Money) -> None:
    with pytest.raises(InvalidInput):
        rules.check_amount(money, path=["amount"])


@pytest.mark.parametrize(
    "money", [Money(50, "EUR"), Money(99_999_999, "EUR"), Money(99_999_990, "KWD"), Money(999_999, "ISK")]
)
def test_amounts_that_can_be_charged(money: Money) -> None:
    assert rules.check_amount(money, path=["amount"]) == money


@pytest.mark.parametrize("factor", ["0", "-1", "0.00001", "1001", "NaN", "Infinity"])
def test_factors_that_cannot_be(factor: str) -> None:
    with pytest.raises(InvalidInput):
        rules.check_factor_e4(Decimal(factor), path=["x"])


def test_the_29th_of_february_has_an_anniversary() -> None:
    assert rules.years_after(date(2028, 2, 29), 3) == date(2031, 2, 28)


@pytest.mark.parametrize("signature", ["Ada Lindqvist", "ada  lindqvist", " ADA LINDQVIST\n"])
def test_a_signature_is_her_name(signature: str) -> None:
    assert rules.check_signature(signature, "Ada Lindqvist").casefold() == "ada lindqvist"


def test_another_signature_is_told_which_name_it_should_be() -> None:
    with pytest.raises(InvalidInput, match="Ada Lindqvist") as refused:
        rules.check_signature("A. Lindqvist", "Ada Lindqvist")
    assert refused.value.path == ("signature",)


def test_a_missing_scope_has_a_code_of_its_own() -> None:
    key = Actor(caller="key:1", name="shop", api_key_id=1, scopes=frozenset({Scope.READ}))
    with pytest.raises(NotAllowed) as refused:
        rules.check_scope(key, Scope.BID)
    assert refused.value.code == "SCOPE_MISSING"


def test_who_acts_for_one_party_need_not_name_it() -> None:
    assert rules.acting_party(None, frozenset({7}), noun="brand") == 7
    assert rules.acting_party(8, frozenset({7, 8}), noun="brand") == 8
    with pytest.raises(InvalidInput) as which:
        rules.acting_party(None, frozenset({7, 8}), noun="brand")
    assert which.value.path == ("brandId",)
    for given, own in ((None, frozenset[int]()), (9, frozenset({7}))):
        with pytest.raises(NotAllowed):
            rules.acting_party(given, own, noun="brand")


OPEN_CLOSED = {"format": ListingFormat.OPEN, "opens_at": NOW - HOUR, "closes_at": NOW, "leading_bid_id": 1}
PENDING = {"id": 1, "status": BidStatus.PENDING}


@pytest.mark.parametrize(
    ("bid", "listing", "allowed"),
    [
        (PENDING, None, True),
        (PENDING | {"expires_at": NOW}, None, False),
        (PENDING | {"status": BidStatus.COUNTERED}, None, False),
        (PENDING | {"status": BidStatus.LOST}, None, False),
        (PENDING, OPEN_CLOSED, True),
        (PENDING, OPEN_CLOSED | {"closes_at": NOW + HOUR}, False),
        (PENDING, OPEN_CLOSED | {"leading_bid_id": 2}, False),
        (PENDING, OPEN_CLOSED | {"leading_bid_id": 2, "outcome": Outcome.AWARDED}, True),
        (PENDING, OPEN_CLOSED | {"leading_bid_id": None, "format": ListingFormat.SEALED}, True),
        (PENDING, OPEN_CLOSED | {"closes_at": NOW + HOUR, "format": ListingFormat.SEALED}, False),
        (PENDING, OPEN_CLOSED | {"outcome": Outcome.WITHDRAWN}, False),
    ],
)
def test_when_a_bid_may_be_accepted(bid: dict[str, Any], listing: dict[str, Any] | None, allowed: bool) -> None:
    given = Bid(**bid), Listing(**listing) if listing is not None else None, NOW
    if allowed:
        rules.check_may_accept(*given)
    else:
        with pytest.raises(WrongState):
            rules.check_may_accept(*given)
