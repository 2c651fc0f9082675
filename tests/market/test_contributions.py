from fractions import Fraction

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from core.actor import Actor
from core.errors import InvalidInput, NotAllowed, NotFound, Refusal, WrongState
from market import contributions, crew, licences, store
from market.errors import ConsentOutdated
from market.shares import parts
from market.states import ContributionStatus
from market.tables import Contribution
from payments.money import Money
from payments.split import split
from server.database import Database
from tests import factories
from tests.factories import ListedTwin, Player, number


async def invite(database: Database, twin: ListedTwin, **changes: object) -> Contribution:
    given: dict[str, object] = {
        "twin_id": twin.id,
        "craft": "stylist",
        "share_bps": 300,
        "contributor_id": None,
        "name": "Sol Berg",
        "country": "NO",
    }
    async with database.work(twin.model.actor)() as work:
        invited, _ = await contributions.invite(work, **(given | changes))  # type: ignore[arg-type]
        return invited


async def portions(database: Database, twin: ListedTwin, brand: Player) -> list[tuple[str, int]]:
    bid = await factories.offer(database, brand, twin, factories.rights(start=90))
    async with database.read(twin.model.actor)() as read:
        row = await store.bids.visible(read, number(bid))
        held = await store.twins.by_ids(read, [twin.id])
        powers = await store.mandates.powers(read, [twin.model.id])
        (deal,) = (await licences.consenting.deals_of(read, [row], held, powers)).values()
    return [(portion.role, portion.amount.minor) for portion in deal.portions]


@given(
    st.integers(1, 10**9),
    st.integers(0, 2000),
    st.lists(st.integers(1, 3000), max_size=12).filter(lambda crew: sum(crew) <= 3000),
)
def test_a_price_is_shared_to_the_last_minor_unit_with_any_crew(price: int, commission: int, shares: list[int]) -> None:
    by_party = {10 + place: bps for place, bps in enumerate(shares)}
    claims = parts(model_id=1, agency_id=2, commission_bps=commission, contributors_bps=by_party)
    weights = {part.role: part.weight for part in claims}
    assert sum(part.weight for part in claims) == 1
    assert weights.get("AGENCY", Fraction(0)) == Fraction(85, 100) * Fraction(commission, 10_000)
    assert weights["PLATFORM"] == Fraction(15, 100)
    assert weights["MODEL"] > max(sum(shares, Fraction(0)) / 10_000, weights.get("AGENCY", Fraction(0)))
    portions = split(Money(price, "EUR"), claims)
    assert sum(portion.amount.minor for portion in portions) == price
    assert sum(portion.basis_points for portion in portions) == 10_000


async def test_only_who_accepted_is_paid_and_the_agency_has_as_much_as_without(database: Database) -> None:
    ada, lumen = await factories.listed_twin(database), await factories.brand(database)
    agency = await factories.agency(database)
    await factories.mandate(database, agency, ada.model)
    await invite(database, ada)
    assert await portions(database, ada, lumen) == [("MODEL", 68_000), ("AGENCY", 17_000), ("PLATFORM", 15_000)]
    await factories.contributor(database, ada, share_bps=500)
    assert await portions(database, ada, lumen) == [
        ("MODEL", 63_000),
        ("AGENCY", 17_000),
        ("CONTRIBUTOR", 5_000),
        ("PLATFORM", 15_000),
    ]


async def test_a_new_part_makes_what_was_read_outdated_and_is_in_the_text_and_frozen(database: Database) -> None:
    ada, lumen = await factories.listed_twin(database), await factories.brand(database)
    offer = await factories.offer(database, lumen, ada)
    read_before = await factories.digest(database, offer, ada)
    mira = await factories.contributor(database, ada)
    with pytest.raises(ConsentOutdated) as outdated:
        async with database.work(ada.model.actor)() as work:
            await licences.accept(work, bid_id=number(offer), consent_digest=read_before, signature=ada.model.name)
    assert "Mira Holm, photographer (contributor): 50.00 EUR, which is 5.00 %" in outdated.value.current.text
    licence = await factories.accept(database, offer, ada)
    async with database.read(ada.model.actor)() as read:
        (frozen,) = (await store.contributions.of_licences(read, [number(licence)]))[number(licence)]
        (row,) = (await store.contributions.by_ids(read, [frozen.contribution_id])).values()
    assert (frozen.party_id, frozen.craft, frozen.share_bps) == (mira.id, "photographer", 500)
    async with database.work(mira.actor)() as work:
        await contributions.end(work, contribution_id=number(row))
    async with database.writes.connect() as connection:
        shares = (await connection.execute(sa.text("select role, amount_minor from share order by position"))).all()
        with pytest.raises(sa.exc.IntegrityError, match="evidence"):
            await connection.execute(sa.text("update licence_contribution set share_bps = 1"))
    assert [tuple(share) for share in shares] == [("MODEL", 80_000), ("CONTRIBUTOR", 5_000), ("PLATFORM", 15_000)]
    assert await portions(database, ada, lumen) == [("MODEL", 85_000), ("PLATFORM", 15_000)]


async def test_nobody_else_invites_answers_or_ends(database: Database) -> None:
    ada, rival = await factories.listed_twin(database), await factories.listed_twin(database, name="Bea")
    agency = await factories.agency(database)
    await factories.mandate(database, agency, ada.model)
    brand, operator = await factories.brand(database), await factories.operator(database)
    sol = await invite(database, ada)
    mira = await factories.contributor(database, rival)

    async def attempt(actor: Actor, verb: str) -> None:
        async with database.work(actor)() as work:
            match verb:
                case "accept":
                    await contributions.respond(work, contribution_id=number(sol), accept=True)
                case "end":
                    await contributions.end(work, contribution_id=number(sol))
                case _:
                    asked = {"name": None, "country": None, "contributor_id": mira.id}
                    await contributions.invite(work, twin_id=ada.id, craft="x", share_bps=1, **asked)  # type: ignore[arg-type]

    async def refused(actor: Actor, verb: str) -> type[Refusal]:
        with pytest.raises(Refusal) as caught:
            await attempt(actor, verb)
        return type(caught.value)

    for stranger in (rival.model.actor, brand.actor, mira.actor):
        assert await refused(stranger, "accept") is NotFound
        assert await refused(stranger, "end") is NotFound
        assert await refused(stranger, "invite") is NotAllowed
    for helper in (agency.actor, operator):
        assert await refused(helper, "accept") is NotAllowed
        assert await refused(helper, "end") is NotAllowed
        assert await refused(helper, "invite") is NotAllowed
    assert await refused(ada.model.actor, "accept") is NotAllowed


async def test_a_crew_cannot_have_more_than_its_part(database: Database) -> None:
    ada = await factories.listed_twin(database)
    for wrong in (0, 3001, -5):
        with pytest.raises(InvalidInput, match="3000"):
            await invite(database, ada, share_bps=wrong)
    await invite(database, ada, share_bps=2900)
    with pytest.raises(InvalidInput, match="100 are left"):
        await invite(database, ada, share_bps=101)
    for wrong_input in ({"name": None}, {"name": ""}, {"country": "XX"}, {"country": None}, {"craft": ""}):
        with pytest.raises(InvalidInput):
            await invite(database, ada, share_bps=1, **wrong_input)


async def test_one_person_is_one_contributor_for_every_model(database: Database) -> None:
    ada, bea = await factories.listed_twin(database), await factories.listed_twin(database, name="Bea")
    first = await invite(database, ada)
    second = await invite(database, bea, contributor_id=first.party_id, name=None)
    assert first.party_id == second.party_id
    with pytest.raises(WrongState, match="asked already"):
        await invite(database, ada, contributor_id=first.party_id, name=None, share_bps=50)
    with pytest.raises(NotFound):
        await invite(database, ada, contributor_id=bea.model.id, name=None)
    declined = await factories.contributor(database, ada, "Kim", accepts=False)
    async with database.read(declined.actor)() as read:
        (own,) = (await store.contributions.of_parties(read, [declined.id]))[declined.id]
    async with database.work(declined.actor)() as work:
        answered = await contributions.respond(work, contribution_id=number(own), accept=False)
    assert answered.status is ContributionStatus.DECLINED
    with pytest.raises(WrongState):
        async with database.work(declined.actor)() as work:
            await contributions.respond(work, contribution_id=number(own), accept=True)


async def test_the_report_counts_what_was_paid_in_the_year_by_craft(database: Database) -> None:
    ada, lumen = await factories.listed_twin(database), await factories.brand(database)
    await factories.licence(database, lumen, ada, factories.rights(start=200))
    await factories.contributor(database, ada)
    await factories.contributor(database, ada, "Sol Berg", craft="stylist", share_bps=250)
    paid = await factories.licence(database, lumen, ada)
    async with database.writes.begin() as connection:
        await connection.execute(
            sa.text("update payment set status = 'SUCCEEDED', succeeded_at = '2026-12-31 23:59:59Z'")
        )
        await connection.execute(
            sa.text("update share set status = 'TRANSFERRED' where role = 'CONTRIBUTOR' and basis_points = 500")
        )
    async with database.read(lumen.actor)() as read:
        found = await crew.report(read, brand_id=lumen.id, year=2026)
        assert (await crew.report(read, brand_id=lumen.id, year=2027)).totals == ()
        with pytest.raises(InvalidInput):
            await crew.report(read, brand_id=lumen.id, year=-1)
    euros = factories.euros
    assert [(line.craft, line.people, line.licences, line.earned, line.sent) for line in found.lines] == [
        ("photographer", 1, 1, euros(50), euros(50)),
        ("stylist", 1, 1, euros(25), euros(0)),
    ]
    (total,) = found.totals
    assert (total.paid, total.earned, total.licences, total.with_crew) == (euros(2000), euros(75), 2, 1)
    assert paid.twin_version == 1
