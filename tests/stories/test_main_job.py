"""The main job, as the demo plays it: twice, because a market that can be played once is not a market."""

import httpx
import pytest

from core.actor import SYSTEM
from payments import ledger
from server.demo.main import settled_books
from server.demo.show import Stage
from server.demo.story import Story
from tests.fakes.town import Town


@pytest.mark.parametrize("time", ["the first time", "and again"])
async def test_models_list_rivals_bid_she_signs_and_everybody_is_paid(town: Town, time: str) -> None:
    await Story(Stage(), town.market).play()
    async with httpx.AsyncClient() as http:
        books, differences = await settled_books(town.database, http, town.sandbox)
    assert differences == []
    assert len(books.charges) >= 3
    async with town.database.snapshot(SYSTEM)() as read:
        assert await ledger.verify(read) == []
