// urql as it comes out of the box: its own Accept header, one URL for everything.
import { Client, fetchExchange, subscriptionExchange } from '@urql/core'
import { createClient } from 'graphql-ws'
import WebSocket from 'ws'
import { ACTIVITY, CREATE_KEY, TWINS, WRONG, followed, keyInput, scene, tell } from './scene.js'

const client = (options) =>
  new Client({ url: scene.url, exchanges: [fetchExchange], fetchOptions: { headers: scene.headers }, preferGetMethod: false, ...options })
const follow = (client) => (after, heard) => {
  const { unsubscribe } = client
    .subscription(ACTIVITY, { listingId: scene.listingId, after })
    .subscribe((result) => heard(result.data?.listingActivity, result.error))
  return unsubscribe
}

const plain = client()
const sockets = createClient({ url: scene.socket, webSocketImpl: WebSocket, connectionParams: scene.headers })
const overSocket = client({
  exchanges: [
    subscriptionExchange({
      forwardSubscription: (request) => ({
        subscribe: (sink) => ({ unsubscribe: sockets.subscribe({ ...request, query: request.query ?? '' }, sink) }),
      }),
    }),
  ],
})
const asked = await plain.query(TWINS, { first: 2 }).toPromise()
const byGet = await client({ preferGetMethod: 'force' }).query(TWINS, { first: 2 }).toPromise()
const made = await plain.mutation(CREATE_KEY, keyInput('urql')).toPromise()
const wrong = await plain.query(WRONG, {}).toPromise()
tell({
  twins: asked.data?.twins.nodes.length,
  twinsByGet: byGet.data?.twins.nodes.length,
  made: made.data?.createApiKey.apiKey?.name,
  code: wrong.error?.graphQLErrors[0]?.extensions.code,
  events: await followed(follow(client({ fetchSubscriptions: true }))),
  eventsOverSocket: await followed(follow(overSocket)),
})
