// Relay: its compiler's artifacts, its store and its connections, over fetch and graphql-ws.
import { createClient } from 'graphql-ws'
import relay from 'relay-runtime'
import WebSocket from 'ws'
import createKey from './relay/__generated__/catalogueKeyMutation.graphql.js'
import nextPage from './relay/__generated__/catalogueNextQuery.graphql.js'
import page from './relay/__generated__/catalogue_page.graphql.js'
import twinFragment from './relay/__generated__/catalogue_twin.graphql.js'
import firstPage from './relay/__generated__/catalogueQuery.graphql.js'
import activity from './relay/__generated__/catalogueSubscription.graphql.js'
import refetchTwin from './relay/__generated__/catalogueTwinRefetchQuery.graphql.js'
import { followed, keyInput, scene, tell } from './scene.js'

const { ConnectionHandler, Environment, Network, Observable, RecordSource, Store } = relay
const { commitMutation, createOperationDescriptor, fetchQuery, getSelector, requestSubscription } = relay

const sockets = createClient({ url: scene.socket, webSocketImpl: WebSocket, connectionParams: scene.headers })
const environment = new Environment({
  store: new Store(new RecordSource()),
  network: Network.create(
    async ({ text, name }, variables) => {
      const answer = await fetch(scene.url, {
        method: 'POST',
        headers: { ...scene.headers, 'content-type': 'application/json' },
        body: JSON.stringify({ query: text, operationName: name, variables }),
      })
      return answer.json()
    },
    ({ text, name }, variables) =>
      Observable.create((sink) => sockets.subscribe({ query: text, operationName: name, variables }, sink)),
  ),
})
const look = (fragment, reference) => environment.lookup(getSelector(fragment, reference)).data
const shown = () => {
  const operation = createOperationDescriptor(firstPage, { count: 2, cursor: null })
  return look(page, environment.lookup(operation.fragment).data).twins
}

await fetchQuery(environment, firstPage, { count: 2, cursor: null }).toPromise()
const before = shown()
await fetchQuery(environment, nextPage, { count: 2, cursor: before.pageInfo.endCursor }).toPromise()
const after = shown()

const { node } = after.edges[0]
const refetched = await fetchQuery(environment, refetchTwin, { id: node.id }, { fetchPolicy: 'network-only' }).toPromise()
const made = await new Promise((onCompleted, onError) =>
  commitMutation(environment, { mutation: createKey, variables: keyInput('relay'), onCompleted, onError }),
)
tell({
  firstPage: before.edges.length,
  bothPages: new Set(after.edges.map((edge) => edge.node.id)).size,
  more: after.pageInfo.hasNextPage,
  connection: environment.getStore().getSource().has(ConnectionHandler.getConnectionID('client:root', 'catalogue_twins')),
  refetched: look(twinFragment, refetched.node).id === node.id && look(twinFragment, node).model.name.length > 0,
  made: made.createApiKey.apiKey?.name,
  events: await followed((cursor, heard) => {
    const { dispose } = requestSubscription(environment, {
      subscription: activity,
      variables: { listingId: scene.listingId, after: cursor },
      onNext: (data) => heard(data.listingActivity),
      onError: (error) => heard(null, error),
    })
    return dispose
  }),
})
