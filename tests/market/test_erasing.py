"""Canaries in every field that a model or others about her can fill: after the erasure none is anywhere."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from core.actor import SYSTEM
from core.errors import InvalidInput, NotAllowed, NotFound, Refusal, WrongState
from market import erasing, exporting, licences, parties, store, takedowns, twins
from market.rights import Medium
from market.states import TwinStatus
from market.tables import Licence
from payments import ledger
from server.database import Database
from tests import factories
from tests.factories import ListedTwin, Player, number

NAME = "Zephyrine Quillfeather"
CANARIES = ("zephyrine", "quillfeather", "wrenlight", "canaryword", "pineapple-hair", "glass-eye")
NEW_YEAR = timedelta(days=500)


@pytest.fixture
async def scene(database: Database) -> tuple[ListedTwin, Player, Licence]:
    """A model whose every field sings, with a licence that was paid, and bids that were not."""
    model = await factories.model(database, NAME, handle="zephyrine-q")
    agency = await factories.agency(database)
    await factories.mandate(database, agency, model)
    twin = await factories.listed_twin(
        database,
        model,
        name="Wrenlight",
        policy={"restrictions": ["Never as a canaryword."]},
        description="A canaryword of a twin.",
        tags=["canaryword"],
        hair_colour="pineapple-hair",
        eye_colour="glass-eye",
        preview_urls=["https://quillfeather.example/canaryword.jpg"],
    )
    async with database.work(model.actor)() as work:
        await parties.create_api_key(work, party_id=None, name="canaryword key", scopes=list(model.actor.scopes))
        await twins.set_status(work, twin_id=twin.id, status=TwinStatus.PAUSED, reason="canaryword")
        await twins.set_status(work, twin_id=twin.id, status=TwinStatus.LISTED, reason="canaryword again")
    lumen = await factories.brand(database)
    licence = await factories.licence(database, lumen, twin, factories.rights(start=0, days=5))
    for start in (60, 90):
        await factories.offer(database, lumen, twin, factories.rights(start=start, media=[Medium.EMAIL]))
    await factories.listing(database, twin, wanted=factories.rights(start=120))
    async with database.writes.begin() as connection:
        for command in (
            "update bid set intended_use = 'Zephyrine Quillfeather walks as WRENLIGHT.', counter_message = 'canaryword'",
            "update payment set status = 'SUCCEEDED', succeeded_at = clock()",
            "update share set status = 'TRANSFERRED', account_id = 'acct_1', sent_minor = amount_minor",
            "insert into payee (id, status, account_id, requirements, attempt) values"
            f" ({model.id}, 'READY', 'acct_1', array['Zephyrine'], 1)",
            f"insert into payee_account (id, payee_id) values ('acct_1', {model.id})",
            "insert into stripe_event (stripe_id, type, account_id, body) values"
            """ ('evt_1', 'account.updated', 'acct_1', '{"individual": "quillfeather"}'),"""
            """ ('evt_2', 'charge.succeeded', null, '{"description": "Licence: Wrenlight"}')""",
            f"insert into sign_in (person_id, secret_hash, user_agent, expires_at) select person_id, 'x', 'canaryword', clock()"
            f" from member where party_id = {model.id}",
            "insert into endpoint (party_id, url, generation, tx, row_id, last_error) values"
            f" ({model.id}, 'https://quillfeather.example', 1, 0, 0, 'quillfeather.example cannot be found')",
            "insert into delivery (endpoint_id, message_id, kind, error) values (1, 'msg', 'PING', 'quillfeather')",
            "insert into asset (licence_id, title, medium, url, sha256, policy_version, submitted_caller, decide_by, status,"
            " decided_at, decided_by, note, making) select id, 'Wrenlight at sea', 'EMAIL', 'https://lumen.example/wrenlight.jpg',"
            " repeat('0', 64), 1, 'key:1', clock(), 'REJECTED', clock(), 'Zephyrine Quillfeather', 'canaryword', 'GENERATED'"
            " from licence",
            "insert into job (kind, key, error) values ('x', 'x', 'TypeError: Wrenlight')",
        ):
            await connection.execute(sa.text(command))
    await factories.set_status(database, twin, TwinStatus.SUSPENDED)
    async with database.work(lumen.actor)() as work:
        found = await store.takedowns.of_licences(work, [number(licence)])
        urls = ["https://lumen.example/wrenlight"]
        note = "Took Zephyrine Quillfeather off."
        await takedowns.confirm(work, takedown_id=found[number(licence)].id or 0, note=note, urls=urls)
    return twin, lumen, licence


async def everything(database: Database) -> dict[str, str]:
    """All rows of all tables, as text, bytes too."""
    told = {}
    async with database.writes.connect() as connection:
        tables = await connection.execute(
            sa.text("select tablename from pg_tables where schemaname = 'public' order by tablename")
        )
        for table in tables.scalars().all():
            rows = await connection.execute(sa.text(f"select to_jsonb(t)::text from {table} t"))
            told[table] = "\n".join(rows.scalars())
    return told


def singing(told: dict[str, str]) -> list[tuple[str, str]]:
    hexed = {word: word.encode().hex() for word in CANARIES}
    return [
        (table, word)
        for table, rows in told.items()
        for word in CANARIES
        if word in rows.lower() or hexed[word] in rows
    ]


async def erase(database: Database, model: Player) -> None:
    async with database.work(model.actor)() as work:
        await erasing.erase(work, model_id=model.id, confirmation=NAME)


async def evidence(database: Database) -> Any:
    """What was agreed and paid."""
    query = """select jsonb_build_array(
        (select jsonb_agg(to_jsonb(l) - 'status' - 'ended_at' order by id) from licence l),
        (select jsonb_agg(to_jsonb(c) - 'text' - 'signed_by' - 'signature' - 'erased_at') from consent c),
        (select jsonb_agg(to_jsonb(p) - 'description' order by id) from payment p),
        (select jsonb_agg(to_jsonb(s) order by id) from share s),
        (select jsonb_agg(to_jsonb(e) order by id) from entry e))::text"""
    async with database.writes.connect() as connection:
        return (await connection.execute(sa.text(query))).scalar_one()


async def test_no_canary_is_left_anywhere_and_what_was_agreed_stays(
    database: Database, scene: tuple[ListedTwin, Player, Licence], caplog: pytest.LogCaptureFixture
) -> None:
    twin, lumen, licence = scene
    before = singing(await everything(database))
    assert {"party", "person", "twin", "consent", "consent_policy", "bid", "payment", "takedown", "showing", "wording",
            "spelling", "api_key", "sign_in", "stripe_event", "payee", "job",
            "asset", "endpoint", "delivery"} <= {table for table, _ in before}  # fmt: skip
    await factories.move_clock(database, NEW_YEAR)
    async with database.work(SYSTEM)() as work:
        await licences.end_due(work)
    agreed = await evidence(database)
    async with database.snapshot(SYSTEM)() as read:
        faults = await ledger.verify(read)
    await erase(database, twin.model)
    assert singing(await everything(database)) == []
    assert [record for record in caplog.records if any(word in record.getMessage().lower() for word in CANARIES)] == []
    assert await evidence(database) == agreed
    async with database.snapshot(SYSTEM)() as read:
        assert await ledger.verify(read) == faults
    async with database.read(lumen.actor)() as read:
        consent = (await store.licences.consents(read, [number(licence)]))[number(licence)]
    assert "Model: [erased]." in consent.text
    assert "Price for all of the above: 1,000.00 EUR" in consent.text or "1 000.00" in consent.text
    assert consent.erased_at is not None


async def test_it_waits_for_licences_and_money_and_says_for_what(
    database: Database, scene: tuple[ListedTwin, Player, Licence]
) -> None:
    twin, _, licence = scene
    with pytest.raises(WrongState, match=f"licence {licence.number}"):
        await erase(database, twin.model)
    await factories.move_clock(database, NEW_YEAR)
    for command, name in (
        ("update share set status = 'HELD' where role = 'MODEL'", "shares that wait"),
        ("update payment set status = 'DISPUTED'", "payments that are not settled"),
        (
            "insert into payout (payee_id, account_id, stripe_id, currency, amount_minor, status) values"
            f" ({twin.model.id}, 'acct_1', 'po', 'EUR', 1, 'IN_TRANSIT')",
            "payouts on their way",
        ),
    ):
        async with database.writes.begin() as connection:
            await connection.execute(sa.text(command))
        async with database.read(twin.model.actor)() as read:
            assert any(name in line for line in await erasing.remaining(read, twin.model.id))
    with pytest.raises(WrongState, match="payouts"):
        await erase(database, twin.model)
    assert singing(await everything(database)) != []


async def test_only_she_herself_by_her_name_and_once(
    database: Database, scene: tuple[ListedTwin, Player, Licence]
) -> None:
    twin, lumen, _ = scene
    await factories.move_clock(database, NEW_YEAR)
    operator, key = await factories.operator(database), replace(twin.model.actor, person_id=None)
    cases: list[tuple[Any, str, type[Refusal]]] = [
        (lumen.actor, NAME, NotAllowed),
        (operator, NAME, NotAllowed),
        (key, NAME, NotAllowed),
        (twin.model.actor, "Somebody Else", InvalidInput),
    ]
    for actor, signature, refusal in cases:
        with pytest.raises(refusal):
            async with database.work(actor)() as work:
                await erasing.erase(work, model_id=twin.model.id, confirmation=signature)
    await erase(database, twin.model)
    with pytest.raises((WrongState, InvalidInput)):
        await erase(database, twin.model)
    with pytest.raises(NotFound):
        async with database.read(lumen.actor)() as read:
            await store.parties.by_handle(read, twin.model.handle)


async def test_evidence_is_refused_to_everybody_else(
    database: Database, scene: tuple[ListedTwin, Player, Licence]
) -> None:
    commands = (
        "update consent set text = 'x'",
        "update consent set digest = 'x'",
        "delete from consent",
        "update consent_policy set restrictions = '{}'",
        "delete from consent_policy",
    )
    for command in commands:
        async with database.writes.connect() as connection:
            with pytest.raises(sa.exc.IntegrityError, match="evidence"):
                await connection.execute(sa.text(command))
    async with database.writes.connect() as connection:
        await connection.execute(sa.text("insert into erasure (party_id, asked_by) select model_id, 'x' from licence"))
        with pytest.raises(sa.exc.IntegrityError, match="evidence"):
            await connection.execute(sa.text("update consent set digest = 'x'"))


async def test_she_takes_everything_of_hers_and_nothing_of_rivals(
    database: Database, scene: tuple[ListedTwin, Player, Licence]
) -> None:
    twin, lumen, _ = scene
    rival = await factories.listed_twin(database, name="Otherwise")
    await factories.licence(database, lumen, rival, factories.rights(start=10))
    listing = await factories.listing(database, rival, wanted=factories.rights(start=200))
    await factories.bid(database, lumen, listing, 300, 777)
    async with database.snapshot(twin.model.actor)() as read:
        archive = await exporting.archive(read, twin.model.id)
    told = orjson.dumps(archive, default=str).decode()
    assert not [word for word in CANARIES if word not in told.lower()]
    assert "Otherwise" not in told
    assert "maximum_minor" not in told
    assert "password_hash" not in told
    kept = json.loads(told)
    assert len(kept["market"]["licence"]) == len(kept["market"]["consent"]) == 1
    assert len(kept["money"]["share"]) == 1
    assert {row["model_id"] for row in kept["market"]["licence"]} == {twin.model.id}
    for actor in (lumen.actor, rival.model.actor, await factories.operator(database)):
        with pytest.raises(NotAllowed):
            async with database.snapshot(actor)() as read:
                await exporting.archive(read, twin.model.id)
