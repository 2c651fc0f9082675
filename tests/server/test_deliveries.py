"""Webhook endpoints: signed as Standard Webhooks has it, in order, at least once, never to a machine of our own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, cast

import httpx
import orjson
import pytest
import sqlalchemy as sa
from standardwebhooks import Webhook, WebhookVerificationError
from starlette.requests import Request
from starlette.responses import Response

from core.actor import SYSTEM
from core.errors import InvalidInput, NotAllowed, NotFound, Refusal
from core.seal import Seal
from core.store import append_activity
from core.work import OpenWork, Work
from market import endpoints, store
from market.tables import Delivery, Endpoint
from server.database import Database
from server.deliveries import Deliveries
from server.outside import MAXIMUM_ANSWER, Outside, Unsafe, is_public
from server.worker import Tools
from tests import factories
from tests.factories import Player

SEAL = Seal("a secret of at least sixteen characters")


class Ear:
    """Somebody's endpoint. `answers` are given in turn, then 204."""

    def __init__(self) -> None:
        self.heard: list[httpx.Headers] = []
        self.bodies: list[bytes] = []
        self.answers: list[int] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        request = Request(scope, receive)
        self.bodies.append(await request.body())
        self.heard.append(httpx.Headers(request.headers.raw))
        await Response(status_code=self.answers.pop(0) if self.answers else 204)(scope, receive, send)

    @property
    def kinds(self) -> list[str]:
        return [orjson.loads(body)["type"] for body in self.bodies]

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers in self.heard]


def tools_of(database: Database, open_work: OpenWork | None = None) -> Tools:
    return Tools(
        open_work=open_work or database.work(SYSTEM),
        open_read=database.read(SYSTEM),
        gateway=cast(Any, None),
        activity_kept=timedelta(days=30),
        open_snapshot=database.snapshot(SYSTEM),
    )


class Street:
    """The brand, its endpoint, and who delivers."""

    def __init__(self, database: Database, lumen: Player, endpoint: Endpoint) -> None:
        self.database, self.lumen, self.endpoint, self.ear = database, lumen, endpoint, Ear()
        outside = Outside(resolve=_anywhere, transport=httpx.ASGITransport(self.ear))
        self.deliveries = Deliveries(SEAL, outside)

    @property
    def secret(self) -> str:
        return endpoints.secret(SEAL, self.endpoint.id or 0, self.endpoint.generation)

    async def happen(self, *kinds: str, licence_id: int = 1) -> None:
        async with self.database.work(SYSTEM)() as work:
            for kind in kinds:
                topic = f"licence:{self.lumen.id}"
                await append_activity(work, topic=topic, kind=kind, body={"licence_id": licence_id})

    async def deliver(self, open_work: OpenWork | None = None) -> Any:
        tools = tools_of(self.database, open_work)
        return await self.deliveries.deliver(tools, {"endpoint_id": self.endpoint.id})

    async def now(self) -> Endpoint:
        async with self.database.read(SYSTEM)() as read:
            return (await store.endpoints.by_ids(read, [self.endpoint.id or 0]))[self.endpoint.id or 0]

    async def log(self) -> list[Delivery]:
        async with self.database.read(self.lumen.actor)() as read:
            return list((await store.endpoints.deliveries(read, [self.endpoint.id or 0]))[self.endpoint.id or 0])


async def _anywhere(host: str, port: int) -> list[str]:
    return ["93.184.215.14"]


async def made(database: Database, lumen: Player, **changes: Any) -> Endpoint:
    given = {"party_id": None, "url": "https://lumen.example/hooks", "kinds": [], "insecure": False}
    async with database.work(lumen.actor)() as work:
        return await endpoints.create(work, **(given | changes))


@pytest.fixture
async def street(database: Database) -> Street:
    lumen = await factories.brand(database)
    return Street(database, lumen, await made(database, lumen))


async def test_an_independent_library_believes_it_and_no_forgery(street: Street) -> None:
    await street.happen("ACTIVATED")
    await street.deliver()
    (body,), (headers,) = street.ear.bodies, street.ear.heard
    told = Webhook(street.secret).verify(body, dict(headers))
    assert told["type"] == "licence.activated"
    assert told["data"] == {"kind": "ACTIVATED", "licenceId": SEAL.id("Licence", 1)}
    assert headers["host"] == "lumen.example"
    forgeries = [
        (street.secret, body + b" ", {}),
        (street.secret, body, {"webhook-id": "msg_other"}),
        (street.secret, body, {"webhook-timestamp": str(int(headers["webhook-timestamp"]) - 1)}),
        (endpoints.secret(SEAL, 99, 1), body, {}),
    ]
    for secret, forged, changed in forgeries:
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(forged, dict(headers) | changed)


async def test_everything_in_order_and_only_what_it_wants(street: Street, database: Database) -> None:
    for count in range(25):
        await street.happen("ACCEPTED", "ACTIVATED", licence_id=count + 1)
    for _ in range(3):
        await street.deliver()
    licences = [orjson.loads(body)["data"]["licenceId"] for body in street.ear.bodies]
    assert licences == [SEAL.id("Licence", count + 1) for count in range(25) for _ in range(2)]
    assert len(set(street.ear.ids)) == 50
    assert street.ear.kinds == ["licence.accepted", "licence.activated"] * 25
    picky = Street(database, street.lumen, await made(database, street.lumen, kinds=["LAPSED"]))
    await picky.happen("ACCEPTED", "LAPSED", "ACTIVATED")
    await picky.deliver()
    assert picky.ear.kinds == ["licence.lapsed"]
    async with database.read(SYSTEM)() as read:
        assert await store.endpoints.behind(read) == [street.endpoint.id]


async def test_what_is_not_taken_is_told_again_with_the_same_id_and_later_things_wait(street: Street) -> None:
    street.ear.answers = [500, 302, 204]
    await street.happen("ACCEPTED", "ACTIVATED")
    again = await street.deliver()
    assert street.ear.kinds == ["licence.accepted"]
    assert again is not None
    assert await street.deliver() == again, "it waits for its time"
    for offset in (10, 100):
        await factories.move_clock(street.database, timedelta(seconds=offset))
        await street.deliver()
    assert street.ear.kinds == ["licence.accepted"] * 3 + ["licence.activated"]
    assert len(set(street.ear.ids[:3])) == 1
    assert [each.error for each in await street.log()] == [None, None, "It answered 302.", "It answered 500."]
    assert (await street.now()).failing_since is None


async def test_a_crash_between_the_answer_and_the_books_tells_it_again_under_the_same_id(street: Street) -> None:
    await street.happen("ACTIVATED")

    @asynccontextmanager
    async def crash() -> AsyncIterator[Work]:
        raise ConnectionError("killed")
        yield  # pragma: no cover

    with pytest.raises(ConnectionError):
        await street.deliver(crash)
    await street.deliver()
    assert len(street.ear.ids) == 2
    assert len(set(street.ear.ids)) == 1
    await street.deliver()
    assert len(street.ear.ids) == 2


async def test_after_three_days_it_is_disabled_and_enabled_it_goes_on(street: Street) -> None:
    await street.happen("ACTIVATED")
    street.ear.answers = [500] * 100
    hours = 0
    while (await street.now()).disabled_at is None and hours < 100:
        await street.deliver()
        hours += 2
        await factories.move_clock(street.database, timedelta(hours=hours))
    assert 72 <= hours <= 80
    assert await street.deliver() is None
    tries = len(street.ear.ids)
    assert 15 <= tries <= 40
    street.ear.answers = []
    async with street.database.work(street.lumen.actor)() as work:
        await endpoints.update(
            work, endpoint_id=street.endpoint.id or 0, url=None, kinds=None, enabled=True, insecure=False
        )
    await street.deliver()
    assert len(street.ear.ids) == tries + 1
    assert len(set(street.ear.ids)) == 1


async def test_secrets_rotate_with_an_overlap(street: Street) -> None:
    old = street.secret
    async with street.database.work(street.lumen.actor)() as work:
        street.endpoint = await endpoints.rotate(work, endpoint_id=street.endpoint.id or 0, overlap=timedelta(hours=1))
    await street.happen("ACTIVATED")
    await street.deliver()
    for secret in (old, street.secret):
        Webhook(secret).verify(street.ear.bodies[0], dict(street.ear.heard[0]))
    async with street.database.writes.begin() as connection:
        await connection.execute(sa.text("update endpoint set overlap_until = clock()"))
    await street.happen("LAPSED")
    await street.deliver()
    Webhook(street.secret).verify(street.ear.bodies[1], dict(street.ear.heard[1]))
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(street.ear.bodies[1], dict(street.ear.heard[1]))


async def test_replay_and_ping(street: Street) -> None:
    async with street.database.read(SYSTEM)() as read:
        before = read.now
    await street.happen("ACCEPTED", "ACTIVATED")
    await street.deliver()
    async with street.database.work(street.lumen.actor)() as work:
        await endpoints.replay(work, endpoint_id=street.endpoint.id or 0, since=before)
        await endpoints.ping(work, endpoint_id=street.endpoint.id or 0)
    await street.deliver()
    assert street.ear.ids[:2] == street.ear.ids[2:]
    tools = tools_of(street.database)
    await street.deliveries.ping(tools, {"endpoint_id": street.endpoint.id, "at": before.isoformat()})
    assert street.ear.kinds[-1] == "ping"
    Webhook(street.secret).verify(street.ear.bodies[-1], dict(street.ear.heard[-1]))


async def test_nobody_elses(street: Street, database: Database) -> None:
    rival, operator = await factories.brand(database, "Rival"), await factories.operator(database)
    for actor in (rival.actor, operator):
        for verb in (endpoints.delete, endpoints.ping):
            with pytest.raises(NotFound):
                async with database.work(actor)() as work:
                    await verb(work, endpoint_id=street.endpoint.id or 0)
        async with database.read(actor)() as read:
            assert await store.endpoints.of_party(read, street.lumen.id) == []
            assert await store.endpoints.by_ids(read, [street.endpoint.id or 0]) == {}
    with pytest.raises(NotAllowed):
        await made(database, rival, party_id=street.lumen.id)
    refused: list[type[Refusal]] = []
    for url in ("http://lumen.example", "https://me:secret@lumen.example", "file:///etc/passwd", "nonsense"):
        with pytest.raises(InvalidInput) as caught:
            await made(database, street.lumen, url=url)
        refused.append(type(caught.value))
    for _ in range(endpoints.MAXIMUM_ENDPOINTS - 1):
        await made(database, street.lumen)
    with pytest.raises(NotAllowed):
        await made(database, street.lumen)
    assert len(refused) == 4


# ------------------------------------------------------------------ where it may go

PRIVATE = (
    "127.0.0.1", "10.0.0.1", "172.16.5.5", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "255.255.255.255",
    "224.0.0.1", "198.18.0.1", "192.0.2.1", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "fe80::1%eth0", "nonsense",
)  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
async def test_no_private_address_is_asked(address: str) -> None:
    assert not is_public(address)
    ear = Ear()

    async def both(host: str, port: int) -> list[str]:
        return ["93.184.215.14", address]

    outside = Outside(resolve=both, transport=httpx.ASGITransport(ear))
    with pytest.raises(Unsafe):
        await outside.post("https://rebinding.example/", b"", {})
    assert ear.bodies == []


def test_public_addresses_are() -> None:
    assert all(map(is_public, ("93.184.215.14", "8.8.8.8", "2606:4700::1111")))


async def test_names_of_this_machine_are_resolved_and_refused() -> None:
    for url in (
        "https://localhost/",
        "https://127.0.0.1:8000/",
        "https://[::1]/",
        "https://2130706433/",
        "https://0x7f.1/",
    ):
        with pytest.raises(Unsafe):
            await Outside().post(url, b"", {})
    with pytest.raises(Unsafe):
        await Outside(resolve=_anywhere).post("http://lumen.example/", b"", {})


async def test_what_was_looked_at_is_what_is_asked_and_long_answers_are_cut() -> None:
    asked: list[httpx.Request] = []
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 10_000
            yield b"x" * 10_000

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, content=endless())

    outside = Outside(resolve=_anywhere, transport=httpx.MockTransport(answer))
    assert await outside.post("https://lumen.example:8443/hooks?a=b", b"x", {"webhook-id": "1"}) == 200
    (request,) = asked
    assert (request.url.host, request.url.port, request.headers["host"]) == (
        "93.184.215.14",
        8443,
        "lumen.example:8443",
    )
    assert request.extensions["sni_hostname"] == "lumen.example"
    assert sent <= MAXIMUM_ANSWER + 20_000
