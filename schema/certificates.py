"""Certificates: what anyone may learn from one."""

from typing import Self

import strawberry

from market import certificates
from market.store.rights import rights_of
from schema.enums import LicenceStatus
from schema.rights import Rights


@strawberry.type(
    description=(
        "Anyone may ask. valid is true only for a certificate signed here of a licence that is ACTIVE on that day."
    )
)
class LicenceVerification:
    valid: bool
    reason: str = strawberry.field(
        description="One sentence for people. All that follows is null unless it was signed here."
    )
    number: str | None
    twin_name: str | None
    brand_name: str | None
    rights: Rights | None
    status: LicenceStatus | None

    @classmethod
    def of(cls, value: certificates.Verification) -> Self:
        licence = value.licence
        return cls(
            valid=value.valid,
            reason=value.reason,
            number=licence.number if licence is not None else None,
            twin_name=value.twin_name,
            brand_name=value.brand_name,
            rights=Rights.of(rights_of(licence)) if licence is not None else None,
            status=value.status,
        )
