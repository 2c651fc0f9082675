"""Webhook endpoints: a party's programs are told what subscriptions tell, signed, in order, at least once."""

from base64 import b64encode
from collections.abc import Collection
from datetime import datetime, timedelta
from hashlib import sha256
from struct import Struct

from core import store as ground
from core.actor import Scope
from core.errors import InvalidInput, NotAllowed, WrongState
from core.seal import Seal
from core.work import Work
from market import rules, store
from market.tables import Endpoint

_TWO = Struct(">qq")
MAXIMUM_ENDPOINTS = 10
LONGEST_OVERLAP = timedelta(days=7)
PATIENCE = timedelta(days=3)
"""An address that fails for so long is told no more, until its party enables it again."""
WAITS = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1800, 7200, 14400))
"""After the first failure, the second ...; after the last, always the last."""


async def create(work: Work, *, party_id: int | None, url: str, kinds: Collection[str], insecure: bool) -> Endpoint:
    """It is told what happens from now on: all, or only `kinds`. `insecure` allows http, for development."""
    rules.check_scope(work.actor, Scope.MANAGE)
    acting = rules.acting_party(party_id, work.actor.party_ids, noun="party")
    await store.parties.lock(work, acting)
    if len(await store.endpoints.of_party(work, acting)) >= MAXIMUM_ENDPOINTS:
        raise NotAllowed(
            f"There are {MAXIMUM_ENDPOINTS} endpoints already. Delete one first.", code="TOO_MANY_ENDPOINTS"
        )
    tx, row_id = await ground.activity_head(work)
    endpoint = Endpoint(
        party_id=acting,
        url=_url(url, insecure=insecure),
        kinds=sorted(set(kinds)),
        tx=tx,
        row_id=row_id,
        created_at=work.now,
    )
    work.session.add(endpoint)
    await work.session.flush()
    return endpoint


async def update(
    work: Work,
    *,
    endpoint_id: int,
    url: str | None,
    kinds: Collection[str] | None,
    enabled: bool | None,
    insecure: bool,
) -> Endpoint:
    """Change what is given. Enabled again, it goes on where it stopped."""
    endpoint = await _lock(work, endpoint_id)
    endpoint.url = endpoint.url if url is None else _url(url, insecure=insecure)
    endpoint.kinds = endpoint.kinds if kinds is None else sorted(set(kinds))
    if enabled is not None:
        endpoint.disabled_at = None if enabled else endpoint.disabled_at or work.now
    if enabled or url is not None:
        endpoint.failures, endpoint.failing_since, endpoint.next_at = 0, None, None
    await work.session.flush()
    return endpoint


async def delete(work: Work, *, endpoint_id: int) -> Endpoint:
    endpoint = await _lock(work, endpoint_id)
    endpoint.deleted_at = work.now
    await work.session.flush()
    return endpoint


async def rotate(work: Work, *, endpoint_id: int, overlap: timedelta) -> Endpoint:
    """A new secret signs; the old one signs beside it for `overlap`."""
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        raise InvalidInput("Two secrets sign side by side for at most 7 days.", path=["overlapSeconds"])
    endpoint = await _lock(work, endpoint_id)
    endpoint.generation += 1
    endpoint.overlap_until = work.now + overlap
    await work.session.flush()
    return endpoint


async def replay(work: Work, *, endpoint_id: int, since: datetime) -> Endpoint:
    """Tell again all that happened since."""
    endpoint = await _lock(work, endpoint_id)
    if since.tzinfo is None or since > work.now:
        raise InvalidInput("since is a past moment with its time zone, such as 2030-06-01T12:00:00Z.", path=["since"])
    endpoint.tx, endpoint.row_id = await store.endpoints.cursor_before(work, endpoint, since)
    endpoint.failures, endpoint.failing_since, endpoint.next_at = 0, None, None
    await work.session.flush()
    return endpoint


async def ping(work: Work, *, endpoint_id: int) -> Endpoint:
    """Send a message that means nothing, once. How it went stands in its deliveries."""
    endpoint = await _lock(work, endpoint_id)
    if endpoint.disabled_at is not None:
        raise WrongState("The endpoint is disabled: enable it first.", state="DISABLED")
    body = {"endpoint_id": endpoint_id, "at": work.now.isoformat()}
    await ground.enqueue(work, "endpoint.ping", key=f"{endpoint_id}:{work.now.timestamp()}", body=body)
    return endpoint


async def told(
    work: Work,
    *,
    endpoint_id: int,
    after: tuple[int, int],
    row: tuple[int, int],
    message_id: str,
    kind: str,
    status: int,
) -> None:
    """The address has taken the row of the log. Nothing is moved when a replay has moved the cursor meanwhile."""
    endpoint = await store.endpoints.lock(work, endpoint_id)
    await store.endpoints.note(work, endpoint, message_id=message_id, kind=kind, status=status, error=None)
    if (endpoint.tx, endpoint.row_id) == after:
        endpoint.tx, endpoint.row_id = row
    endpoint.failures, endpoint.failing_since, endpoint.next_at, endpoint.last_error = 0, None, None, None


async def passed_over(work: Work, *, endpoint_id: int, after: tuple[int, int], row: tuple[int, int]) -> None:
    """It does not want rows of that kind."""
    endpoint = await store.endpoints.lock(work, endpoint_id)
    if (endpoint.tx, endpoint.row_id) == after:
        endpoint.tx, endpoint.row_id = row


async def failed(
    work: Work, *, endpoint_id: int, message_id: str, kind: str, status: int | None, error: str
) -> Endpoint:
    """Later again; after three days of nothing but failures, not any more."""
    endpoint = await store.endpoints.lock(work, endpoint_id)
    await store.endpoints.note(work, endpoint, message_id=message_id, kind=kind, status=status, error=error)
    endpoint.failing_since = endpoint.failing_since or work.now
    endpoint.last_error = error[:500]
    endpoint.next_at = work.now + WAITS[min(endpoint.failures, len(WAITS) - 1)]
    endpoint.failures += 1
    if work.now - endpoint.failing_since >= PATIENCE:
        endpoint.disabled_at, endpoint.next_at = work.now, None
    return endpoint


def secret(seal: Seal, endpoint_id: int, generation: int) -> str:
    """Derived from the deployment's own secret, and so kept nowhere."""
    derived = seal.close("webhook secret", _TWO.pack(endpoint_id, generation))
    return f"whsec_{b64encode(sha256(derived.encode()).digest()).decode()}"


async def _lock(work: Work, endpoint_id: int) -> Endpoint:
    rules.check_scope(work.actor, Scope.MANAGE)
    return await store.endpoints.lock(work, endpoint_id)


def _url(url: str, *, insecure: bool) -> str:
    kept = rules.check_url(url, path=["url"])
    if not insecure and not kept.startswith("https://"):
        raise InvalidInput("The address must begin with https://.", path=["url"])
    if "@" in kept.partition("://")[2].partition("/")[0]:
        raise InvalidInput("The address must hold no name or password.", path=["url"])
    return kept
