// Where the API is, who asks, and what every client is asked to do.
import { setTimeout } from 'node:timers/promises'

const given = JSON.parse(process.env.SCENE)
export const scene = { ...given, headers: { authorization: `Bearer ${given.key}` } }

export const TWINS = /* GraphQL */ `
  query Twins($first: Int!) { twins(first: $first) { nodes { id handle model { name } } pageInfo { hasNextPage } } }
`
export const WRONG = /* GraphQL */ `query Wrong { twin(handle: "nobody") { nothing } }`
export const CREATE_KEY = /* GraphQL */ `
  mutation CreateKey($input: CreateApiKeyInput!) {
    createApiKey(input: $input) { __typename ... on ApiKeyCreated { apiKey { id name } } ... on UserError { code message } }
  }
`
export const ACTIVITY = /* GraphQL */ `
  subscription Activity($listingId: ID!, $after: String) {
    listingActivity(listingId: $listingId, after: $after) { cursor kind listing { id } }
  }
`
export const keyInput = (name) => ({ input: { name, scopes: ['READ'] } })

/** Two events; then, on a stream of its own that resumes after the first of them, one: the second again.
 *  `follow(after, heard)` begins to follow and answers how to stop. */
export async function followed(follow) {
  const take = (count, after) =>
    new Promise((resolve, reject) => {
      const events = []
      let stop
      const heard = (event, error) => {
        if (error) return reject(error)
        if (events.push(event) === count) setTimeout(0).then(() => (stop?.(), resolve(events)))
      }
      stop = follow(after, heard)
    })
  const [first, second] = await take(2, undefined)
  const [again] = await take(1, first.cursor)
  return { kind: first.kind, listing: first.listing.id === scene.listingId, resumed: again.cursor === second.cursor }
}

export function tell(found) {
  console.log(JSON.stringify(found))
  process.exit(0)
}
