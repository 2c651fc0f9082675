// graphql-ws: everything over one socket.
import { createClient } from 'graphql-ws'
import WebSocket from 'ws'
import { ACTIVITY, CREATE_KEY, TWINS, WRONG, followed, keyInput, scene, tell } from './scene.js'

const client = createClient({ url: scene.socket, webSocketImpl: WebSocket, connectionParams: scene.headers, retryAttempts: 0 })
const ask = async (query, variables) => {
  for await (const result of client.iterate({ query, variables })) return result
}
const stranger = createClient({
  url: scene.socket, webSocketImpl: WebSocket, connectionParams: { authorization: 'Bearer tm_wrong' }, retryAttempts: 0,
})
const turnedAway = async () => {
  for await (const _ of stranger.iterate({ query: TWINS, variables: { first: 1 } })) return undefined
}
tell({
  twins: (await ask(TWINS, { first: 2 })).data.twins.nodes.length,
  made: (await ask(CREATE_KEY, keyInput('graphql-ws'))).data.createApiKey.apiKey?.name,
  code: await ask(WRONG).catch((errors) => errors[0].extensions.code),
  closed: await turnedAway().catch((event) => event.code),
  events: await followed((after, heard) =>
    client.subscribe(
      { query: ACTIVITY, variables: { listingId: scene.listingId, after } },
      { next: ({ data, errors }) => heard(data?.listingActivity, errors), error: (error) => heard(null, error), complete() {} },
    ),
  ),
})
