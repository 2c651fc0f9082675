"""What a model allows to be asked for, the text that she signs, and her signature."""

from datetime import datetime
from typing import Self

import strawberry

from market import consent, errors, tables
from schema.enums import Industry, Medium
from schema.relations import derived
from schema.rights import in_order, shortest
from schema.scalars import Territory


@strawberry.type(
    description="What the model allows to be asked for at all. Checked on every quote, bid, acceptance and asset."
)
class ConsentPolicy:
    countries: strawberry.Private[frozenset[str]]
    version: int
    media: list[Medium]
    forbidden_industries: list[Industry]
    territories: list[Territory] = derived(lambda policy: shortest(policy.countries))
    maximum_days: int
    asset_approval_required: bool
    training_allowed: bool
    restrictions: list[str] = strawberry.field(
        description="Alterations that the model forbids, in her own words: skin tone, age, body shape, nudity.",
    )

    @classmethod
    def of(cls, value: consent.PolicyView) -> Self:
        return cls(
            version=value.version,
            media=in_order(value.media),
            forbidden_industries=sorted(value.forbidden_industries, key=lambda industry: industry.number),
            countries=value.territories,
            maximum_days=value.maximum_days,
            asset_approval_required=value.asset_approval_required,
            training_allowed=value.training_allowed,
            restrictions=list(value.restrictions),
        )

    @classmethod
    def none_yet(cls) -> Self:
        """Before the model has said anything, nothing may be asked for."""
        return cls(
            version=0,
            media=[],
            forbidden_industries=[],
            countries=frozenset(),
            maximum_days=0,
            asset_approval_required=True,
            training_allowed=False,
            restrictions=[],
        )


@strawberry.type(
    description="The written consent to one licence, apart from any mandate: scope, purpose, rate of pay, duration.",
)
class ConsentDocument:
    text: str
    digest: str = strawberry.field(description="SHA-256 of the text, hexadecimal.")
    policy_version: int

    @classmethod
    def of(cls, value: errors.ConsentDocument) -> Self:
        return cls(text=value.text, digest=value.digest, policy_version=value.policy_version)


@strawberry.type
class ConsentRecord:
    document: ConsentDocument
    signed_by: str
    signature: str
    signed_at: datetime
    erased_at: datetime | None = strawberry.field(
        description="When names were taken out of the text, because the model or one of the crew was erased. The digest is of what "
        "she signed.",
    )

    @classmethod
    def of(cls, row: tables.Consent) -> Self:
        return cls(
            document=ConsentDocument(text=row.text, digest=row.digest, policy_version=row.policy_version),
            signed_by=row.signed_by,
            signature=row.signature,
            signed_at=row.signed_at,
            erased_at=row.erased_at,
        )
