"""The bench of searches on a small market: every question is answered, and dear ones by the plans that scale."""

from bench import search
from server.postgres import Postgres


async def test_every_question_of_the_bench_is_answered(postgres: Postgres) -> None:
    async with search.made(postgres.url(), 10_000, 10_000) as database:
        found = await search.measure(database, tries=1, seed=1)
    assert [name for name, measured in found.items() if not all(measured.rows)] == []
    assert all(min(measured.database) > 0 for measured in found.values())
    for name in ("full NEWEST, first page", "full PRICE_ASC, 100th page"):
        assert "Index Scan using licence_no_conflict" in found[name].plan
        assert "Seq Scan on licence" not in found[name].plan
