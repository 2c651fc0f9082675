/** What the screens need to know of the brand itself. */
import { useQuery } from "urql";
import { graphql } from "../gql";
import { useParty } from "../shared/session";

const BrandDocument = graphql(`
  query BrandItself($id: ID!) {
    node(id: $id) {
      __typename
      ... on Brand { id handle name country industry canPay }
    }
  }
`);

export function useBrand() {
  const party = useParty();
  const [query] = useQuery({ query: BrandDocument, variables: { id: party.id } });
  const node = query.data?.node;
  return node?.__typename === "Brand" ? node : null;
}
