"""The operator refunds over the wire, the agency watches it happen, and every book agrees afterwards."""

import asyncio
import sys
from typing import Any

import sqlalchemy as sa

from core.actor import SYSTEM, Scope
from core.seal import Seal
from market import parties
from server.demo import documents
from server.demo.client import Client
from server.settings import DEVELOPMENT_SECRET
from tests.fakes.town import Town
from tests.stories.test_payouts import sold

WITHIN = 30
REFUND = """mutation RefundLicence($input: RefundLicenceInput!) { refundLicence(input: $input) { __typename
    ... on UserError { code message } ... on LicenceRefunded { payment { status } } } }"""
LICENCE = "query TheLicence($id: ID!) { node(id: $id) { ... on Licence { status payment { status } } } }"


async def operator(town: Town) -> Client:
    async with town.database.work(SYSTEM)() as work:
        person = await parties.create_operator(work, email="op@example.test", name="Op", password_hash=None)
        key = await parties.create_operator_key(work, person_id=person.id or 0, name="test", scopes=list(Scope))
    some = town.client("havsand")
    return Client(some.url, key, some.http)


async def newest_licence(town: Town) -> str:
    async with town.database.reads.connect() as connection:
        number = (await connection.execute(sa.text("select max(id) from licence"))).scalar_one()
    return Seal(DEVELOPMENT_SECRET).id("Licence", number)


async def reconciled(town: Town) -> tuple[int | None, str]:
    command = (sys.executable, "-m", "server.cli", "reconcile")
    pipe = asyncio.subprocess.PIPE
    ran = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe, env=town.troupe.environment)
    out, err = await ran.communicate()
    return ran.returncode, (out + err).decode()


async def test_a_refund_reaches_the_agency_and_leaves_the_books_in_agreement(town: Town) -> None:
    boss, agency = await operator(town), town.client("kestrel")
    seen: list[dict[str, Any]] = []
    async with agency.stream(documents.PAYOUT_ACTIVITY, partyId=town.id("kestrel"), after=None) as stream:
        await sold(town, "700.00", 20)
        while sum(event["kind"] == "PAYOUT_PAID" for event in seen) < 2:
            seen.append(await stream.next(within=WITHIN))
        licence = await newest_licence(town)
        made = await boss.do(REFUND, licenceId=licence, reason="The shoot was cancelled.")
        assert made["__typename"] == "LicenceRefunded", made
        while sum(event["kind"] == "SHARE_OWED" for event in seen) < 2:  # both have it in their banks already
            seen.append(await stream.next(within=WITHIN))
    for _ in range(50):
        node = (await boss.ask(LICENCE, id=licence))["node"]
        if node["status"] == "TERMINATED":
            break
        await asyncio.sleep(0.2)
    assert node == {"status": "TERMINATED", "payment": {"status": "REFUNDED"}}
    for _ in range(10):  # a payout of another story may be on its way
        code, said = await reconciled(town)
        if code == 0:
            break
        await asyncio.sleep(1)
    assert code == 0, said
