"""Whose a price is: the platform a fee, the agency a commission on what remains, the model all else. Pure."""

from fractions import Fraction

from payments.split import Part

PLATFORM_FEE_BPS = 1500

WHOLE_BPS = 10_000


def parts(*, model_id: int, agency_id: int | None, commission_bps: int | None) -> tuple[Part, ...]:
    """The weights of each party, which sum to 1. The model is first, so that a minor unit that cannot be shared is
    hers.

    An agency that takes no commission has no part.
    """
    platform = Fraction(PLATFORM_FEE_BPS, WHOLE_BPS)
    agency = (1 - platform) * Fraction(commission_bps or 0, WHOLE_BPS) if agency_id is not None else Fraction(0)
    model = Part("MODEL", model_id, 1 - platform - agency)
    others = [Part("AGENCY", agency_id, agency)] if agency else []
    return (model, *others, Part("PLATFORM", None, platform))
