"""Answers with compiled completion and without it are the same, byte by byte: random documents, asked by everybody.

DOCUMENTS=5000 SEED=7 python -m pytest -n0 tests/schema/test_differential.py
"""

import asyncio
import logging
import os
import random
from collections import Counter
from dataclasses import replace
from typing import Any

import orjson
import pytest
from graphql import ExecutionResult, parse, validate

from core.actor import Actor
from server.database import Database
from server.graphql.engine import answer
from tests.fakes.clock import stop_clock
from tests.schema.conftest import Api
from tests.schema.documents import Author
from tests.schema.test_authorisation import everybody as everybody
from tests.schema.test_authorisation import things as things
from tests.schema.who_sees import WHO

COUNT = int(os.environ.get("DOCUMENTS", "150"))
TRIES = 20
SEED = int(os.environ.get("SEED", "1"))


def written(result: ExecutionResult) -> bytes:
    """As it would be sent, and all of its errors with their places."""
    errors = [error.formatted for error in result.errors or ()]
    return answer(result, "id").json + orjson.dumps(errors, default=str)


def in_any_order(result: ExecutionResult) -> tuple[bytes, list[bytes]]:
    """The data, and the errors as a set: which of two faults is found first is chance."""
    errors = sorted(orjson.dumps(error.formatted, default=str) for error in result.errors or ())
    return orjson.dumps(result.data, default=str), errors


async def others(api: Api, actor: Actor, text: str, variables: dict[str, Any]) -> set[bytes]:
    """What is answered without compiled completion, time and again. Of two errors below one null only those are told that
    came before it, and which of two questions the database answers first is chance: it depends on which finds a connection
    and which has to make one, so half of the tries begin without any."""
    again = [await api.execute(text, variables, api.context(actor), compiles=False) for _ in range(TRIES)]
    for _ in range(TRIES):
        cold, others = replace(api, database=Database.connect(api.database.url)), asyncio.all_tasks()
        again.append(await cold.execute(text, variables, cold.context(actor), compiles=False))
        left = asyncio.all_tasks() - others  # what an answer that has ended in an error had begun to load
        await asyncio.gather(*left, return_exceptions=True)
        await cold.database.close()
    return {written(each) for each in again}


async def test_compiled_completion_answers_the_same_bytes(
    api: Api, everybody: dict[str, Actor], things: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    await stop_clock(api.database.writes)
    dice, tally = random.Random(SEED), Counter[str]()
    while tally["asked"] < COUNT:
        author = Author(api.schema._schema, dice, things)
        text, variables = author.document(), author.variables()
        if validate(api.schema._schema, parse(text)):
            tally["invalid"] += 1
            continue
        for who in dice.sample(WHO, 2):
            tally["asked"] += 1
            usual = await api.execute(text, variables, api.context(everybody[who]), compiles=False)
            api.given_up = 0
            quick = await api.execute(text, variables, api.context(everybody[who]))
            if written(quick) != written(usual) and in_any_order(quick) != in_any_order(usual):
                assert usual.errors, (who, text, variables)
                tally["raced"] += 1
                assert written(quick) in await others(api, everybody[who], text, variables), (who, text, variables)
            tally["faults" if usual.errors else "whole"] += 1
            tally["given up"] += api.given_up
            assert not api.given_up or usual.errors, (who, text, variables)  # nothing else is unusual
    assert tally["whole"] > COUNT / 3
    assert tally["invalid"] < COUNT / 10
    assert tally["faults"] > COUNT / 20
    assert tally["given up"] > COUNT / 50
    assert tally["raced"] <= COUNT / 20
