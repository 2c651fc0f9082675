"""Who forgot her password sets a new one with a link that was handed to her: once, soon, and for herself alone."""

import asyncio
from datetime import timedelta

import httpx
import pytest
import sqlalchemy as sa

from core.actor import SYSTEM
from core.seal import Seal
from server import resets, store
from server.database import Database
from server.settings import DEVELOPMENT_SECRET
from tests.server.test_accounts import LENA, OURS, PASSWORD, told, who

NEW = "a quite different phrase"
EMAIL = LENA["email"]
URL = "http://localhost"


async def token(database: Database, *, before: timedelta = timedelta(0), email: str = EMAIL) -> str:
    """Of a link that was made so long ago."""
    async with database.read(SYSTEM)() as read:
        person = await store.person_by_email(read, email)
        assert person is not None
        made = resets.link(Seal(DEVELOPMENT_SECRET), URL, person, read.now - before)
    return made.removeprefix(f"{URL}/new-password#")


async def test_a_forgotten_password_is_replaced_and_every_session_ends(
    http: httpx.AsyncClient, edge: str, database: Database
) -> None:
    await http.post("/accounts", json=LENA)
    for _ in range(11):
        await http.post("/session", json={"email": EMAIL, "password": "what was it"})
    locked = await http.post("/session", json={"email": EMAIL, "password": PASSWORD})
    assert locked.status_code == 429
    link = await token(database)
    async with httpx.AsyncClient(base_url=f"http://{edge}") as elsewhere:
        answer = await elsewhere.post("/password/reset", json={"token": link, "new": NEW})
        assert (answer.status_code, "set-cookie" in answer.headers) == (204, False)
        assert await who(http) == "anonymous"
        assert (await elsewhere.post("/session", json={"email": EMAIL, "password": PASSWORD})).status_code == 401
        assert (await elsewhere.post("/session", json={"email": EMAIL, "password": NEW})).status_code == 200
        again = await elsewhere.post("/password/reset", json={"token": link, "new": "yet another long phrase"})
        assert (again.status_code, told(again)["path"]) == (404, ["token"])
    async with database.reads.connect() as connection:
        kinds = (await connection.execute(sa.text("select kind from audit order by id"))).scalars().all()
    assert kinds.count("PasswordReset") == 1
    assert kinds.index("PasswordReset") < kinds.index("SessionEnded")


async def test_a_link_that_does_not_do(http: httpx.AsyncClient, database: Database) -> None:
    await http.post("/accounts", json=LENA)
    good = await token(database)
    for wrong in ("x", good[:-1], good + "A", await token(database, before=resets.HOLDS)):
        answer = await http.post("/password/reset", json={"token": wrong, "new": NEW})
        assert (answer.status_code, told(answer)["code"]) == (404, "NOT_FOUND"), wrong
    for weak in ("short", "123456789012", EMAIL):
        answer = await http.post("/password/reset", json={"token": good, "new": weak})
        assert (answer.status_code, told(answer)["path"]) == (400, ["new"])
    assert (await http.post("/password/reset", json={"token": good})).status_code == 400
    async with database.writes.begin() as connection:
        await connection.execute(sa.text("update person set suspended_at = now()"))
    assert (await http.post("/password/reset", json={"token": good, "new": NEW})).status_code == 404
    async with database.writes.begin() as connection:
        await connection.execute(sa.text("update person set suspended_at = null"))
    assert (await http.post("/password/reset", json={"token": good, "new": NEW})).status_code == 204


async def test_a_link_is_worth_nothing_once_she_remembers(http: httpx.AsyncClient, database: Database) -> None:
    await http.post("/accounts", json=LENA)
    link = await token(database)
    assert (await http.post("/password", json={"current": PASSWORD, "new": NEW}, headers=OURS)).status_code == 204
    assert (await http.post("/password/reset", json={"token": link, "new": "a third long one"})).status_code == 404


async def test_of_two_at_once_one_password_stands(http: httpx.AsyncClient, database: Database) -> None:
    await http.post("/accounts", json=LENA)
    link = await token(database)
    tried = ("the first of two phrases", "the second of two phrases")
    answers = await asyncio.gather(*(http.post("/password/reset", json={"token": link, "new": new}) for new in tried))
    assert sorted(answer.status_code for answer in answers) in ([204, 404], [204, 409])
    entered = [await http.post("/session", json={"email": EMAIL, "password": new}) for new in tried]
    assert [each.status_code for each in entered] == [200 if each.status_code == 204 else 401 for each in answers]


@pytest.mark.parametrize(("accepted", "title"), [("en-GB", "A new password"), ("sv-SE,sv", "Ett nytt lösenord")])
async def test_the_page_behind_the_link(http: httpx.AsyncClient, accepted: str, title: str) -> None:
    page = await http.get("/new-password", headers={"Accept-Language": accepted})
    assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
    assert f"<h1>{title}</h1>" in page.text
    policy = page.headers["content-security-policy"]
    assert page.text.count('nonce="') == 2
    assert f"'nonce-{page.text.split('nonce=')[1].split(chr(34))[1]}'" in policy
    assert "unsafe" not in policy


async def test_pages_of_others_set_no_password(http: httpx.AsyncClient, database: Database) -> None:
    await http.post("/accounts", json=LENA)
    body = {"token": await token(database), "new": NEW}
    foreign = {"Origin": "https://evil.example"}
    assert (await http.post("/password/reset", json=body, headers=foreign)).status_code == 403
