// Drives the published SDK over a systematic set of requests and writes what it decided.

import { writeFileSync } from "node:fs";
import { NOW, answerWith, createClerkClient, pem } from "./generate/world.mjs";
import { requests } from "./generate/requests.mjs";

const LIVE = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k";
const TEST = "pk_test_Y2xlcmsuZXhhbXBsZS5jb20k";

const client = (development) =>
  createClerkClient({
    secretKey: development ? "sk_test_x" : "sk_live_x",
    publishableKey: development ? TEST : LIVE,
    jwtKey: pem,
    telemetry: { disabled: true },
  });
const clients = { live: client(false), test: client(true) };

const identity = (auth) => {
  const members = {
    subject: auth.subject ?? auth.userId, user_id: auth.userId, session_id: auth.sessionId, org_id: auth.orgId,
    org_role: auth.orgRole, org_slug: auth.orgSlug, org_permissions: auth.orgPermissions,
    actor: auth.actor?.sub, factor_ages: auth.factorVerificationAge, scopes: auth.scopes,
    client_id: auth.clientId, machine_id: auth.machineId,
  };
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined && value !== null));
};

const decide = async ({ instance = "live", accepts, method = "GET", headers = {}, options = {}, answer, has }) => {
  answerWith(answer ?? { status: 404, body: { errors: [{ code: "resource_not_found", message: "" }] } });
  const request = new Request("https://api.example.com/notes", { method, headers: { "sec-fetch-dest": "empty", ...headers } });
  const state = await clients[instance].authenticateRequest(request, { acceptsToken: accepts, ...options });
  const auth = state.toAuth();
  if (!state.isAuthenticated || !auth?.isAuthenticated) {
    return { in: false, reason: state.isAuthenticated ? "session-pending" : state.reason };
  }
  const decided = { in: true, type: state.tokenType, who: identity(auth) };
  if (has) decided.has = Object.fromEntries(Object.entries(has).map(([text, asked]) => [text, auth.has(asked)]));
  return decided;
};

const names = new Set();
const tokens = new Map();
const lines = [];
// A token stands in the file once.
const short = (text) => {
  for (const part of text.match(/[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+/g) ?? []) {
    if (!tokens.has(part)) tokens.set(part, `t${tokens.size}`);
    text = text.replace(part, `{${tokens.get(part)}}`);
  }
  return text;
};
for (const vector of requests()) {
  if (names.has(vector.name)) throw new Error(`two vectors are called ${vector.name}`);
  names.add(vector.name);
  let expected;
  try {
    expected = await decide(vector);
  } catch (error) {
    console.error(`left out, because there is no decision: ${vector.name}: ${error.message.slice(0, 80)}`);
    continue;
  }
  const headers = Object.fromEntries(Object.entries(vector.headers ?? {}).map(([name, value]) => [name, short(value)]));
  const { name, instance = "live", accepts, options, answer } = vector;
  lines.push(JSON.stringify({ name, instance, accepts, options, answer, headers, expected }));
}
const table = Object.fromEntries([...tokens].map(([text, name]) => [name, text]));
writeFileSync(
  new URL("vectors.json", import.meta.url),
  `{"sdk":"@clerk/backend 3.25.0","now":${NOW},"pem":${JSON.stringify(pem)},\n"tokens":{\n` +
    Object.entries(table).map(([name, text]) => `${JSON.stringify(name)}:${JSON.stringify(text)}`).join(",\n") +
    `\n},\n"vectors":[\n${lines.join(",\n")}\n]}\n`,
);
console.log(`${lines.length} vectors, ${tokens.size} tokens`);
