"""Somebody of the crew leaves: their name is in no row afterwards, and what others signed and paid stays theirs."""

from dataclasses import replace
from datetime import timedelta

import orjson
import pytest
import sqlalchemy as sa

from core.actor import SYSTEM
from core.errors import InvalidInput, NotAllowed, Refusal, WrongState
from market import contributions, erasing, exporting, licences, parties, store
from market.states import ContributionStatus
from market.tables import Contribution, Licence
from payments import ledger
from server.database import Database
from tests import factories
from tests.factories import ListedTwin, Player, number
from tests.market.test_erasing import everything, evidence

NAME = "Octavian Brassfeather"
CANARIES = ("octavian", "brassfeather", "canaryword")
SPOKEN = "A harbour in spring, photographed by Octavian Brassfeather."


@pytest.fixture
async def scene(database: Database) -> tuple[ListedTwin, Player, Licence]:
    """A photographer with a part of a licence that was paid, and with another offer still open."""
    twin = await factories.listed_twin(database)
    octavian = await factories.contributor(database, twin, NAME)
    lumen = await factories.brand(database)
    async with database.work(octavian.actor)() as work:
        await parties.create_api_key(work, party_id=None, name="canaryword key", scopes=list(octavian.actor.scopes))
    spoken = [
        await factories.offer(database, lumen, twin, factories.rights(start=start, days=5), intended_use=SPOKEN)
        for start in (0, 60)
    ]
    accepted = await factories.accept(database, spoken[0], twin)
    async with database.work(SYSTEM)() as work:
        licence = await licences.activate(work, licence_id=number(accepted))
    party = octavian.id
    async with database.writes.begin() as connection:
        for command in (
            "update payment set status = 'SUCCEEDED', succeeded_at = clock()",
            "update share set status = 'TRANSFERRED', account_id = 'acct_1', sent_minor = amount_minor",
            "insert into payee (id, status, account_id, requirements, attempt) values"
            f" ({party}, 'READY', 'acct_2', array['Octavian'], 1)",
            f"insert into payee_account (id, payee_id) values ('acct_2', {party})",
            "insert into stripe_event (stripe_id, type, account_id, body) values"
            """ ('evt_1', 'account.updated', 'acct_2', '{"individual": "canaryword"}'),"""
            """ ('evt_2', 'transfer.created', null, '{"description": "to Octavian Brassfeather"}')""",
            "insert into sign_in (person_id, secret_hash, user_agent, expires_at) select person_id, 'x', 'canaryword', clock()"
            f" from member where party_id = {party}",
            "insert into endpoint (party_id, url, generation, tx, row_id, last_error) values"
            f" ({party}, 'https://brassfeather.example', 1, 0, 0, 'brassfeather.example cannot be found')",
            "insert into delivery (endpoint_id, message_id, kind, error) values (1, 'msg', 'PING', 'brassfeather')",
            "insert into job (kind, key, error) values ('x', 'x', 'TypeError: Octavian Brassfeather')",
        ):
            await connection.execute(sa.text(command))
    return twin, octavian, licence


def singing(told: dict[str, str]) -> set[str]:
    hexed = {word: word.encode().hex() for word in CANARIES}
    return {table for table, rows in told.items() for word in CANARIES if word in rows.lower() or hexed[word] in rows}


async def erase(database: Database, octavian: Player, name: str = NAME) -> None:
    async with database.work(octavian.actor)() as work:
        await erasing.erase_contributor(work, contributor_id=octavian.id, confirmation=name)


async def test_no_canary_is_left_and_what_was_agreed_stays(
    database: Database, scene: tuple[ListedTwin, Player, Licence]
) -> None:
    twin, octavian, licence = scene
    assert singing(await everything(database)) == {
        "api_key", "bid", "consent", "delivery", "endpoint", "job", "party", "payee", "person", "sign_in",
        "stripe_event",
    }  # fmt: skip
    agreed = await evidence(database)
    async with database.snapshot(SYSTEM)() as read:
        faults = await ledger.verify(read)
        before = (await store.licences.consents(read, [number(licence)]))[number(licence)]
    await erase(database, octavian)
    assert singing(await everything(database)) == set()
    assert await evidence(database) == agreed
    async with database.snapshot(SYSTEM)() as read:
        assert await ledger.verify(read) == faults
        consent = (await store.licences.consents(read, [number(licence)]))[number(licence)]
        (part,) = (await read.session.execute(sa.select(Contribution))).scalars()
    assert consent.text == before.text.replace(NAME, "[erased]")
    assert consent.text.count("[erased]") == 2
    assert (consent.digest, consent.signed_by, consent.signature) == (before.digest, before.signed_by, before.signature)
    assert consent.erased_at is not None
    assert part.status is ContributionStatus.ENDED
    async with database.read(twin.model.actor)() as read:
        assert (await store.parties.find(read, twin.model.id)).name == twin.model.name


async def test_a_name_that_is_a_word_of_the_text_takes_no_word_out_of_it(database: Database) -> None:
    """Whoever is called Sweden is no reason to forget for where a licence was."""
    twin = await factories.listed_twin(database)
    sweden = await factories.contributor(database, twin, "Sweden")
    licence = await factories.licence(database, await factories.brand(database), twin, factories.rights(start=0))
    async with database.writes.begin() as connection:
        await connection.execute(sa.text("update payment set status = 'SUCCEEDED', succeeded_at = clock()"))
        await connection.execute(sa.text("update share set status = 'TRANSFERRED', sent_minor = amount_minor"))
    async with database.read(SYSTEM)() as read:
        before = (await store.licences.consents(read, [number(licence)]))[number(licence)]
    assert before.text.count("Sweden") > 1
    await erase(database, sweden, "Sweden")
    async with database.read(SYSTEM)() as read:
        after = (await store.licences.consents(read, [number(licence)]))[number(licence)]
    assert after.text == before.text.replace("- Sweden, photographer", "- [erased], photographer")


async def test_it_waits_for_money_and_not_for_licences(
    database: Database, scene: tuple[ListedTwin, Player, Licence]
) -> None:
    _, octavian, _ = scene
    for command, name in (
        ("update share set status = 'HELD' where role = 'CONTRIBUTOR'", "shares that wait"),
        ("update payment set status = 'PROCESSING', succeeded_at = null", "payments that are not settled"),
    ):
        async with database.writes.begin() as connection:
            await connection.execute(sa.text(command))
        with pytest.raises(WrongState, match=name):
            await erase(database, octavian)
    assert singing(await everything(database))


async def test_only_they_themselves_by_their_name_and_once(
    database: Database, scene: tuple[ListedTwin, Player, Licence]
) -> None:
    twin, octavian, _ = scene
    key = replace(octavian.actor, person_id=None)
    cases: list[tuple[Player, str, type[Refusal]]] = [
        (twin.model, NAME, NotAllowed),
        (replace(octavian, actor=await factories.operator(database)), NAME, NotAllowed),
        (replace(octavian, actor=key), NAME, NotAllowed),
        (octavian, "Somebody Else", InvalidInput),
    ]
    for player, name, refusal in cases:
        with pytest.raises(refusal):
            await erase(database, replace(octavian, actor=player.actor), name)
    await erase(database, octavian)
    with pytest.raises((WrongState, InvalidInput)):
        await erase(database, octavian)


async def test_nobody_is_asked_who_was_erased(database: Database, scene: tuple[ListedTwin, Player, Licence]) -> None:
    twin, octavian, _ = scene
    await erase(database, octavian)
    with pytest.raises(WrongState, match="erased"):
        async with database.work(twin.model.actor)() as work:
            await contributions.invite(
                work,
                twin_id=twin.id,
                craft="photographer",
                share_bps=100,
                contributor_id=octavian.id,
                name=None,
                country=None,
            )


async def test_they_take_what_is_theirs_and_not_what_others_agreed(
    database: Database, scene: tuple[ListedTwin, Player, Licence]
) -> None:
    twin, octavian, licence = scene
    await factories.move_clock(database, timedelta(days=1))
    async with database.snapshot(octavian.actor)() as read:
        archive = await exporting.archive(read, octavian.id)
    told = orjson.dumps(archive, default=str).decode()
    assert not [word for word in CANARIES if word not in told.lower()]
    assert [row["licence_id"] for row in archive["market"]["licence_contribution"]] == [licence.id]
    assert [row["role"] for row in archive["money"]["share"]] == ["CONTRIBUTOR"]
    assert twin.model.name in {row["name"] for row in archive["market"]["others"]}
    assert not {"licence", "consent", "bid"} & set(archive["market"])
    assert "password_hash" not in told
    assert SPOKEN not in told
    for actor in (twin.model.actor, await factories.operator(database)):
        with pytest.raises(NotAllowed):
            async with database.snapshot(actor)() as read:
                await exporting.archive(read, octavian.id)
