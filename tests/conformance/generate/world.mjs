// A frozen clock, keys of our own, a stand-in for the Backend API, and tokens.

import { generateKeyPairSync, sign } from "node:crypto";

export const NOW = 1800000030;
export const HOST = "clerk.example.com";
export const ISSUER = `https://${HOST}`;

// The publishable key of each instance; the last two are written with padding.
export const INSTANCES = {
  live: "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k",
  test: "pk_test_Y2xlcmsuZXhhbXBsZS5jb20k",
  padded: "pk_test_aGFwcHktY2F0LTEyLmNsZXJrLmFjY291bnRzLmRldiQ=",
  hyphen: "pk_test_YXBwLTUuY2xlcmsuYWNjb3VudHMuZGV2JA==",
};

Date.now = () => NOW * 1000;
// The clock stands still, so nobody waits.
const { setTimeout } = globalThis;
globalThis.setTimeout = (call, _, ...rest) => setTimeout(call, 0, ...rest);

// What the next question to Clerk is answered with.
export const UNKNOWN = { status: 404, body: { errors: [{ code: "resource_not_found", message: "" }] } };
let answer = UNKNOWN;
export const answerWith = (next) => (answer = next);

globalThis.fetch = async () => {
  const { status, body, text } = answer;
  if (status === 0) throw new TypeError("fetch failed");
  const [bytes, type] = text === undefined ? [JSON.stringify(body), "application/json"] : [text, "text/html"];
  return new Response(bytes, { status, headers: { "content-type": type } });
};

// After the replacements, because the package remembers what it finds.
export const { createClerkClient } = await import("@clerk/backend");
export const { getAuthObjectForAcceptedToken } = await import("@clerk/backend/internal");

const pair = () => generateKeyPairSync("rsa", { modulusLength: 2048 });
const [ours, theirs] = [pair(), pair()];
export const pem = ours.publicKey.export({ type: "spki", format: "pem" });
export const jwk = { kid: "ins_1", use: "sig", ...ours.publicKey.export({ format: "jwk" }) };

const encode = (text) => Buffer.from(text).toString("base64url");
const hash = { RS384: "sha384", RS512: "sha512" };

export const jwt = (header, payload, key = ours) => {
  const signed = `${encode(JSON.stringify(header))}.${encode(JSON.stringify(payload))}`;
  const bytes = sign(hash[header.alg] ?? "sha256", Buffer.from(signed), key.privateKey);
  return `${signed}.${bytes.toString("base64url")}`;
};

export const forged = (header, payload) => jwt(header, payload, theirs);

// A member that is undefined is left out.
const merge = (base, change) =>
  Object.fromEntries(Object.entries({ ...base, ...change }).filter(([, value]) => value !== undefined));

const times = { iat: NOW - 30, nbf: NOW - 40, exp: NOW + 3600, iss: ISSUER };
export const classes = {
  session_token: {
    header: { alg: "RS256", kid: "ins_1", typ: "JWT" },
    payload: { ...times, sub: "user_1", sid: "sess_1", azp: "https://app.example.com", sts: "active" },
  },
  oauth_token: {
    header: { alg: "RS256", kid: "ins_1", typ: "at+jwt" },
    payload: { ...times, sub: "user_1", client_id: "client_1", jti: "oat_1", scope: "a b" },
  },
  m2m_token: {
    header: { alg: "RS256", kid: "ins_1", typ: "JWT" },
    payload: { ...times, sub: "mch_1", jti: "mt_1", scopes: "mch_2", aud: ["mch_2"] },
  },
};

export const token = (name, payload = {}, header = {}, signer = jwt) =>
  signer(merge(classes[name].header, header), merge(classes[name].payload, payload));

const object = (name, more) => ({
  object: name, revoked: false, revocation_reason: null, expired: false, expiration: null,
  created_at: 1, updated_at: 1, last_used_at: null, ...more,
});
export const approvals = {
  oauth_token: object("clerk_idp_oauth_access_token", {
    id: "oat_1", client_id: "client_1", subject: "user_1", scopes: ["a", "b"], type: "oauth:access_token",
  }),
  m2m_token: object("machine_to_machine_token", { id: "mt_1", subject: "mch_1", scopes: ["mch_2"], claims: null }),
  api_key: object("api_key", {
    id: "ak_1", type: "api_key", subject: "user_1", name: "key", description: null, claims: null,
    scopes: ["a", "b"], created_by: null,
  }),
};
export const opaque = { oauth_token: "oat_abc", m2m_token: "mt_abc", api_key: "ak_abc" };
