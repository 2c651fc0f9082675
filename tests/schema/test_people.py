"""The people behind a party, and what somebody signs in with."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from core.actor import SYSTEM, Actor, Scope
from core.errors import NotFound
from market import parties, people
from market.states import PartyKind
from server.auth import Authenticator, digest
from tests.schema.conftest import SEAL, Api

VIEWER = """{ viewer { name email personName isOperator passkeys { id name createdAt lastUsedAt }
    sessions { id userAgent createdAt lastSeenAt current } } }"""
MEMBERS = """query ($id: ID!) { node(id: $id) { ... on Agency { members { id name email since suspendedAt }
    invitations { id expiresAt } } } }"""
SUSPENDED = "... on MemberSuspended { member { id suspendedAt } }"
ENDED = "... on SessionEnded { session { id current } }"
REMOVED = "... on PasskeyRemoved { passkey { id } }"


async def signed_in(api: Api, actor: Actor, user_agent: str = "tests") -> Actor:
    """The same person, in a browser."""
    async with api.database.work(SYSTEM)() as work:
        person = await people.store.parties.person(work, actor.person_id or 0)
        secret = await people.begin_session(work, person, method="password", user_agent=user_agent, replaces=None)
    async with api.database.read(SYSTEM)() as read:
        number = await people.store.people.sign_ins(read, person.id or 0)
    sign_in_id = next(each.id for each in number if each.secret_hash == digest(secret))
    return replace(actor, sign_in_id=sign_in_id)


async def a_passkey(api: Api, actor: Actor) -> str:
    async with api.database.work(actor)() as work:
        made = await people.add_passkey(
            work, name="phone", credential_id=b"id %d" % (actor.person_id or 0), public_key=b"", sign_count=0
        )
    return SEAL.id("Passkey", made.id or 0)


async def with_colleague(api: Api, boss: Actor) -> Actor:
    """Somebody else who acts for the same agency: she was invited."""
    made = await api.do(boss, "inviteMember", {"partyId": None}, "... on MemberInvited { secret }")
    async with api.database.work(SYSTEM)() as work:
        await people.join(
            work, secret=made["secret"], person_id=None, email="mia@example.test", name="Mia", password_hash="x"
        )
        person = await people.store.parties.ensure_person(
            work, email="mia@example.test", name="Mia", password_hash=None
        )
    return replace(boss, caller=f"person:{person.id}", name=person.email, person_id=person.id)


@pytest.fixture
async def nordlys(api: Api) -> Actor:
    return await api.party(PartyKind.AGENCY, "nordlys")


# ------------------------------------------------------------------ what is one's own


async def test_a_person_sees_who_she_is_and_where_she_signed_in(api: Api, ada: Actor) -> None:
    await signed_in(api, ada, "an old phone")
    here = await signed_in(api, ada, "a browser")
    await a_passkey(api, ada)
    viewer = (await api.ask(here, VIEWER))["viewer"]
    assert (viewer["email"], viewer["personName"], viewer["isOperator"]) == (
        "ada-lindqvist@example.test",
        "Ada Lindqvist",
        False,
    )
    assert [(each["userAgent"], each["current"]) for each in viewer["sessions"]] == [
        ("a browser", True),
        ("an old phone", False),
    ]
    assert [each["name"] for each in viewer["passkeys"]] == ["phone"]


async def test_a_key_has_no_person_behind_it(api: Api, ada: Actor) -> None:
    await signed_in(api, ada)
    await a_passkey(api, ada)
    own = replace(ada, caller="key:1", name="a shop", person_id=None, api_key_id=1)
    operators = replace(own, person_id=ada.person_id, is_operator=True)
    for key in (own, operators):
        viewer = (await api.ask(key, VIEWER))["viewer"]
        assert viewer == {
            "name": "a shop",
            "email": None,
            "personName": None,
            "isOperator": key.is_operator,
            "passkeys": [],
            "sessions": [],
        }


async def test_a_session_is_ended_by_its_owner_alone(api: Api, ada: Actor, lumen: Actor) -> None:
    old, here = await signed_in(api, ada), await signed_in(api, ada)
    old_id = SEAL.id("Session", old.sign_in_id or 0)
    for stranger in (lumen, replace(ada, person_id=None, api_key_id=1), replace(lumen, is_operator=True)):
        refused = await api.do(stranger, "endSession", {"sessionId": old_id}, ENDED)
        assert refused["__typename"] in ("InvalidInput", "NotAllowed")
    assert len((await api.ask(here, VIEWER))["viewer"]["sessions"]) == 2
    told = await api.do(here, "endSession", {"sessionId": old_id}, ENDED)
    assert told["session"] == {"id": old_id, "current": False}
    again = await api.do(here, "endSession", {"sessionId": old_id}, ENDED)
    assert (again["code"], again["path"]) == ("NOT_FOUND", ["sessionId"])
    assert [each["current"] for each in (await api.ask(here, VIEWER))["viewer"]["sessions"]] == [True]


async def test_all_other_sessions_end_at_once(api: Api, ada: Actor, lumen: Actor) -> None:
    for _ in range(3):
        here = await signed_in(api, ada)
    await signed_in(api, lumen)
    document = "mutation { endOtherSessions { __typename ... on OtherSessionsEnded { sessions { id } } } }"
    assert len((await api.ask(here, document))["endOtherSessions"]["sessions"]) == 2
    assert len((await api.ask(here, VIEWER))["viewer"]["sessions"]) == 1
    assert len((await api.ask(lumen, VIEWER))["viewer"]["sessions"]) == 1


async def test_a_passkey_is_removed_by_its_owner_and_not_if_it_is_the_only_way_in(
    api: Api, ada: Actor, lumen: Actor
) -> None:
    passkey_id = await a_passkey(api, ada)
    refused = await api.do(lumen, "removePasskey", {"passkeyId": passkey_id}, REMOVED)
    assert refused["code"] == "NOT_FOUND"
    only = await api.do(ada, "removePasskey", {"passkeyId": passkey_id}, REMOVED)
    assert (only["__typename"], only["code"]) == ("NotAllowed", "LAST_WAY_IN")  # she has no password
    async with api.database.work(SYSTEM)() as work:
        (await people.store.people.lock(work, ada.person_id or 0)).password_hash = "x"
    assert (await api.do(ada, "removePasskey", {"passkeyId": passkey_id}, REMOVED))["passkey"] == {"id": passkey_id}
    assert (await api.ask(ada, VIEWER))["viewer"]["passkeys"] == []


# ------------------------------------------------------------------ members


async def of(api: Api, actor: Actor, agency_id: str) -> Any:
    return (await api.ask(actor, MEMBERS, id=agency_id))["node"]


async def test_a_member_invites_another_and_suspends_her(api: Api, nordlys: Actor) -> None:
    agency_id = SEAL.id("Agency", min(nordlys.agency_ids))
    made = await api.do(nordlys, "inviteMember", {"partyId": agency_id}, "... on MemberInvited { invitation { id } }")
    assert [each["id"] for each in (await of(api, nordlys, agency_id))["invitations"]] == [made["invitation"]["id"]]
    await with_colleague(api, nordlys)
    first, second = (await of(api, nordlys, agency_id))["members"]
    assert (first["email"], second["email"]) == ("nordlys@example.test", "mia@example.test")
    told = await api.do(nordlys, "suspendMember", {"memberId": second["id"]}, SUSPENDED)
    assert told["member"]["suspendedAt"] is not None
    again = await api.do(nordlys, "suspendMember", {"memberId": second["id"]}, SUSPENDED)
    assert again["__typename"] == "WrongState"
    back = await api.do(nordlys, "reinstateMember", {"memberId": second["id"]})
    assert back["__typename"] == "MemberReinstated"


async def test_who_is_suspended_acts_no_more_and_whom_she_invited_does_not_come(api: Api, nordlys: Actor) -> None:
    mia = await with_colleague(api, nordlys)
    letter = await api.do(mia, "inviteMember", {"partyId": None}, "... on MemberInvited { secret }")
    async with api.database.work(SYSTEM)() as work:
        person = await people.store.parties.person(work, mia.person_id or 0)
        secret = await people.begin_session(work, person, method="password", user_agent="", replaces=None)
    authenticator = Authenticator(api.database, is_https=False)
    assert (await authenticator._by_cookie(secret)).actor.agency_ids == nordlys.agency_ids
    members = (await of(api, nordlys, SEAL.id("Agency", min(nordlys.agency_ids))))["members"]
    await api.do(nordlys, "suspendMember", {"memberId": members[1]["id"]}, SUSPENDED)
    assert (await authenticator._by_cookie(secret)).actor.agency_ids == frozenset()
    with pytest.raises(NotFound):
        async with api.database.work(SYSTEM)() as work:
            await people.join(work, secret=letter["secret"], person_id=None, email="x@example.test", name="X")


async def test_of_two_who_suspend_each_other_one_stays(api: Api, nordlys: Actor) -> None:
    mia = await with_colleague(api, nordlys)
    first, second = (await of(api, nordlys, SEAL.id("Agency", min(nordlys.agency_ids))))["members"]
    answers = await asyncio.gather(
        api.do(nordlys, "suspendMember", {"memberId": second["id"]}, SUSPENDED),
        api.do(mia, "suspendMember", {"memberId": first["id"]}, SUSPENDED),
    )
    assert sorted(answer["__typename"] for answer in answers) == ["MemberSuspended", "NotAllowed"]
    assert {answer.get("code") for answer in answers} == {None, "LAST_MEMBER"}


async def test_nobody_but_people_of_the_party_changes_its_members(api: Api, nordlys: Actor, lumen: Actor) -> None:
    await with_colleague(api, nordlys)
    agency_id = SEAL.id("Agency", min(nordlys.agency_ids))
    member_id = (await of(api, nordlys, agency_id))["members"][1]["id"]
    key = replace(nordlys, person_id=None, api_key_id=1, caller="key:1")
    for mutation in ("suspendMember", "reinstateMember"):
        other = await api.do(lumen, mutation, {"memberId": member_id})
        assert (other["code"], other["path"]) == ("NOT_FOUND", ["memberId"])
        assert (await api.do(key, mutation, {"memberId": member_id}))["code"] == "ONLY_A_PERSON"
    assert (await api.do(key, "inviteMember", {"partyId": None}))["code"] == "ONLY_A_PERSON"
    assert (await api.do(lumen, "inviteMember", {"partyId": agency_id}))["__typename"] == "NotAllowed"
    reader = replace(key, scopes=frozenset({Scope.READ}))
    assert (await api.errors(reader, MEMBERS, id=agency_id))[0][0] == "FORBIDDEN"


async def test_nobody_can_be_added_to_act_for_a_model(api: Api, ada: Actor) -> None:
    told = await api.do(ada, "inviteMember", {"partyId": None})
    assert (told["__typename"], told["code"]) == ("NotAllowed", "ONLY_THE_MODEL")


async def test_an_invitation_that_was_revoked_brings_nobody(api: Api, nordlys: Actor, lumen: Actor) -> None:
    fields = "... on MemberInvited { secret invitation { id } }"
    made = await api.do(nordlys, "inviteMember", {"partyId": None}, fields)
    number = {"invitationId": made["invitation"]["id"]}
    assert (await api.do(lumen, "revokeInvitation", number))["code"] == "NOT_FOUND"
    assert (await api.do(nordlys, "revokeInvitation", number))["__typename"] == "InvitationRevoked"
    assert (await api.do(nordlys, "revokeInvitation", number))["__typename"] == "WrongState"
    with pytest.raises(NotFound):
        async with api.database.work(SYSTEM)() as work:
            await people.join(work, secret=made["secret"], person_id=lumen.person_id)


# ------------------------------------------------------------------ keys


async def test_a_key_that_has_expired_opens_nothing(api: Api, lumen: Actor) -> None:
    async with api.database.work(lumen)() as work:
        key, secret = await parties.create_api_key(work, party_id=None, name="app", scopes=[Scope.READ])
    authenticator = Authenticator(api.database, is_https=False)
    assert (await authenticator.by_key(secret)).key_id == key.id
    async with api.database.work(SYSTEM)() as work:
        (await people.store.parties.lock_api_key(work, key.id or 0)).expires_at = work.now
    with pytest.raises(Exception, match="unknown or was revoked"):
        await authenticator.by_key(secret)


@pytest.mark.parametrize("when", ["2020-01-01T00:00:00Z", "2090-01-01T00:00:00Z"])
async def test_a_key_ends_within_reason(api: Api, lumen: Actor, when: str) -> None:
    told = await api.do(lumen, "createApiKey", {"name": "app", "scopes": ["READ"], "expiresAt": when})
    assert (told["__typename"], told["path"]) == ("InvalidInput", ["expiresAt"])
