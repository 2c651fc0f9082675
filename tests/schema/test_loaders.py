import asyncio

from resolvers.loaders.batches import DataLoader


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
