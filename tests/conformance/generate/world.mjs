// A frozen clock, keys of our own, a stand-in for the Backend API, and tokens.

import { generateKeyPairSync, sign } from "node:crypto";

export const NOW = 1800000030;
export const HOST = "clerk.example.com";
export const ISSUER = `https://${HOST}`;

Date.now = () => NOW * 1000;

// What the next question about an opaque token is answered with.
let answer = { status: 404, body: { errors: [{ code: "resource_not_found", message: "" }] } };
export const answerWith = (next) => (answer = next);

globalThis.fetch = async () =>
  new Response(JSON.stringify(answer.body), {
    status: answer.status,
    headers: { "content-type": "application/json" },
  });

// After the replacements, because the package remembers what it finds.
export const { createClerkClient } = await import("@clerk/backend");

const pair = () => generateKeyPairSync("rsa", { modulusLength: 2048 });
const [ours, theirs] = [pair(), pair()];
export const pem = ours.publicKey.export({ type: "spki", format: "pem" });

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
