"""What every peer is asked, in the words of each, and what their answers come to when the words are taken away."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import asyncpg
import orjson

from bench import crowd
from bench.peers.data import PLACES, STARTING_MINOR, Size, key_of
from core.seal import Seal
from market.bidding import increment
from market.rights import Exclusivity, Medium
from payments.money import MAXIMUM_CHARGE_MINOR, Money
from server.settings import DEVELOPMENT_SECRET

OPERATIONS = Path(__file__).with_name("operations")
SEAL = Seal(DEVELOPMENT_SECRET)
PAGE, TWIN, LISTING, BID = "Page", "Twin", "Listing", "Bid"
USE = "Swimwear on a beach, six pictures"

Answer = Any


@dataclass(frozen=True, slots=True)
class Question:
    """One request. `plain` are its variables with numbers for ids: what everybody but us is sent."""

    operation: str
    asker: int
    plain: dict[str, Any]


def document(operation: str, dialect: str = "") -> str:
    """As a client sends it, without idle space."""
    return _document(OPERATIONS / dialect / f"{operation.lower()}.graphql")


@cache
def _document(path: Path) -> str:
    return " ".join(path.read_text().split())


# ------------------------------------------------------------------ in the words of each


def ours(question: Question) -> dict[str, Any]:
    """Of our own API, and of the plain one, whose ids are numbers."""
    return _sent(question, _graphql(question, SEAL.id))


def plain(question: Question) -> dict[str, Any]:
    return _sent(question, _graphql(question, lambda kind, number: str(number)))


def _sent(question: Question, variables: dict[str, Any]) -> dict[str, Any]:
    return {"query": document(question.operation), "variables": variables, "operationName": question.operation}


def _graphql(question: Question, id_of: Callable[[str, int], str]) -> dict[str, Any]:
    given = question.plain
    match question.operation:
        case "Page":
            return {
                "rights": {
                    "media": [given["medium"]],
                    "territories": [given["place"]],
                    "industry": given["industry"],
                    "startsOn": given["startsOn"],
                    "endsOn": given["endsOn"],
                    "exclusivity": given["exclusivity"],
                },
                "most": {"amount": str(Decimal(given["mostMinor"]) / 100), "currency": "EUR"},
                "tags": given["tags"],
                "first": given["first"],
            }
        case "Listing":
            return {"id": id_of("Listing", given["id"]), "first": given["first"]}
        case "Bid":
            amount = {"amount": str(Decimal(given["amountMinor"]) / 100), "currency": "EUR"}
            return {
                "input": {"listingId": id_of("Listing", given["listingId"]), "amount": amount, "intendedUse": USE},
            }
    return given


def postgraphile(question: Question) -> dict[str, Any]:
    given = dict(question.plain)
    if question.operation == PAGE:
        given |= {"medium": Medium(given["medium"]).number, "mostMinor": str(given["mostMinor"]), "currency": "EUR"}
        (given["tag"],) = given.pop("tags")
    elif question.operation == LISTING:
        given["id"] = str(given["id"])
    elif question.operation == BID:
        given = {
            "input": {
                "listingId": str(given["listingId"]),
                "brandId": str(question.asker),
                "amountMinor": str(given["amountMinor"]),
                "currency": "EUR",
                "intendedUse": USE,
            }
        }
    return {
        "query": document(question.operation, "postgraphile"),
        "variables": given,
        "operationName": question.operation,
    }


def limit(question: Question) -> dict[str, Any]:
    return {"operation": question.operation, "asker": question.asker, **question.plain}


# ------------------------------------------------------------------ what is asked


def pages(size: Size, today: date, first: int = 20, *, count: int = 400, seed: int = 7) -> Sequence[Question]:
    """One medium in one place, for at most a price, with one of the commoner tags."""
    dice = random.Random(seed)
    return [Question(PAGE, dice.choice(size.bidders), _page(dice, today, first)) for _ in range(count)]


def _page(dice: random.Random, today: date, first: int) -> dict[str, Any]:
    starts_on = today + timedelta(days=dice.randrange(7, 200))
    return {
        "medium": dice.choice(tuple(Medium)[:8]).value,
        "place": dice.choice(PLACES),
        "industry": dice.choice(crowd.INDUSTRIES).value,
        "startsOn": starts_on.isoformat(),
        "endsOn": (starts_on + timedelta(days=dice.choice((13, 29, 59)))).isoformat(),
        "exclusivity": dice.choice((*[Exclusivity.NON_EXCLUSIVE] * 3, Exclusivity.INDUSTRY)).value,
        "mostMinor": dice.randrange(1_000, 9_000) * 100,
        "tags": [dice.choice(crowd.TAGS[:15])],
        "first": first,
    }


async def twins(size: Size, connection: asyncpg.Connection, *, count: int = 1_000) -> Sequence[Question]:
    """Half of them have listings."""
    rows = await connection.fetch(
        "(select handle from twin where status = 'LISTED' and id in (select twin_id from listing) order by id limit $1)"
        " union all (select handle from twin where status = 'LISTED' order by hashint8(id) limit $1)",
        count // 2,
    )
    dice = random.Random(7)
    asked = [Question(TWIN, dice.choice(size.bidders), {"handle": row["handle"]}) for row in rows]
    dice.shuffle(asked)
    return asked


def listings(size: Size, first: int = 20) -> Sequence[Question]:
    numbers = list(size.listings)
    random.Random(7).shuffle(numbers)
    return [Question(LISTING, size.agency_id, {"id": number, "first": first}) for number in numbers]


RUNGS = [STARTING_MINOR]
while (_next := RUNGS[-1] + increment(Money(RUNGS[-1], "EUR")).minor) <= MAXIMUM_CHARGE_MINOR:
    RUNGS.append(_next)


def bids(size: Size, *, hot: bool, count: int | None = None) -> Iterator[Question]:
    """Each is the least that wins. Hot: all on one listing, until it can rise no further, and then all on the next."""
    asker = lambda number: size.bidders[number % len(size.bidders)]
    made = (
        ((size.hot[n // len(RUNGS)], n % len(RUNGS)) for n in range(len(size.hot) * len(RUNGS)))
        if hot
        else (
            (size.waiting[n % len(size.waiting)], n // len(size.waiting)) for n in range(len(size.waiting) * len(RUNGS))
        )
    )
    for number, (listing, rung) in enumerate(made):
        if number == count:
            return
        # whoever leads may not bid against itself, so a listing's bidders take turns
        yield Question(BID, asker(rung if not hot else number), {"listingId": listing, "amountMinor": RUNGS[rung]})


# ------------------------------------------------------------------ what the answers come to


def told(question: Question, dialect: str, body: bytes) -> Answer:
    """The answer without the peer's own way to write ids, amounts, moments and cursors. Raises ValueError for errors."""
    answer = orjson.loads(body)
    if answer.get("errors") or answer.get("data") is None:
        raise ValueError(body.decode()[:2000])
    data = answer["data"]
    if dialect == "postgraphile":
        data = _SHAPED[question.operation](data)
    return _plainly(data)


def _plainly(value: Any) -> Any:
    """Cursors are left out: each peer has its own. Whether there is one is kept."""
    if isinstance(value, dict):
        return {
            name: each is not None if "ursor" in name else _leaf(name, _plainly(each)) for name, each in value.items()
        }
    return [_plainly(each) for each in value] if isinstance(value, list) else value


def _leaf(name: str, value: Any) -> Any:
    match name, value:
        case "id", str() | int():
            return int(value) if str(value).isdecimal() else SEAL.open_id(value)[1]
        case "amount", str():
            return Decimal(value).normalize()
        case (("closesAt" | "createdAt"), str()):
            return datetime.fromisoformat(value).astimezone(UTC)
        case "forbiddenIndustries", list():
            return sorted(value)
        case "message", _:
            return None
    return value


def _money(minor: Any, currency: str) -> Any:
    return None if minor is None else {"amount": str(Decimal(minor) / 100), "currency": currency}


def _twin(node: dict[str, Any]) -> dict[str, Any]:
    card, rates = node["rateCard"], node.pop("rates")
    currency = card["currency"]
    card["rates"] = [{"medium": each["medium"], "per30Days": _money(each["minor"], currency)} for each in rates]
    card["floor"] = _money(card.pop("floorMinor"), currency)
    return node


def _page_shaped(data: dict[str, Any]) -> dict[str, Any]:
    for edge in data["twins"]["edges"]:
        _twin(edge["node"])
    return data


def _twin_shaped(data: dict[str, Any]) -> dict[str, Any]:
    twin = _twin(data["twin"])
    if mandate := twin["model"]["mandate"]:
        mandate["commissionBasisPoints"] = mandate.pop("commissionBps")
    for each in twin["listings"]["nodes"]:
        currency = each.pop("currency")
        each["startingPrice"] = _money(each.pop("startingMinor"), currency)
        each["currentPrice"] = _money(each.pop("currentMinor"), currency)
    return data


def _listing_shaped(data: dict[str, Any]) -> dict[str, Any]:
    found = data["node"]
    currency, days = found.pop("currency"), found.pop("days")
    found["rights"] = {name: found.pop(name) for name in ("media", "territories", "industry", "exclusivity")}
    last = date.fromisoformat(days["end"]["value"]) - timedelta(days=1)
    found["rights"] |= {"startsOn": days["start"]["value"], "endsOn": last.isoformat()}
    for name in ("starting", "current"):
        found[f"{name}Price"] = _money(found.pop(f"{name}Minor"), currency)
    found["minimumBid"] = _money(found.pop("minimumMinor"), currency)
    for edge in found["bids"]["edges"]:
        bid = edge["node"]
        bid["amount"] = _money(bid.pop("amountMinor"), bid.pop("currency"))
    return data


def _bid_shaped(data: dict[str, Any]) -> dict[str, Any]:
    result = data["placeBid"]["result"]
    if result["code"] is None:
        bid = {name: result[name] for name in ("id", "status", "createdAt")}
        bid["amount"] = _money(result["amountMinor"], result["currency"])
        return {"placeBid": {"__typename": "BidPlaced", "bid": bid}}
    if result["code"] == "BID_TOO_LOW":
        minimum = _money(result["minimumMinor"], result["currency"])
        told = {"__typename": "BidTooLow", "minimum": minimum, "code": "BID_TOO_LOW", "message": result["message"]}
        return {"placeBid": told}
    return {"placeBid": {"__typename": "UserError", "code": result["code"], "message": result["message"]}}


_SHAPED: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    PAGE: _page_shaped,
    TWIN: _twin_shaped,
    LISTING: _listing_shaped,
    BID: _bid_shaped,
}


def header(question: Question) -> str:
    return f"Bearer {key_of(question.asker)}"
