"""Whether the peers give the same answers to the same questions."""

from collections.abc import Iterable, Sequence
from typing import Any

import asyncpg
import httpx

from bench.peers.data import Size, reset
from bench.peers.questions import BID, Question
from bench.peers.servers import Server


class Different(Exception):
    """Two peers do not agree."""


def agree(servers: Iterable[Server], asked: Sequence[Question]) -> int:
    """How many rows the answers held. Raises Different."""
    first, *others = servers
    rows = 0
    with httpx.Client(timeout=30) as http:
        for question in asked:
            wanted = _comparable(question, first.ask(http, question))
            rows += _rows(wanted)
            for other in others:
                found = _comparable(question, other.ask(http, question))
                if found != wanted:
                    where = _difference(wanted, found)
                    raise Different(
                        f"{question.operation} {question.plain}: {first.peer.name} and {other.peer.name} differ at {where}"
                    )
    return rows


async def agree_on_bids(
    servers: Iterable[Server], asked: Sequence[Question], size: Size, connection: asyncpg.Connection
) -> None:
    """Each peer alone, from the same beginning; afterwards the listings are compared too."""
    states, answers = {}, {}
    for server in servers:
        await begin_again(size, connection)
        with httpx.Client(timeout=30) as http:
            answers[server.peer.name] = [_comparable(question, server.ask(http, question)) for question in asked]
        states[server.peer.name] = await _standing(size, connection)
    first, *others = states
    for other in others:
        for kind, told in (("answers", answers), ("listings", states)):
            if told[first] != told[other]:
                where = _difference(told[first], told[other])
                raise Different(f"{kind} of bids: {first} and {other} differ at {where}")


async def begin_again(size: Size, connection: asyncpg.Connection) -> None:
    for statement in reset(size):
        await connection.execute(statement)


async def _standing(size: Size, connection: asyncpg.Connection) -> list[Any]:
    rows = await connection.fetch(
        "select l.id, l.bid_count, l.current_minor, l.reserve_met, b.brand_id as leads,"
        "       (select array_agg((o.brand_id, o.amount_minor, o.maximum_minor)::text order by o.brand_id) from bid o where o.listing_id = l.id)"
        "  from listing l join bid b on b.id = l.leading_bid_id where l.id between $1 and $2 order by l.id",
        size.waiting.start,
        size.hot[-1],
    )
    return [tuple(row) for row in rows]


def _comparable(question: Question, answer: Any) -> Any:
    """A bid has a number and a moment of its own."""
    if question.operation == BID and "bid" in answer["placeBid"]:
        answer["placeBid"]["bid"] |= {"id": 0, "createdAt": None}
    return answer


def _rows(answer: Any) -> int:
    if isinstance(answer, dict):
        return ("id" in answer) + sum(map(_rows, answer.values()))
    return sum(map(_rows, answer)) if isinstance(answer, list) else 0


def _difference(one: Any, other: Any, path: str = "") -> str:
    """Where two answers first differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in dict.fromkeys([*one, *other]):
            if one.get(name, ...) != other.get(name, ...):
                return _difference(one.get(name, "nothing"), other.get(name, "nothing"), f"{path}.{name}")
    if isinstance(one, list) and isinstance(other, list):
        for place, (left, right) in enumerate(zip(one, other, strict=False)):
            if left != right:
                return _difference(left, right, f"{path}[{place}]")
        return f"{path}: {len(one)} and {len(other)} of them"
    return f"{path}: {str(one)[:300]} and {str(other)[:300]}"
