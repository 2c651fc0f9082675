"""What the API says: types, inputs and results. It decides nothing, and it fetches only through `info.context.load`.

The nouns of the market point at each other in circles: a model has twins, a twin has a model. The modules do not. They
stand in one order, and each imports only those before it:

    scalars, enums, ids, money, rights, consent, errors, policy, paging, api_keys, parties, mandates, rates, twins,
    listings, bids, licences, payments, activity, loaders

A field that points forward names the type and its module, `Annotated["Bid", strawberry.lazy("schema.bids")]`, and
Strawberry looks it up when the schema is built. That is the only lazy reference here, and it is always an alias at the
top of the module. No type makes another module's types: the loaders, which `resolvers` builds, hand them over made.
"""
