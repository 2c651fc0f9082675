"""Operations that a machine makes up from the schema: none is answered with a crash."""

import asyncio
from collections import Counter
from collections.abc import Sequence

import schemathesis
from graphql import StringValueNode
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.graphql.checks import GraphQLClientError, GraphQLServerError

from market.states import PartyKind
from server.app import create_app
from server.database import Database
from server.settings import Settings
from tests.fakes.gateway import FakeGateway
from tests.server.conftest import listening
from tests.server.people import a_party, an_api_key

EXAMPLES = 4
"""Of each field of Query and Mutation; more find nothing more."""

SCALARS = {"Date": ["2027-02-28", "x"], "DateTime": ["2027-02-28T12:00:00Z", ""], "Decimal": ["12.50", "-1", "1e9"]}
STRINGS = {"Currency": ["EUR", "XXX"], "Territory": ["SE", "WORLD", "?"]}


REFUSED = {"BAD_USER_INPUT", "NOT_FOUND", "FORBIDDEN", "UNAUTHENTICATED", "TOO_COSTLY"}
"""The contract's words for what is made up. Its own checks know the words of others, and take these for a server's errors."""


def nodes_of(values: list[str]) -> st.SearchStrategy[StringValueNode]:
    return st.sampled_from([schemathesis.graphql.nodes.String(value) for value in values])


def failures(case: schemathesis.Case, headers: dict[str, str]) -> Sequence[Failure]:
    """What its own checks find in the answer."""
    try:
        case.call_and_validate(headers=headers)
    except FailureGroup as found:
        return found.exceptions
    return ()


def is_refusal(failure: Failure) -> bool:
    """Whether all that a check found are errors in the contract's words; not a status, a type, a time or a shape."""
    if not isinstance(failure, GraphQLClientError | GraphQLServerError):
        return False
    return {(error.get("extensions") or {}).get("code") for error in failure.errors} <= REFUSED


def asked(address: str, key: str) -> Counter[str]:
    """How often each field was asked. Raises at the first finding."""
    for name, values in {**SCALARS, **STRINGS}.items():
        schemathesis.graphql.scalar(name, nodes_of(values))
    headers, seen = {"Authorization": f"Bearer {key}"}, Counter[str]()
    schema = schemathesis.graphql.from_url(f"http://{address}/graphql", headers=headers)
    for found in schema.get_all_operations():
        operation = found.ok()

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def ask(case: schemathesis.Case) -> None:
            for failure in failures(case, headers):
                assert is_refusal(failure), (case.body, failure)
            seen[case.operation.label] += 1

        ask()
    return seen


async def test_no_findings(database: Database, settings: Settings) -> None:
    _, key = await an_api_key(database, await a_party(database, kind=PartyKind.AGENCY))
    app = create_app(settings, database, FakeGateway())
    async with listening(app) as address:
        seen = await asyncio.to_thread(asked, address, key)
    assert len(seen) > 40
    assert sum(seen.values()) > 100
