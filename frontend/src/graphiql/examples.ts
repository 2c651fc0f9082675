/** What a developer tries first: who am I, what can I license for how much, offer, bid, follow; and for an agency, its money. */
const days = (count: number) => new Date(Date.now() + count * 86_400_000).toISOString().slice(0, 10);

const RIGHTS = { media: ["SOCIAL_PAID", "ECOMMERCE"], territories: ["DE", "AT"], industry: "APPAREL", startsOn: days(30), endsOn: days(119), exclusivity: "INDUSTRY" };

export const PLACEHOLDER = "Bearer tm_...";
export const HEADERS = JSON.stringify({ Authorization: PLACEHOLDER }, null, 2);

export const EXAMPLES = [
  {
    query: `# Who is asking? Signed in here, or with an API key in the headers below.
# Ctrl-Space completes, Ctrl-Enter runs.
query WhoAmI {
  viewer {
    name
    parties {
      __typename
      id
      handle
      name
    }
  }
}
`,
    variables: {},
  },
  {
    query: `# Which twins are free for exactly these rights, and what do they cost?
query Available($rights: RightsInput!) {
  twins(filter: { availableFor: $rights }, orderBy: PRICE_ASC, first: 5) {
    totalCount
    nodes {
      id
      handle
      name
      quote(rights: $rights) {
        price { amount currency }
        lines { description amount { amount currency } }
        shares { role basisPoints amount { amount currency } }
      }
    }
  }
}
`,
    variables: { rights: RIGHTS },
  },
  {
    query: `# Offer for a twin. Refusals are data: every one says what would be right.
mutation Offer($input: MakeOfferInput!) {
  makeOffer(input: $input) {
    __typename
    ... on BidPlaced { bid { id status expiresAt } }
    ... on BidTooLow { message minimum { amount currency } }
    ... on RightsUnavailable { message availability { alternatives { media territories startsOn endsOn } } }
    ... on UserError { code message path }
  }
}
`,
    variables: { input: { twinId: "", rights: RIGHTS, amount: { amount: "1500.00", currency: "EUR" }, intendedUse: "Summer campaign: stills for paid social posts and the web shop.", idempotencyKey: "offer-1" } },
  },
  {
    query: `# Open listings, and a binding bid on one. "maximum" bids for you, and nobody learns it.
query OpenListings {
  listings(filter: { status: [OPEN] }, first: 5) {
    nodes {
      id
      format
      closesAt
      minimumBid { amount currency }
      twin { name }
    }
  }
}

mutation Bid($input: PlaceBidInput!) {
  placeBid(input: $input) {
    __typename
    ... on BidPlaced { bid { id leading amount { amount currency } } }
    ... on UserError { code message path }
  }
}
`,
    variables: { input: { listingId: "", amount: { amount: "1000.00", currency: "EUR" }, maximum: { amount: "1400.00", currency: "EUR" }, intendedUse: "Autumn posters in Berlin." } },
  },
  {
    query: `# Follow a listing. Come back with the last cursor as "after", and nothing is missed.
subscription Live($listingId: ID!, $after: String) {
  listingActivity(listingId: $listingId, after: $after) {
    cursor
    at
    kind
    listing {
      status
      closesAt
      currentPrice { amount currency }
    }
  }
}
`,
    variables: { listingId: "" },
  },
  {
    query: `# An agency: all that happens to its money and its models'. Resume with the last cursor, and nothing is missed.
subscription Money($partyId: ID!, $after: String) {
  payoutActivity(partyId: $partyId, after: $after) {
    cursor
    at
    kind
    amount { amount currency }
    share { status licenceNumber party { name } }
    payout { status failureMessage party { name } }
  }
}
`,
    variables: { partyId: "" },
  },
  {
    query: `# An agency's month, line by line; csvUrl has the same as a table.
query Month($id: ID!) {
  node(id: $id) {
    ... on Agency {
      payee {
        statements(first: 1) {
          nodes {
            month
            currency
            earned { amount currency }
            closing { amount currency }
            csvUrl
            lines(first: 20) { nodes { at kind licenceNumber modelName amount { amount currency } } }
          }
        }
      }
    }
  }
}
`,
    variables: { id: "" },
  },
];
