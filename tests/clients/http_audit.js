// The audits of graphql-http, the reference implementation of GraphQL over HTTP.
import { auditServer } from 'graphql-http'
import { scene, tell } from './scene.js'

const results = await auditServer({ url: scene.url })
tell({
  ok: results.filter((one) => one.status === 'ok').length,
  others: results.filter((one) => one.status !== 'ok').map((one) => `${one.status}: ${one.id} ${one.name}: ${one.reason}`),
})
