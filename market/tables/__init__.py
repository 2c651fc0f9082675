"""What the market remembers: parties, mandates, twins, listings, bids, licences, assets."""

from market import showing as showing  # searches read it, and it fills the metadata
from market.tables.assets import Asset as Asset
from market.tables.bids import Bid as Bid
from market.tables.certificates import SigningKey as SigningKey
from market.tables.contributions import Contribution as Contribution
from market.tables.contributions import LicenceContribution as LicenceContribution
from market.tables.endpoints import Delivery as Delivery
from market.tables.endpoints import Endpoint as Endpoint
from market.tables.erasures import Erasure as Erasure
from market.tables.licences import LICENCE_NO_CONFLICT as LICENCE_NO_CONFLICT
from market.tables.licences import SLOT as SLOT
from market.tables.licences import Consent as Consent
from market.tables.licences import Licence as Licence
from market.tables.licences import industry_numbers as industry_numbers
from market.tables.licences import licence_number as licence_number
from market.tables.listings import Listing as Listing
from market.tables.mandates import Mandate as Mandate
from market.tables.parties import ApiKey as ApiKey
from market.tables.parties import Member as Member
from market.tables.parties import Party as Party
from market.tables.parties import Person as Person
from market.tables.people import Attempt as Attempt
from market.tables.people import Challenge as Challenge
from market.tables.people import Invitation as Invitation
from market.tables.people import Passkey as Passkey
from market.tables.people import SignIn as SignIn
from market.tables.rights import RightsColumns as RightsColumns
from market.tables.takedowns import Takedown as Takedown
from market.tables.twins import ConsentPolicy as ConsentPolicy
from market.tables.twins import RateCard as RateCard
from market.tables.twins import Twin as Twin
from market.tables.uploads import Upload as Upload
