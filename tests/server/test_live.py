"""What living streams cost, in small. `python -m bench.live` does it at full size."""

from bench import live


async def test_an_idle_subscription_keeps_little() -> None:
    """And each that was idle is told of what happens then."""
    assert await live.idle(400)
