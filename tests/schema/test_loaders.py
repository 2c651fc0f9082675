"""Loaders: who waits for what, and that nothing of an answer is left behind."""

import asyncio
import gc
import weakref

import pytest

from resolvers.loaders.batches import DataLoader
from schema.relations import Here
from tests import factories
from tests.schema.conftest import Api


async def test_who_gives_up_takes_nobody_along() -> None:
    """A forbidden field cancels those beside it; what waits for the same row elsewhere still gets it."""

    async def load(keys: list[int]) -> list[str]:
        await asyncio.sleep(0.01)
        return [f"row {key}" for key in keys]

    async def wait() -> str:
        return await loader.load(1)

    loader = DataLoader(load_fn=load)
    one, other = asyncio.create_task(wait()), asyncio.create_task(wait())
    await asyncio.sleep(0)
    one.cancel()
    assert await other == "row 1"
    assert one.cancelled()


async def test_nobody_waits_for_what_was_loaded_before() -> None:
    async def load(keys: list[int]) -> list[str | BaseException]:
        asked.append(keys)
        return [LookupError("No row") if key == 2 else f"row {key}" for key in keys]

    asked: list[list[int]] = []
    loader = DataLoader(load_fn=load)
    assert await loader.load(1) == "row 1"
    again = loader.load(1)
    assert isinstance(again, Here)
    assert await again == again.value == "row 1"
    for _ in range(2):
        with pytest.raises(LookupError, match="No row"):
            await loader.load(2)
    assert asked == [[1], [2]]


ANSWERS = {
    "a page": """{ twins { edges { cursor node { name agency { name } model { mandate { agency { name } } }
        rateCard { floor { amount } } consentPolicy { version } listings { nodes { id } } } } } }""",
    "bids": """{ twins { nodes { listings { nodes { minimumBid { amount } reserveMet
        bids { nodes { leading status brand { name } twin { name } } } } } } } }""",
}


@pytest.mark.parametrize("document", ANSWERS.values(), ids=ANSWERS)
async def test_all_of_an_answer_goes_when_it_is_told(api: Api, document: str) -> None:
    """Nobody has to look for it: what holds itself stays until then, and looking takes time from every other answer."""
    ada, brand = await factories.model(api.database), await factories.brand(api.database)
    await factories.mandate(api.database, await factories.agency(api.database), ada)
    listing = await factories.listing(api.database, await factories.listed_twin(api.database, ada))
    await factories.bid(api.database, brand, listing, 900)
    for _ in range(2):  # the first time functions are written for it
        told = await api.ask(ada.actor, document)
        assert "Ada" in str(told) or "leading" in str(told)
    context = api.context(ada.actor)
    loaders = weakref.ref(context.load)
    gc.disable()
    try:
        await api.execute(document, {}, context)
        del context
        assert loaders() is None
    finally:
        gc.enable()
