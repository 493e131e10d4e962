// Subscribes with the published client of `graphql-transport-ws`: client.mjs URL TOKEN. Fails if a result is not the
// expected one.
import assert from 'node:assert/strict'
import { createClient } from 'graphql-ws'
import WebSocket from 'ws'

const [url, token] = process.argv.slice(2)
const connect = (token) =>
  createClient({
    url: `${url.replace('http', 'ws')}/ws`,
    webSocketImpl: WebSocket,
    connectionParams: { token },
    retryAttempts: 0,
  })

const subscription = connect(token)
const updates = subscription.iterate({ query: 'subscription { noteAdded { text } }' })
const first = updates.next()
// A query on the same connection shows that the subscription was started before.
for await (const result of subscription.iterate({ query: '{ version }' })) {
  assert.equal(result.data.version, '1')
}
const response = await fetch(url, {
  method: 'POST',
  headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
  body: JSON.stringify({ query: 'mutation { addNote(text: "milk") { text } }' }),
})
assert.equal((await response.json()).data.addNote.text, 'milk')
assert.equal((await first).value.data.noteAdded.text, 'milk')
await subscription.dispose()

const closed = await connect('x')
  .iterate({ query: '{ version }' })
  .next()
  .catch((close) => close)
assert.equal(closed.code, 4401)
console.log('graphql-ws: subscribed, and was closed with 4401')
