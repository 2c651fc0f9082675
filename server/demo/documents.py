"""The GraphQL operations of the main job, as a brand's, a model's or an agency's developer would write them."""

_ERROR = "__typename ... on UserError { code message path }"
_MONEY = "{ amount currency }"

VIEWER = "query Viewer { viewer { name parties { __typename id handle name } } }"

FIND_TWIN = "query FindTwin($handle: String!) { twin(handle: $handle) { id status } }"

FIND_MODEL = "query FindModel($id: ID!) { node(id: $id) { ... on Model { mandate { id status agency { handle } } } } }"

CREATE_TWIN = (
    "mutation CreateTwin($input: CreateTwinInput!) { createTwin(input: $input) { "
    + _ERROR
    + " ... on TwinCreated { twin { id handle status version } } } }"
)

SET_CONSENT_POLICY = (
    "mutation SetConsentPolicy($input: SetConsentPolicyInput!) { setConsentPolicy(input: $input) { "
    + _ERROR
    + " ... on TwinUpdated { twin { id consentPolicy { version media territories maximumDays } } } } }"
)

SET_RATES = (
    "mutation SetRates($input: SetRatesInput!) { setRates(input: $input) { "
    + _ERROR
    + f" ... on RatesSet {{ rateCard {{ version currency rates {{ medium per30Days {_MONEY} }} floor {_MONEY} }} }} }} }}"
)

SET_TWIN_STATUS = (
    "mutation SetTwinStatus($input: SetTwinStatusInput!) { setTwinStatus(input: $input) { "
    + _ERROR
    + " ... on TwinUpdated { twin { id status } } } }"
)

PROPOSE_MANDATE = (
    "mutation ProposeMandate($input: ProposeMandateInput!) { proposeMandate(input: $input) { "
    + _ERROR
    + " ... on MandateProposed { mandate { id status commissionBasisPoints startsOn endsOn } } } }"
)

RESPOND_TO_MANDATE = (
    "mutation RespondToMandate($input: RespondToMandateInput!) { respondToMandate(input: $input) { "
    + _ERROR
    + " ... on MandateAnswered { mandate { id status } } } }"
)

END_MANDATE = (
    "mutation EndMandate($input: EndMandateInput!) { endMandate(input: $input) { "
    + _ERROR
    + " ... on MandateEnded { mandate { id status } } } }"
)

START_PAYMENT_SETUP = (
    "mutation StartPaymentSetup($input: StartPaymentSetupInput!) { startPaymentSetup(input: $input) { "
    + _ERROR
    + " ... on PaymentSetupStarted { url } } }"
)

START_PAYEE_ONBOARDING = (
    "mutation StartPayeeOnboarding($input: StartPayeeOnboardingInput!) { startPayeeOnboarding(input: $input) { "
    + _ERROR
    + " ... on PayeeOnboardingStarted { url } } }"
)

MONEY_READY = """
query MoneyReady($id: ID!) {
  node(id: $id) { ... on Brand { canPay } ... on Model { payee { status } } ... on Agency { payee { status } } }
}"""

AVAILABLE_TWINS = f"""
query AvailableTwins($filter: TwinFilter, $rights: RightsInput!) {{
  twins(filter: $filter, orderBy: PRICE_ASC, first: 50) {{
    totalCount
    nodes {{
      id handle name model {{ name }} agency {{ name }}
      quote(rights: $rights) {{ price {_MONEY} shares {{ role basisPoints amount {_MONEY} }} }}
      availability(rights: $rights) {{ available }}
    }}
  }}
}}"""

CREATE_LISTING = (
    "mutation CreateListing($input: CreateListingInput!) { createListing(input: $input) { "
    + _ERROR
    + f" ... on ListingCreated {{ listing {{ id status closesAt startingPrice {_MONEY} }} }} }} }}"
)

PLACE_BID = (
    "mutation PlaceBid($input: PlaceBidInput!) { placeBid(input: $input) { "
    + _ERROR
    + f" ... on BidTooLow {{ minimum {_MONEY} }}"
    + f" ... on BidPlaced {{ bid {{ id status leading amount {_MONEY} maximum {_MONEY} }} }} }} }}"
)

MAKE_OFFER = (
    "mutation MakeOffer($input: MakeOfferInput!) { makeOffer(input: $input) { "
    + _ERROR
    + f" ... on BidTooLow {{ minimum {_MONEY} }}"
    + f" ... on BidPlaced {{ bid {{ id status amount {_MONEY} }} }} }} }}"
)

LOOK_AT_LISTING = f"""
query LookAtListing($id: ID!) {{
  node(id: $id) {{
    ... on Listing {{
      status bidCount currentPrice {_MONEY} minimumBid {_MONEY} closesAt
      bids(first: 10) {{ totalCount nodes {{ id amount {_MONEY} leading brand {{ name handle }} }} }}
    }}
  }}
}}"""

READ_CONSENT = f"""
query ReadConsent($id: ID!) {{
  node(id: $id) {{ ... on Bid {{ status amount {_MONEY} brand {{ name }} consentDocument {{ text digest policyVersion }} }} }}
}}"""

ACCEPT_BID = (
    "mutation AcceptBid($input: AcceptBidInput!) { acceptBid(input: $input) { "
    + _ERROR
    + " ... on ConsentOutdated { current { digest policyVersion } }"
    + " ... on RightsUnavailable { availability { available obstacles { kind message } } }"
    + f" ... on BidAccepted {{ licence {{ id number status price {_MONEY} }} }} }} }}"
)

LICENCE = f"""
query Licence($number: String!) {{
  licence(number: $number) {{
    id number status price {_MONEY} brand {{ name }} twin {{ name }}
    payment {{ status amount {_MONEY} shares {{ role status basisPoints amount {_MONEY} party {{ name }} }} }}
  }}
}}"""

PAYOUT_ACTIVITY = f"""
subscription PayoutActivity($partyId: ID!, $after: String) {{
  payoutActivity(partyId: $partyId, after: $after) {{
    cursor kind at amount {_MONEY}
    share {{ role status payment {{ licence {{ number }} }} }}
    payout {{ status arrivesOn }}
  }}
}}"""
