// Drives the published SDK over a systematic set of requests and writes what it decided.

import { writeFileSync } from "node:fs";
import { INSTANCES, NOW, UNKNOWN, answerWith, createClerkClient, getAuthObjectForAcceptedToken, pem } from "./generate/world.mjs";
import { requests } from "./generate/requests.mjs";

// A secret key of its own for each, because the package keeps the keys that it loaded by that.
let made = 0;
const client = (publishableKey, jwtKey) => {
  const secretKey = `${publishableKey.startsWith("pk_live_") ? "sk_live" : "sk_test"}_${(made += 1)}`;
  return createClerkClient({ secretKey, publishableKey, jwtKey, telemetry: { disabled: true } });
};

const identity = (auth, has) => {
  const members = {
    subject: auth.subject ?? auth.userId, user_id: auth.userId, session_id: auth.sessionId, org_id: auth.orgId,
    org_role: auth.orgRole, org_slug: auth.orgSlug, org_permissions: auth.orgPermissions,
    actor: auth.actor?.sub, factor_ages: auth.factorVerificationAge, scopes: auth.scopes,
    client_id: auth.clientId, machine_id: auth.machineId, token_id: auth.id, name: auth.name,
    claims: auth.claims ?? (has ? auth.sessionClaims : undefined),
  };
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined && value !== null));
};

const decide = async ({ instance = "live", accepts, within, headers = {}, options = {}, keys, answer, has }) => {
  answerWith(keys ?? answer ?? UNKNOWN);
  const request = new Request("https://api.example.com/notes", { headers: { "sec-fetch-dest": "empty", ...headers } });
  const sdk = client(INSTANCES[instance], keys ? undefined : pem);
  const asked = { acceptsToken: within ?? accepts, skipJwksCache: true, ...options };
  const state = await sdk.authenticateRequest(request, asked);
  let auth = state.toAuth();
  if (within) {
    auth = getAuthObjectForAcceptedToken({ authObject: auth, acceptsToken: accepts });
    if (!auth.isAuthenticated) return { in: false };
  }
  if (!state.isAuthenticated || !auth?.isAuthenticated) {
    return { in: false, reason: state.isAuthenticated ? "session-pending" : state.reason };
  }
  const decided = { in: true, type: state.tokenType, who: identity(auth, has) };
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
  const { name, instance = "live", accepts, within, options, keys, answer } = vector;
  lines.push(JSON.stringify({ name, instance, accepts, within, options, keys, answer, headers, expected }));
}
const table = Object.fromEntries([...tokens].map(([text, name]) => [name, text]));
writeFileSync(
  new URL("vectors.json", import.meta.url),
  `{"sdk":"@clerk/backend 3.25.0","now":${NOW},"pem":${JSON.stringify(pem)},\n"tokens":{\n` +
    Object.entries(table).map(([name, text]) => `${JSON.stringify(name)}:${JSON.stringify(text)}`).join(",\n") +
    `\n},\n"vectors":[\n${lines.join(",\n")}\n]}\n`,
);
console.log(`${lines.length} vectors, ${tokens.size} tokens`);
