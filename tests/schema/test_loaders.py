"""Loaders: who waits for what, and that nothing of an answer is left behind."""

import asyncio
import gc
import weakref

import orjson
import pytest

from resolvers.loaders.batches import DataLoader
from schema.relations import Here, Made
from server.graphql.negotiation import Parameters
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


async def test_what_is_made_of_something_may_be_dropped(recwarn: pytest.WarningsRecorder) -> None:
    async def one() -> int:
        return 1

    loaded = asyncio.ensure_future(one())
    Made(loaded, str)
    gc.collect()
    assert not recwarn.list
    assert await Made(loaded, str) == "1"
    assert await asyncio.gather(Made(loaded, str), Made(loaded, float)) == ["1", 1.0]


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


async def test_a_rate_card_is_written_once_for_all_answers(api: Api) -> None:
    """It never changes: whoever asks for the same of it is sent the same bytes. Who asks for something else gets that."""
    ada, brand = await factories.model(api.database), await factories.brand(api.database)
    await factories.listed_twin(api.database, ada)
    currency, version = (f"{{ twins {{ nodes {{ rateCard {{ {each} }} }} }} }}" for each in ("currency", "version"))
    seen: list[orjson.Fragment] = []
    for actor, document in (
        (ada.actor, currency),
        (ada.actor, currency),
        (brand.actor, currency),
        (ada.actor, version),
    ):
        for _ in range(2):  # what comes again is completed by functions written for it
            prepared = api.engine.prepare(Parameters(document, {}))
            done = await api.engine.done(prepared, api.context(actor))
        assert done.data is not None
        seen.append(done.data["twins"]["nodes"][0]["rateCard"])
    first, same, others, other = seen
    assert first is same is others
    assert orjson.loads(orjson.dumps([first, other])) == [{"currency": "EUR"}, {"version": 1}]
