"""Whose a price is: the platform a fee and contributors their parts of it, the agency a commission on what remains after the
fee, the model all else. Pure."""

from collections.abc import Mapping
from fractions import Fraction

from payments.split import Part

PLATFORM_FEE_BPS = 1500

WHOLE_BPS = 10_000


def parts(
    *,
    model_id: int,
    agency_id: int | None,
    commission_bps: int | None,
    contributors_bps: Mapping[int, int] | None = None,
) -> tuple[Part, ...]:
    """The weights of each party, which sum to 1. The model is first, so that a minor unit that cannot be shared is
    hers. `contributors_bps` is by party.

    An agency that takes no commission has no part. Contributors are paid out of the model's part: her agency's commission is the
    same with and without them.
    """
    platform = Fraction(PLATFORM_FEE_BPS, WHOLE_BPS)
    agency = (1 - platform) * Fraction(commission_bps or 0, WHOLE_BPS) if agency_id is not None else Fraction(0)
    crew = [
        Part("CONTRIBUTOR", party_id, Fraction(bps, WHOLE_BPS)) for party_id, bps in (contributors_bps or {}).items()
    ]
    model = Part("MODEL", model_id, 1 - platform - agency - sum(part.weight for part in crew))
    others = [Part("AGENCY", agency_id, agency)] if agency else []
    return (model, *others, *crew, Part("PLATFORM", None, platform))
