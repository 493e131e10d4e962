// The published SDK as one of the contestants: on each line it is given, it verifies the token a number of
// times and answers with the nanoseconds of one time.

import { createInterface } from "node:readline";
import { createClerkClient } from "@clerk/backend";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const next = async () => (await lines.next()).value;

const { pem, token, calls } = JSON.parse(await next());
const client = createClerkClient({
  secretKey: "sk_live_x",
  publishableKey: "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k",
  jwtKey: pem,
  telemetry: { disabled: true },
});
const headers = { authorization: `Bearer ${token}` };

while ((await next()) !== undefined) {
  const requests = Array.from({ length: calls }, () => new Request("https://api.example.com/notes", { headers }));
  const start = process.hrtime.bigint();
  for (const request of requests) {
    const state = await client.authenticateRequest(request, { acceptsToken: "oauth_token" });
    if (!state.isAuthenticated) throw new Error(state.message);
  }
  console.log(Number((process.hrtime.bigint() - start) / BigInt(calls)));
}
