// What Relay is asked to do. After a change: npx relay-compiler@21.0.1 with src, language javascript, eagerEsModules false and
// the schema of this project in relay.config.json.
import { graphql } from "relay-runtime"

graphql`
  query catalogueQuery($count: Int!, $cursor: String) {
    ...catalogue_page @arguments(count: $count, cursor: $cursor)
  }
`
graphql`
  fragment catalogue_page on Query @argumentDefinitions(count: { type: "Int!" }, cursor: { type: "String" }) @refetchable(queryName: "catalogueNextQuery") {
    twins(first: $count, after: $cursor) @connection(key: "catalogue_twins") {
      edges { cursor node { id handle ...catalogue_twin } }
      pageInfo { hasNextPage endCursor }
    }
  }
`
graphql`
  fragment catalogue_twin on Twin @refetchable(queryName: "catalogueTwinRefetchQuery") {
    id name model { id name }
  }
`
graphql`
  mutation catalogueKeyMutation($input: CreateApiKeyInput!) {
    createApiKey(input: $input) { __typename ... on ApiKeyCreated { apiKey { id name } } ... on UserError { code message } }
  }
`
graphql`
  subscription catalogueSubscription($listingId: ID!, $after: String) {
    listingActivity(listingId: $listingId, after: $after) { cursor kind listing { id } }
  }
`
