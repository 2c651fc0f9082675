"""What happens beside a sale, for tests of who sees it: a crew, a takedown, a payment that waits, a payout."""

from typing import Any

from core.actor import SYSTEM, Actor, Scope
from market import contributions, parties, store, takedowns
from market.states import TakedownReason
from payments import store as money
from payments.money import Money
from payments.states import PaymentStatus
from tests.schema.conftest import SEAL, Api


async def invited(api: Api, ada: Actor, twin_id: str, name: str) -> Any:
    """Somebody of the crew, who has not answered."""
    return await _invited(api, ada, {"twinId": twin_id, "craft": "stylist", "name": name, "country": "NO"})


async def invited_again(api: Api, ada: Actor, contribution: Any) -> Any:
    """The same contributor, for another twin."""
    made = await api.do(ada, "createTwin", {"handle": "ada-two", "name": "Two"}, "... on TwinCreated { twin { id } }")
    known = contribution["contributor"]["id"]
    return await _invited(api, ada, {"twinId": made["twin"]["id"], "craft": "retoucher", "contributorId": known})


async def _invited(api: Api, ada: Actor, input: dict[str, Any]) -> Any:
    fields = "... on ContributorInvited { contribution { id contributor { id } } }"
    return (await api.do(ada, "inviteContributor", input | {"basisPoints": 100}, fields))["contribution"]


async def taken_down(api: Api, licence_id: str) -> str:
    """What shows the twin under a licence must come down."""
    async with api.database.work(SYSTEM)() as work:
        licence, _ = await store.licences.lock(work, SEAL.open_id(licence_id)[1])
        await takedowns.order(work, licence, TakedownReason.SUSPENDED)
    return SEAL.id("Takedown", 1)


async def accepted(api: Api, contribution: Any) -> Actor:
    """The contributor, who has said yes."""
    number, party_id = (SEAL.open_id(each["id"])[1] for each in (contribution, contribution["contributor"]))
    async with api.database.work(SYSTEM)() as work:
        person = await parties.add_member(
            work, party_id=party_id, email=f"crew-{party_id}@example.test", person_name="Mira", password_hash=None
        )
    crew = Actor(
        caller=f"person:{person.id}",
        name="Mira",
        person_id=person.id,
        scopes=frozenset(Scope),
        contributor_ids=frozenset({party_id}),
    )
    async with api.database.work(crew)() as work:
        await contributions.respond(work, contribution_id=number, accept=True)
    return crew


async def needs_the_brand(api: Api) -> None:
    """The payment waits for the brand at an address."""
    async with api.database.work(SYSTEM)() as work:
        (row,) = (await money.payments_by_id(work, [1])).values()
        row.status, row.failure_message = PaymentStatus.REQUIRES_ACTION, "Your bank wants to see you."
        row.fraud_warned_at = work.now
        (share, *_) = (await money.shares_of(work, [1]))[1]
        share.hold_reason = "The payee has not set up its account yet."


async def payout(api: Api, payee_id: int) -> str:
    async with api.database.work(SYSTEM)() as work:
        await money.ensure_payee(work, payee_id)
        await money.keep_account(work, payee_id=payee_id, account_id="acct_1")
        row, _ = await money.lock_payout(
            work, payee_id=payee_id, account_id="acct_1", stripe_id="po_1", amount=Money(100, "EUR")
        )
        return SEAL.id("Payout", row.id or 0)


async def told_at(api: Api, brand: Actor) -> str:
    """An address that is told what happens."""
    asked = {"url": "https://lumen.example/hooks"}
    made = await api.do(brand, "createWebhookEndpoint", asked, "... on WebhookEndpointSaved { endpoint { id } }")
    endpoint_id: str = made["endpoint"]["id"]
    return endpoint_id
