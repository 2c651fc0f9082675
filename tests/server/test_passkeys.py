"""Passkeys: a person verified by her device, at our own address, once for each challenge."""

import asyncio
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from server.attempts import ACCOUNT, Attempts
from server.database import Database
from server.passkeys import Site
from tests.fakes.authenticator import Authenticator, decoded, encoded
from tests.server.test_accounts import LENA, OURS, PASSWORD, count, told, who

ORIGIN = "http://localhost:8000"


@pytest.fixture
async def lena(http: httpx.AsyncClient) -> httpx.AsyncClient:
    """Her browser, in which she has signed in."""
    assert (await http.post("/accounts", json=LENA)).status_code == 201
    return http


async def registered(http: httpx.AsyncClient, phone: Authenticator, name: str = "phone") -> httpx.Response:
    options = (await http.post("/passkeys/options", json={}, headers=OURS)).json()
    return await http.post("/passkeys", json={"name": name, "credential": phone.register(options)}, headers=OURS)


async def options_to_enter(http: httpx.AsyncClient) -> dict[str, Any]:
    answer = await http.post("/session/passkey/options", json={})
    assert answer.status_code == 200
    options: dict[str, Any] = answer.json()
    return options


async def entered(http: httpx.AsyncClient, credential: dict[str, Any]) -> httpx.Response:
    return await http.post("/session/passkey", json={"credential": credential})


async def test_a_passkey_signs_in_as_often_as_its_owner_likes(lena: httpx.AsyncClient, database: Database) -> None:
    phone = Authenticator(ORIGIN)
    made = await registered(lena, phone)
    assert (made.status_code, made.json()["name"]) == (201, "phone")
    for _ in range(2):
        lena.cookies.clear()
        assert await who(lena) == "anonymous"
        answer = await entered(lena, phone.sign_in(await options_to_enter(lena)))
        assert (answer.status_code, answer.json()) == (200, {"name": "lena@example.com"})
        assert await who(lena) == "person:1"
    assert await count(database, "challenge") == 0


async def test_keys_that_never_count_are_good_too(lena: httpx.AsyncClient) -> None:
    phone = Authenticator(ORIGIN, counts=False)
    await registered(lena, phone)
    for _ in range(2):
        assert (await entered(lena, phone.sign_in(await options_to_enter(lena)))).status_code == 200


async def test_the_options_ask_for_a_verified_person(lena: httpx.AsyncClient) -> None:
    phone = Authenticator(ORIGIN)
    await registered(lena, phone)
    making = (await lena.post("/passkeys/options", json={}, headers=OURS)).json()
    assert making["rp"]["id"] == "localhost"
    assert making["authenticatorSelection"]["userVerification"] == "required"
    assert making["authenticatorSelection"]["residentKey"] == "required"
    assert [each["id"] for each in making["excludeCredentials"]] == [encoded(phone.credential_id)]
    assert b"lena" not in decoded(making["user"]["id"]).lower()
    entering = await options_to_enter(lena)
    assert (entering["userVerification"], entering.get("allowCredentials", [])) == ("required", [])


# ------------------------------------------------------------------ what is refused


@pytest.mark.parametrize("wrong", [
    Authenticator("https://evil.example"),
    Authenticator("http://localhost:9999"),
    Authenticator("http://localhost.evil.example:8000"),
    Authenticator(ORIGIN, verifies=False),
])  # fmt: skip
async def test_a_passkey_of_elsewhere_or_of_nobody_verified_is_not_taken(
    lena: httpx.AsyncClient, database: Database, wrong: Authenticator
) -> None:
    refused = await registered(lena, wrong)
    assert (refused.status_code, told(refused)["path"]) == (400, ["credential"])
    assert await count(database, "passkey") == 0


@pytest.mark.parametrize("change", [{"origin": "https://evil.example"}, {"verifies": False}, {"count": -1}])
async def test_a_passkey_that_is_used_wrongly_opens_nothing(lena: httpx.AsyncClient, change: dict[str, Any]) -> None:
    """At another address, by nobody verified, or a copy whose count has not risen."""
    phone = Authenticator(ORIGIN)
    await registered(lena, phone)
    assert (await entered(lena, phone.sign_in(await options_to_enter(lena)))).status_code == 200
    lena.cookies.clear()
    for name, value in change.items():
        setattr(phone, name, value if name != "count" else phone.count - 1)
    refused = await entered(lena, phone.sign_in(await options_to_enter(lena)))
    assert (refused.status_code, told(refused)["code"]) == (401, "UNAUTHENTICATED")
    assert await who(lena) == "anonymous"


async def test_a_signature_by_another_key_opens_nothing(lena: httpx.AsyncClient) -> None:
    phone = Authenticator(ORIGIN)
    await registered(lena, phone)
    thief = Authenticator(ORIGIN, credential_id=phone.credential_id, user=phone.user, count=100)
    assert (await entered(lena, thief.sign_in(await options_to_enter(lena)))).status_code == 401
    stranger = Authenticator(ORIGIN)
    assert (await entered(lena, stranger.sign_in(await options_to_enter(lena)))).status_code == 401


async def test_a_challenge_is_answered_once(lena: httpx.AsyncClient) -> None:
    phone = Authenticator(ORIGIN)
    await registered(lena, phone)
    options = await options_to_enter(lena)
    answers = await asyncio.gather(*(entered(lena, phone.sign_in(options)) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401]


async def test_a_challenge_that_was_answered_wrongly_is_spent_too(lena: httpx.AsyncClient) -> None:
    phone = Authenticator(ORIGIN)
    await registered(lena, phone)
    options = await options_to_enter(lena)
    assert (await entered(lena, Authenticator(ORIGIN).sign_in(options))).status_code == 401
    assert (await entered(lena, phone.sign_in(options))).status_code == 401


async def test_a_challenge_holds_five_minutes_and_for_what_it_was_made(
    lena: httpx.AsyncClient, database: Database
) -> None:
    phone = Authenticator(ORIGIN)
    await registered(lena, phone)
    options = await options_to_enter(lena)
    async with database.writes.begin() as connection:
        left = await connection.execute(sa.text("select expires_at - clock() from challenge"))
        assert left.scalar_one().total_seconds() <= 300
        await connection.execute(sa.text("update challenge set expires_at = clock()"))
    assert (await entered(lena, phone.sign_in(options))).status_code == 401
    making = (await lena.post("/passkeys/options", json={}, headers=OURS)).json()
    other = {"challenge": making["challenge"], "rpId": "localhost"}
    assert (await entered(lena, phone.sign_in(other))).status_code == 401


async def test_what_was_asked_of_one_person_is_not_answered_by_another(lena: httpx.AsyncClient, edge: str) -> None:
    options = (await lena.post("/passkeys/options", json={}, headers=OURS)).json()
    async with httpx.AsyncClient(base_url=f"http://{edge}", timeout=60) as mia:
        await mia.post("/accounts", json={**LENA, "handle": "mia", "email": "mia@example.com"})
        body = {"name": "phone", "credential": Authenticator(ORIGIN).register(options)}
        assert (await mia.post("/passkeys", json=body, headers=OURS)).status_code == 400


async def test_a_passkey_belongs_to_one_person(lena: httpx.AsyncClient) -> None:
    phone = Authenticator(ORIGIN)
    assert (await registered(lena, phone)).status_code == 201
    again = await registered(lena, phone)
    assert (again.status_code, told(again)["reason"]) == (400, "PASSKEY_KNOWN")


@pytest.mark.parametrize("credential", [
    None, [], "x", {}, {"response": None}, {"response": {"clientDataJSON": "%%%"}}, {"response": {"clientDataJSON": 7}},
    {"rawId": [], "response": {"clientDataJSON": "e30"}}, {"response": {"clientDataJSON": "bnVsbA"}},
    {"response": {"clientDataJSON": encoded(b'{"challenge": 7}')}},
])  # fmt: skip
async def test_nonsense_is_refused_and_never_crashes(lena: httpx.AsyncClient, credential: object) -> None:
    for path, body in (("/session/passkey", {}), ("/passkeys", {"name": "phone"})):
        answer = await lena.post(path, json={**body, "credential": credential}, headers=OURS)
        assert answer.status_code in (400, 401), answer.text


async def test_every_part_of_a_credential_may_be_missing_or_nonsense(lena: httpx.AsyncClient) -> None:
    phone = Authenticator(ORIGIN)
    await registered(lena, phone)
    good = phone.sign_in(await options_to_enter(lena))
    for part in [*good, *(f"response.{name}" for name in good["response"])]:
        for value in (None, "", "AA", 7, {}):
            fresh = phone.sign_in(await options_to_enter(lena))
            top, _, name = part.partition(".")
            if name:
                fresh["response"][name] = value
            else:
                fresh[top] = value
            assert (await entered(lena, fresh)).status_code in (200, 400, 401), (part, value)


async def test_a_locked_password_does_not_stop_a_passkey(lena: httpx.AsyncClient, database: Database) -> None:
    phone = Authenticator(ORIGIN)
    await registered(lena, phone)
    for _ in range(ACCOUNT.most):
        await Attempts(database).count((ACCOUNT, LENA["email"]))
    assert (await lena.post("/session", json={"email": LENA["email"], "password": PASSWORD})).status_code == 429
    assert (await entered(lena, phone.sign_in(await options_to_enter(lena)))).status_code == 200


@pytest.mark.parametrize(("url", "name", "origin"), [
    ("https://market.example", "market.example", "https://market.example"),
    ("https://market.example:8443", "market.example", "https://market.example:8443"),
    ("http://127.0.0.1:8000", "localhost", "http://localhost:8000"),
    ("http://localhost:8000", "localhost", "http://localhost:8000"),
])  # fmt: skip
def test_passkeys_belong_to_the_public_address(url: str, name: str, origin: str) -> None:
    assert Site.at(url) == Site(name, (origin,))
