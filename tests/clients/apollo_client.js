// Apollo Client with its HTTP link, and a socket for subscriptions.
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from '@apollo/client'
import { GraphQLWsLink } from '@apollo/client/link/subscriptions'
import { OperationTypeNode } from 'graphql'
import { createClient } from 'graphql-ws'
import WebSocket from 'ws'
import { ACTIVITY, CREATE_KEY, TWINS, WRONG, followed, keyInput, scene, tell } from './scene.js'

const sockets = createClient({ url: scene.socket, webSocketImpl: WebSocket, connectionParams: scene.headers })
const http = (options) => new HttpLink({ uri: scene.url, headers: scene.headers, ...options })
const client = (link) => new ApolloClient({ cache: new InMemoryCache(), link })

const plain = client(
  ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    new GraphQLWsLink(sockets),
    http(),
  ),
)
const asked = await plain.query({ query: gql(TWINS), variables: { first: 2 } })
const byGet = await client(http({ useGETForQueries: true })).query({ query: gql(TWINS), variables: { first: 2 } })
const made = await plain.mutate({ mutation: gql(CREATE_KEY), variables: keyInput('apollo') })
const wrong = await plain.query({ query: gql(WRONG), errorPolicy: 'all' }).catch((error) => ({ error }))
tell({
  twins: asked.data.twins.nodes.length,
  twinsByGet: byGet.data.twins.nodes.length,
  made: made.data.createApiKey.apiKey?.name,
  code: CombinedGraphQLErrors.is(wrong.error) ? wrong.error.errors[0].extensions.code : String(wrong.error),
  events: await followed((after, heard) => {
    const subscription = plain
      .subscribe({ query: gql(ACTIVITY), variables: { listingId: scene.listingId, after } })
      .subscribe({ next: ({ data, error }) => heard(data?.listingActivity, error), error: (error) => heard(null, error) })
    return () => subscription.unsubscribe()
  }),
})
