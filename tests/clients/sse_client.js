// graphql-sse, distinct connections: everything as a stream, in the one mode that needs no state on the server.
import { createClient } from 'graphql-sse'
import { ACTIVITY, CREATE_KEY, TWINS, WRONG, followed, keyInput, scene, tell } from './scene.js'

const client = createClient({ url: scene.url, headers: scene.headers, retryAttempts: 0 })
const ask = async (query, variables) => {
  for await (const result of client.iterate({ query, variables })) return result
}
const stranger = createClient({ url: scene.url, headers: { authorization: 'Bearer tm_wrong' }, retryAttempts: 0 })
const turnedAway = async () => {
  for await (const _ of stranger.iterate({ query: TWINS, variables: { first: 1 } })) return undefined
}
tell({
  twins: (await ask(TWINS, { first: 2 })).data.twins.nodes.length,
  made: (await ask(CREATE_KEY, keyInput('graphql-sse'))).data.createApiKey.apiKey?.name,
  code: (await ask(WRONG)).errors[0].extensions.code,
  status: await turnedAway().catch((error) => error.response?.status),
  events: await followed((after, heard) =>
    client.subscribe(
      { query: ACTIVITY, variables: { listingId: scene.listingId, after } },
      { next: ({ data, errors }) => heard(data?.listingActivity, errors), error: (error) => heard(null, error), complete() {} },
    ),
  ),
})
