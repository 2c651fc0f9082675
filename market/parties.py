"""Parties, the people and programs that act for them, and their doors to the payment service."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from core.actor import Scope
from core.errors import InvalidInput, NotAllowed, WrongState
from core.work import OpenWork, Work
from market import api_keys, rules, store
from market.facts import ApiKeyCreated, ApiKeyRevoked, MemberAdded, OperatorCreated
from market.rights import Industry
from market.states import PartyKind
from market.tables import ApiKey, Party, Person
from payments import payees, payers
from payments.gateway import Gateway

MAXIMUM_KEYS = 50
"""Of one party, at a time."""


async def create(
    work: Work, *, kind: PartyKind, handle: str, name: str, country: str, industry: Industry | None = None
) -> Party:
    """A new party, by the operator's hand."""
    _check_operator(work)
    if (kind is PartyKind.BRAND) != (industry is not None):
        raise InvalidInput("A brand has an industry, and nobody else has one.", path=["industry"])
    party = await store.parties.keep(
        work,
        {
            "kind": kind,
            "handle": rules.check_handle(handle),
            "name": rules.check_line(name, path=["name"]),
            "country": rules.check_country(country),
            "industry": industry,
        },
    )
    if party is None:
        raise InvalidInput(f"The handle {handle!r} is taken.", code="HANDLE_TAKEN", path=["handle"])
    return party


async def add_member(work: Work, *, party_id: int, email: str, person_name: str, password_hash: str | None) -> Person:
    """Somebody acts for the party from now on. Whoever has that email already keeps name and password."""
    _check_operator(work)
    party = await store.parties.find(work, party_id)
    person = await _person(work, email=email, name=person_name, password_hash=password_hash)
    if await store.parties.add_member(work, party_id=_id(party), person_id=_id(person)):
        work.record(MemberAdded(party_id=_id(party), person_id=_id(person)))
    return person


async def create_operator(work: Work, *, email: str, name: str, password_hash: str | None) -> Person:
    _check_operator(work)
    person = await _person(work, email=email, name=name, password_hash=password_hash)
    person.is_operator = True
    await work.session.flush()
    work.record(OperatorCreated(person_id=_id(person)))
    return person


async def _person(work: Work, *, email: str, name: str, password_hash: str | None) -> Person:
    return await store.parties.ensure_person(
        work,
        email=rules.check_email(email),
        name=rules.check_line(name, path=["name"]),
        password_hash=password_hash,
    )


# ------------------------------------------------------------------ keys


async def create_api_key(
    work: Work, *, party_id: int | None, name: str, scopes: Sequence[Scope], expires_at: datetime | None = None
) -> tuple[ApiKey, str]:
    """A key and its secret, which is shown this once. Without a party: the caller's only one, or an operator's own."""
    rules.check_scope(work.actor, Scope.MANAGE)
    actor = work.actor
    person_id = actor.person_id if party_id is None and actor.is_operator and not actor.party_ids else None
    if person_id is None and not (party_id is not None and rules.is_system(actor)):
        party_id = rules.acting_party(party_id, actor.party_ids, noun="party")
    return await _make_key(
        work, party_id=party_id, person_id=person_id, name=name, scopes=scopes, expires_at=expires_at
    )


async def create_operator_key(work: Work, *, person_id: int, name: str, scopes: Sequence[Scope]) -> str:
    """The secret of a key that acts for an operator."""
    _check_operator(work)
    person = await store.parties.person(work, person_id)
    if not person.is_operator:
        raise NotAllowed("Only an operator has a key of their own.")
    _, secret = await _make_key(work, party_id=None, person_id=person_id, name=name, scopes=scopes)
    return secret


async def _make_key(
    work: Work,
    *,
    party_id: int | None,
    person_id: int | None,
    name: str,
    scopes: Sequence[Scope],
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    if not scopes:
        raise InvalidInput("Name at least one scope.", path=["scopes"])
    rules.check_held_scopes(work.actor, scopes)
    if await store.parties.live_keys(work, party_id=party_id, person_id=person_id) >= MAXIMUM_KEYS:
        raise NotAllowed(f"There are {MAXIMUM_KEYS} keys already. Revoke one that is not used.", code="TOO_MANY_KEYS")
    prefix, secret = api_keys.new()
    key = ApiKey(
        party_id=party_id,
        person_id=person_id,
        name=rules.check_line(name, path=["name"]),
        prefix=prefix,
        secret_hash=sha256(secret.encode()).digest(),
        scopes=[scope for scope in Scope if scope in scopes],
        created_at=work.now,
        expires_at=rules.check_key_expiry(expires_at, work.now),
    )
    work.session.add(key)
    await work.session.flush()
    work.record(ApiKeyCreated(api_key_id=key.id or 0))
    return key, secret


async def revoke_api_key(work: Work, *, api_key_id: int) -> ApiKey:
    """It opens nothing from now on."""
    rules.check_scope(work.actor, Scope.MANAGE)
    key = await store.parties.lock_api_key(work, api_key_id)
    if key.revoked_at is not None:
        raise WrongState("The key is revoked already.", state="REVOKED")
    key.revoked_at = work.now
    await work.session.flush()
    work.record(ApiKeyRevoked(api_key_id=api_key_id))
    return key


# ------------------------------------------------------------------ the payment service


async def start_payment_setup(open_work: OpenWork, gateway: Gateway, *, brand_id: int | None, return_url: str) -> str:
    """The URL of the page on which the brand saves a payment method. Raises PaymentProblem."""
    async with open_work() as work:
        rules.check_scope(work.actor, Scope.PAY)
        url = rules.check_url(return_url, path=["returnUrl"])
        brand = await store.parties.find(work, rules.acting_party(brand_id, work.actor.brand_ids, noun="brand"))
    return await payers.start_setup(open_work, gateway, payer_id=_id(brand), name=brand.name, return_url=url)


async def start_payee_onboarding(open_work: OpenWork, gateway: Gateway, *, party_id: int, return_url: str) -> str:
    """The URL of the page on which a model or an agency tells the service who it is. Raises PaymentProblem."""
    async with open_work() as work:
        rules.check_scope(work.actor, Scope.MANAGE)
        url = rules.check_url(return_url, path=["returnUrl"])
        party = await store.parties.find(work, rules.acting_party(party_id, work.actor.party_ids, noun="party"))
        if party.kind is PartyKind.BRAND:
            raise NotAllowed("A brand pays and is not paid. Use startPaymentSetup.", path=["partyId"])
        email = await _email(work, party)
    return await payees.start_onboarding(
        open_work,
        gateway,
        payee_id=_id(party),
        name=party.name,
        email=email,
        country=party.country,
        is_company=party.kind is PartyKind.AGENCY,
        return_url=url,
        refresh_url=url,
    )


async def _email(work: Work, party: Party) -> str:
    """Of whoever asks; of a program's party, the member of longest standing."""
    if work.actor.person_id is not None:
        return (await store.parties.person(work, work.actor.person_id)).email
    member = await store.parties.first_member(work, _id(party))
    if member is None:
        raise NotAllowed("Nobody acts for this party yet.", code="NO_MEMBER")
    return member.email


def _check_operator(work: Work) -> None:
    rules.check_scope(work.actor, Scope.MANAGE)
    if not (work.actor.is_operator or rules.is_system(work.actor)):
        raise NotAllowed("Only the marketplace's operator can do this.")


def _id(row: Party | Person) -> int:
    if row.id is None:
        raise ValueError("The row is not kept yet.")
    return row.id
