"""Assets: who submits, who decides, and what time does."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col

from core.actor import SYSTEM, Actor, Scope
from core.errors import InvalidInput, NotAllowed, NotFound, Refusal, WrongState
from core.paging import Window
from core.tables import Activity
from market import assets, licences, mandates, store, territories
from market.errors import RightsUnavailable
from market.rights import Industry, Medium
from market.states import AssetStatus, LicenceStatus, TwinStatus
from market.store.assets import AssetQuery
from market.tables import Asset, Licence
from server.database import Database
from server.jobs import JOBS
from server.worker import Worker
from tests import factories
from tests.factories import ListedTwin, Player, number, rights

PICTURE: dict[str, Any] = {
    "title": "Summer, look 3",
    "medium": Medium.SOCIAL_PAID,
    "url": "https://lumen.example/look-3.jpg",
    "sha256": "ab" * 32,
}


class Deal:
    """Lumen holds a running licence for Ada, whom Nordlys represents."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.ada: ListedTwin
        self.lumen: Player
        self.nordlys: Player
        self.mandate: int
        self.licence: Licence

    async def make(self, **policy: Any) -> "Deal":
        self.ada = await factories.listed_twin(self.database, policy=policy)
        self.nordlys = await factories.agency(self.database)
        self.mandate = number(await factories.mandate(self.database, self.nordlys, self.ada.model))
        self.lumen = await factories.brand(self.database)
        self.licence = await factories.licence(self.database, self.lumen, self.ada, rights(start=0))
        return self

    async def submit(self, actor: Actor | None = None, **changes: Any) -> Asset:
        async with self.database.work(actor or self.lumen.actor)() as work:
            return await assets.submit(work, licence_id=number(self.licence), **(PICTURE | changes))

    async def decide(self, asset: Asset, actor: Actor | None = None, *, approve: bool = True, **more: Any) -> Asset:
        async with self.database.work(actor or self.ada.model.actor)() as work:
            return await assets.decide(work, asset_id=number(asset), approve=approve, **more)

    async def delegate(self, actor: Actor | None = None, *, gives: bool = True) -> None:
        async with self.database.work(actor or self.ada.model.actor)() as work:
            await mandates.delegate(work, mandate_id=self.mandate, decides_assets=gives)

    async def told(self) -> list[tuple[str, str]]:
        async with self.database.read(SYSTEM)() as read:
            query = sa.select(Activity).where(col(Activity.kind).like("ASSET%")).order_by(col(Activity.id))
            names = {
                f"licence:{self.lumen.id}": "brand",
                f"licence:{self.ada.model.id}": "model",
                f"licence:{self.nordlys.id}": "agency",
            }
            return [(names[row.topic], row.kind) for row in (await read.session.execute(query)).scalars()]

    async def ids(self, actor: Actor, **query: Any) -> list[int | None]:
        async with self.database.read(actor)() as read:
            found = await store.assets.page(read, AssetQuery(licence_id=number(self.licence), **query), Window(10))
            assert await store.assets.count(read, AssetQuery(licence_id=number(self.licence), **query)) == len(
                found.rows
            )
            return [row.id for row in found.rows]

    async def drain(self) -> None:
        await Worker(self.database, None, JOBS).drain()  # type: ignore[arg-type]


@pytest.fixture
async def deal(database: Database) -> Deal:
    return await Deal(database).make()


EVERYBODY = ("brand", "model", "agency")


async def test_the_brand_submits_and_the_model_approves(deal: Deal) -> None:
    asset = await deal.submit()
    assert (asset.status, asset.policy_version, asset.decided_by) == (AssetStatus.PENDING, 1, None)
    assert asset.submitted_at is not None
    assert asset.decide_by - asset.submitted_at == assets.TIME_TO_DECIDE
    decided = await deal.decide(asset, note=" Lovely light. ")
    assert (decided.status, decided.decided_by, decided.note) == (
        AssetStatus.APPROVED,
        "Ada Lindqvist",
        "Lovely light.",
    )
    assert decided.decided_caller == deal.ada.model.actor.caller
    kinds = ["ASSET_SUBMITTED"] * 3 + ["ASSET_DECIDED"] * 3
    assert await deal.told() == list(zip(EVERYBODY * 2, kinds, strict=True))


async def test_nobody_else_submits_and_nobody_else_decides(deal: Deal) -> None:
    rival = await factories.brand(deal.database, "Tindra")
    other_agency = await factories.agency(deal.database, "Sudlicht")
    operator = await factories.operator(deal.database)
    for actor in (deal.ada.model.actor, deal.nordlys.actor, operator):
        with pytest.raises(NotAllowed):
            await deal.submit(actor)
    for actor in (rival.actor, other_agency.actor):
        with pytest.raises(NotFound):
            await deal.submit(actor)
    asset = await deal.submit()
    for actor in (deal.lumen.actor, deal.nordlys.actor, operator):
        with pytest.raises(NotAllowed) as refused:
            await deal.decide(asset, actor)
        assert refused.value.code == "ONLY_THE_MODEL"
    for actor in (rival.actor, other_agency.actor):
        with pytest.raises(NotFound):
            await deal.decide(asset, actor)
    for scopes in ({Scope.READ}, {Scope.READ, Scope.BID, Scope.PAY}):
        with pytest.raises(NotAllowed):
            await deal.submit(replace(deal.lumen.actor, scopes=frozenset(scopes)))
        with pytest.raises(NotAllowed):
            await deal.decide(asset, replace(deal.ada.model.actor, scopes=frozenset(scopes)))


async def test_the_model_lets_her_agency_decide_and_takes_it_back(deal: Deal) -> None:
    first, second = await deal.submit(), await deal.submit(title="Look 4")
    for actor in (deal.nordlys.actor, deal.lumen.actor):
        with pytest.raises((NotAllowed, NotFound)):
            await deal.delegate(actor)
    await deal.delegate()
    await deal.delegate()
    decided = await deal.decide(first, deal.nordlys.actor)
    assert (decided.status, decided.decided_by) == (AssetStatus.APPROVED, "Nordlys Models, for Ada Lindqvist")
    await deal.delegate(gives=False)
    with pytest.raises(NotAllowed):
        await deal.decide(second, deal.nordlys.actor)
    await deal.delegate()
    async with deal.database.work(deal.ada.model.actor)() as work:
        await mandates.end(work, mandate_id=deal.mandate)
    with pytest.raises(NotAllowed):
        await deal.decide(second, deal.nordlys.actor)
    with pytest.raises(WrongState):
        await deal.delegate()


async def test_a_delegated_agency_still_never_signs(deal: Deal) -> None:
    await deal.delegate()
    bid = await factories.offer(deal.database, deal.lumen, deal.ada)
    digest = await factories.digest(deal.database, bid, deal.ada)
    async with deal.database.work(deal.nordlys.actor)() as work:
        with pytest.raises(NotAllowed):
            await licences.accept(work, bid_id=number(bid), consent_digest=digest, signature="Ada Lindqvist")


async def test_an_agency_decides_only_where_its_mandate_reaches(database: Database) -> None:
    ada = await factories.listed_twin(database)
    agency = await factories.agency(database)
    mandate = await factories.mandate(database, agency, ada.model, places=("SE",))
    lumen = await factories.brand(database)
    async with database.work(ada.model.actor)() as work:
        await mandates.delegate(work, mandate_id=number(mandate), decides_assets=True)
    for places, allowed in ((("SE",), True), (("SE", "NO"), False)):
        licence = await factories.licence(database, lumen, ada, rights(start=0, places=places))
        async with database.work(lumen.actor)() as work:
            asset = await assets.submit(work, licence_id=number(licence), **PICTURE)
        async with database.work(agency.actor)() as work:
            if allowed:
                await assets.decide(work, asset_id=number(asset), approve=True)
            else:
                with pytest.raises(NotAllowed):
                    await assets.decide(work, asset_id=number(asset), approve=True)


async def test_a_policy_that_asks_for_no_approval_approves_at_once_and_says_so(database: Database) -> None:
    deal = await Deal(database).make(asset_approval_required=False)
    await factories.set_policy(database, deal.ada, asset_approval_required=True)  # what was agreed stays agreed
    asset = await deal.submit()
    assert (asset.status, asset.decided_by) == (AssetStatus.APPROVED, "Consent policy 1")
    assert asset.note is not None
    assert "does not ask" in asset.note
    assert [kind for _, kind in await deal.told()] == ["ASSET_SUBMITTED"] * 3 + ["ASSET_DECIDED"] * 3
    await deal.drain()
    assert len(await deal.told()) == 6


async def test_what_was_agreed_to_be_shown_stays_so(deal: Deal) -> None:
    await factories.set_policy(deal.database, deal.ada, asset_approval_required=False)
    assert (await deal.submit()).status is AssetStatus.PENDING


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"medium": Medium.TELEVISION}, RightsUnavailable),
        ({"url": "http://lumen.example/look.jpg"}, InvalidInput),
        ({"url": "https://lumen:secret@lumen.example/look.jpg"}, InvalidInput),
        ({"url": "javascript:alert(1)"}, InvalidInput),
        ({"sha256": "ab" * 31}, InvalidInput),
        ({"sha256": "zz" * 32}, InvalidInput),
        ({"title": ""}, InvalidInput),
        ({"title": "a\nb"}, InvalidInput),
        ({"title": "a" * 121}, InvalidInput),
    ],
)
async def test_what_cannot_be_submitted(deal: Deal, changes: dict[str, Any], refusal: type[Refusal]) -> None:
    with pytest.raises(refusal) as refused:
        await deal.submit(**changes)
    assert refused.value.path == tuple(changes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"media": [Medium.TELEVISION]}, "paid social media"),
        ({"forbidden_industries": [Industry.APPAREL]}, "industry"),
        ({"territories": frozenset({"SE"})}, "Norway"),
        ({"territories": territories.expand(["ASIA"])}, "Norway"),
    ],
)
async def test_the_policy_of_now_is_asked_at_every_asset(deal: Deal, changes: dict[str, Any], said: str) -> None:
    pending = await deal.submit()
    await deal.delegate()
    await factories.set_policy(deal.database, deal.ada, **changes)
    with pytest.raises(RightsUnavailable, match=said):
        await deal.submit()
    with pytest.raises(NotAllowed, match=said):
        await deal.decide(pending, deal.nordlys.actor)
    assert (await deal.decide(pending)).status is AssetStatus.APPROVED  # she herself may


async def test_a_shorter_policy_does_not_shorten_what_was_agreed(deal: Deal) -> None:
    await factories.set_policy(deal.database, deal.ada, maximum_days=1)
    assert (await deal.submit()).status is AssetStatus.PENDING


async def test_under_a_paused_licence_nothing_is_approved(deal: Deal) -> None:
    first, second = await deal.submit(), await deal.submit()
    await factories.set_status(deal.database, deal.ada, TwinStatus.SUSPENDED)
    for attempt in (deal.submit(), deal.decide(first)):
        with pytest.raises(WrongState) as refused:
            await attempt
        assert refused.value.state == LicenceStatus.SUSPENDED
    assert (await deal.decide(first, approve=False)).status is AssetStatus.REJECTED
    await factories.set_status(deal.database, deal.ada, TwinStatus.LISTED)
    assert (await deal.decide(second)).status is AssetStatus.APPROVED


async def test_nothing_is_submitted_before_it_is_paid(deal: Deal) -> None:
    bid = await factories.offer(deal.database, deal.lumen, deal.ada)
    deal.licence = await factories.accept(deal.database, bid, deal.ada)
    with pytest.raises(WrongState) as refused:
        await deal.submit()
    assert refused.value.state == LicenceStatus.AWAITING_PAYMENT


async def test_nothing_is_submitted_or_approved_after_the_last_day(deal: Deal) -> None:
    """By the clock: no job has ended the licence yet."""
    async with deal.database.writes.begin() as connection:
        await connection.execute(sa.text("update licence set days = daterange(current_date - 9, current_date)"))
        await connection.execute(sa.text("insert into asset (licence_id, title, medium, url, sha256, making, status, "
            "policy_version, submitted_caller, decide_by) select id, 'x', 'SOCIAL_PAID', 'https://x.example', "
            "repeat('ab', 32), 'GENERATED', 'PENDING', 1, 'x', clock() + interval '1 day' from licence"))  # fmt: skip
    async with deal.database.read(SYSTEM)() as read:
        asset = (await read.session.execute(sa.select(Asset))).scalar_one()
    for attempt in (deal.submit(), deal.decide(asset)):
        with pytest.raises(WrongState) as refused:
            await attempt
        assert refused.value.state == LicenceStatus.ENDED


async def test_silence_until_the_deadline_means_no_and_everybody_is_told_once(deal: Deal) -> None:
    asset = await deal.submit()
    await deal.drain()
    assert len(await deal.told()) == 3
    await factories.move_clock(deal.database, assets.TIME_TO_DECIDE - timedelta(hours=23))
    for _ in range(2):
        await deal.drain()
        assert [kind for _, kind in (await deal.told())[3:]] == ["ASSET_DUE_SOON"] * 3
    assert await deal.ids(deal.ada.model.actor, statuses=[AssetStatus.PENDING]) == [asset.id]
    await factories.move_clock(deal.database, assets.TIME_TO_DECIDE + timedelta(seconds=1))
    assert await deal.ids(deal.ada.model.actor, statuses=[AssetStatus.PENDING]) == []  # no job has run yet
    assert await deal.ids(deal.lumen.actor, statuses=[AssetStatus.REJECTED]) == [asset.id]
    with pytest.raises(WrongState, match="silence means no") as refused:
        await deal.decide(asset)
    assert refused.value.state == AssetStatus.REJECTED
    for _ in range(2):
        await deal.drain()
        assert [kind for _, kind in (await deal.told())[6:]] == ["ASSET_DECIDED"] * 3


async def test_what_is_decided_is_decided_and_nobody_is_reminded(deal: Deal) -> None:
    yes, no = await deal.submit(), await deal.submit()
    await deal.decide(yes)
    await deal.decide(no, approve=False, note="Not my hair.")
    for asset in (yes, no):
        for approve in (True, False):
            with pytest.raises(WrongState):
                await deal.decide(asset, approve=approve)
    told = len(await deal.told())
    await factories.move_clock(deal.database, timedelta(days=5))
    await deal.drain()
    assert len(await deal.told()) == told
    assert await deal.ids(deal.lumen.actor, statuses=[AssetStatus.APPROVED]) == [yes.id]


async def test_rivals_find_nothing(deal: Deal) -> None:
    asset = await deal.submit()
    rival = await factories.brand(deal.database, "Tindra")
    seen = {who: await deal.ids(actor) for who, actor in {
        "rival": rival.actor, "brand": deal.lumen.actor, "model": deal.ada.model.actor, "agency": deal.nordlys.actor,
    }.items()}  # fmt: skip
    assert seen == {"rival": [], "brand": [asset.id], "model": [asset.id], "agency": [asset.id]}


async def test_a_model_is_not_buried_in_pictures(deal: Deal) -> None:
    async with deal.database.writes.begin() as connection:
        await connection.execute(sa.text("insert into asset (licence_id, title, medium, url, sha256, making, status, "
            "policy_version, submitted_caller, decide_by) select l.id, 'x', 'SOCIAL_PAID', 'https://x.example', "
            "repeat('ab', 32), 'GENERATED', 'PENDING', 1, 'x', clock() + interval '1 day' from licence l, "
            "generate_series(1, 100)"))  # fmt: skip
    with pytest.raises(WrongState, match="100 assets wait"):
        await deal.submit()
