"""Who is asking: a person, an API key, nobody, or the system itself."""

from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """What an API key may do. People who sign in hold them all."""

    READ = "READ"
    BID = "BID"
    PAY = "PAY"
    MANAGE = "MANAGE"


@dataclass(frozen=True, slots=True)
class Actor:
    """The caller of one request, with the parties that it acts for.

    `caller` names the identity under which idempotency keys and limits are kept: `person:7`, `key:12`, `anonymous`, `system`.
    `represented_ids` are the models for whom one of `agency_ids` holds a mandate in force at the moment of authentication;
    what changes anything re-reads the mandate under its lock. `sign_in_id` is the session of a person with a browser.
    """

    caller: str
    name: str
    person_id: int | None = None
    api_key_id: int | None = None
    sign_in_id: int | None = None
    scopes: frozenset[Scope] = frozenset()
    model_ids: frozenset[int] = frozenset()
    agency_ids: frozenset[int] = frozenset()
    brand_ids: frozenset[int] = frozenset()
    contributor_ids: frozenset[int] = frozenset()
    represented_ids: frozenset[int] = frozenset()
    is_operator: bool = False

    @property
    def is_anonymous(self) -> bool:
        return self.person_id is None and self.api_key_id is None and self.caller == "anonymous"

    @property
    def party_ids(self) -> frozenset[int]:
        """Every party that the caller is a member of."""
        return self.model_ids | self.agency_ids | self.brand_ids | self.contributor_ids

    @property
    def seller_ids(self) -> frozenset[int]:
        """Every model on whose side of a sale the caller stands: herself, or one that her agency represents."""
        return self.model_ids | self.represented_ids


ANONYMOUS = Actor(caller="anonymous", name="")
SYSTEM = Actor(caller="system", name="Twinmarket", scopes=frozenset(Scope))
