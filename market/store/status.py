"""In which state a thing is at the moment of the question: `market.rules`, in SQL."""

import sqlalchemy as sa
from sqlmodel import col

from market.states import ListingStatus
from market.store import scope
from market.tables import Listing

OF_LISTING = sa.case(
    (col(Listing.outcome).is_not(None), sa.cast(col(Listing.outcome), sa.Text)),
    (col(Listing.opens_at) > scope.NOW, ListingStatus.SCHEDULED.value),
    (col(Listing.closes_at) > scope.NOW, ListingStatus.OPEN.value),
    else_=ListingStatus.CLOSED.value,
)
"""`rules.listing_status`."""
