// The sites, the ways in which a browser asks for a page, and what it brings along.

import { createHash } from "node:crypto";
import { INSTANCES, NOW, classes, forged, jwt, token } from "./world.mjs";

const suffix = (key) => createHash("sha1").update(key).digest("base64url").slice(0, 8);

const HOME = "https://app.example.com";
const SATELLITE = "https://b.example";
const SIGN_IN = `${HOME}/sign-in`;

const site = (instance, more = {}) => ({
  instance, key: INSTANCES[instance], origin: HOME, issuer: "https://clerk.example.com",
  options: { signInUrl: SIGN_IN }, ...more,
});
const proxied = { options: { signInUrl: SIGN_IN, proxyUrl: `${HOME}/__clerk` } };
const satellite = { origin: SATELLITE, options: { signInUrl: SIGN_IN, isSatellite: true, domain: "b.example" } };
export const SITES = {
  production: site("live"),
  "production behind a proxy": site("live", proxied),
  "production satellite": site("live", { ...satellite, issuer: "https://clerk.b.example" }),
  "production primary": site("live", { satellites: [SATELLITE] }),
  "publishable key alone": site("live", { isKeyless: true }),
  development: site("test"),
  "development behind a proxy": site("test", proxied),
  "development satellite": site("test", satellite),
  "development primary": site("test", { satellites: [SATELLITE] }),
};

export const KINDS = {
  document: { method: "GET", headers: { "sec-fetch-dest": "document", "sec-fetch-site": "none" } },
  html: { method: "GET", headers: { accept: "text/html,application/xhtml+xml" } },
  iframe: { method: "GET", headers: { "sec-fetch-dest": "iframe", "sec-fetch-site": "same-origin" } },
  "foreign iframe": { method: "GET", headers: { "sec-fetch-dest": "iframe", "sec-fetch-site": "cross-site" } },
  fetch: { method: "GET", headers: { "sec-fetch-dest": "empty", "sec-fetch-site": "same-origin", accept: "*/*" } },
  post: { method: "POST", headers: { "sec-fetch-dest": "document", "sec-fetch-site": "same-origin", accept: "text/html" } },
};

const remembered = new Map();
// A token is the same one wherever it says the same.
const once = (make, ...said) => {
  const key = JSON.stringify([make.name, ...said]);
  if (!remembered.has(key)) remembered.set(key, make(...said));
  return remembered.get(key);
};
const session = (payload, header = {}) => token("session_token", payload, header);
const signedByAnother = (payload) => token("session_token", payload, {}, forged);
const machine = () => token("m2m_token");
const handshakeToken = (handshake, header = {}) => jwt({ ...classes.session_token.header, ...header }, { handshake });
const forgedHandshake = (handshake) => forged(classes.session_token.header, { handshake });

export function* pages({ instance, key, origin, issuer, options, satellites }) {
  const isDevelopment = instance === "test";
  const end = `_${suffix(key)}`;
  const of = (payload = {}) => ({ iss: issuer, azp: origin, ...payload });
  const browser = isDevelopment ? { __clerk_db_jwt: "dvb_1" } : {};
  const signed = (payload, more = {}) => ({ ...browser, __session: once(session, of(payload)), __client_uat: "100", ...more });
  const request = (row, cookies, more = {}) => {
    const cookie = Object.entries(cookies).map(([name, value]) => `${name}=${value}`).join("; ");
    const query = ["a=b", ...Object.entries(more.query ?? {}).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)].join("&");
    const { answer, headers, isStarted } = more;
    return { row, target: `/page?${query}`, cookie: cookie || undefined, headers, answer, isStarted };
  };

  yield request("no cookie", {});
  yield request("signed out", { ...browser, __client_uat: "0" });
  yield request("browser alone", browser);
  yield request("session without uat", { ...browser, __session: once(session, of()) });
  yield request("session and uat 0", signed({}, { __client_uat: "0" }));
  yield request("uat without session", { ...browser, __client_uat: "100" });
  yield request("malformed", signed({}, { __session: "malformed" }));
  yield request("undecodable", signed({}, { __session: "aaaa.bbbb.cccc" }));
  yield request("machine token", signed({}, { __session: once(machine) }));
  yield request("opaque token", signed({}, { __session: "ak_abc" }));
  yield request("template token", signed({}, { __session: once(session, of(), { cat: "cl_B7d4PD222AAA" }) }));
  yield request("stale", signed({}, { __client_uat: String(NOW) }));
  yield request("as old as uat", signed({}, { __client_uat: String(NOW - 30) }));
  yield request("not yet valid", signed({ nbf: NOW + 60 }));
  yield request("issued in the future", signed({ iat: NOW + 60 }));
  yield request("forged", signed({}, { __session: once(signedByAnother, of()) }));
  yield request("another party", signed({ azp: "https://evil.example" }));
  yield request("no party", signed({ azp: undefined }));
  yield request("pending", signed({ sts: "pending" }));
  yield request("good", signed());
  yield request("good and suffixed", { ...browser, [`__session${end}`]: once(session, of()), [`__client_uat${end}`]: "100" });
  yield request("good in both sets", { ...signed(), [`__session${end}`]: once(session, of({ sid: "sess_2" })), [`__client_uat${end}`]: "100" });
  yield request("suffixed uat without session", { ...browser, [`__client_uat${end}`]: "100" });
  yield request("good without a browser", { __session: once(session, of()), __client_uat: "100" });
  yield request("good by a link", signed(), { headers: { referer: "https://news.example/" } });
  yield request("good by the portal", signed(), { headers: { referer: "https://accounts.example.com/" } });
  for (const count of ["1", "2", "3", "4", "malformed"]) {
    yield request(`redirected ${count}`, { ...browser, __client_uat: "100", __clerk_redirect_count: count });
  }

  const over = { iat: NOW - 90, nbf: NOW - 100, exp: NOW - 30 };
  const refreshed = (...cookies) => ({ status: 200, body: { object: "cookies", cookies } });
  const set = (name, value) => `${name}=${value}; Path=/; SameSite=Lax; Secure`;
  const refused = (status, code) => ({ status, body: { errors: [{ code, message: "" }] } });
  const next = once(session, of({ iat: NOW - 1 }));
  yield request("expired", signed(over));
  for (const [name, answer] of Object.entries({
    renewed: refreshed(set("__session", next), set("__client_uat", "100")),
    refused: refused(401, "refresh_token_not_found"),
    "gone too long": refused(401, "session_refresh_expired_session_token_too_old"),
    busy: refused(429, "too_many_requests"),
    failing: { status: 500, text: "no" },
    away: { status: 0 },
    "renewed with nothing": refreshed(),
    "renewed with malformed": refreshed(set("__session", "malformed")),
    "renewed with an expired one": refreshed(set("__session", once(session, of(over)))),
    "renewed for another user": refreshed(set("__session", once(session, of({ sub: "user_2", sid: "sess_2" })))),
  })) {
    yield request(`expired, ${name}`, signed(over, { [`__refresh${end}`]: "refresh_1" }), { answer });
  }
  yield request("expired and stale", signed(over, { __client_uat: String(NOW) }));

  const directives = (...handshake) => ({ status: 200, body: { directives: handshake } });
  const good = [set("__session", next), set("__client_uat", "100")];
  const out = ["__session=; Path=/; Max-Age=0", set("__client_uat", "0")];
  const brought = {
    "nonce, good": [{ __clerk_handshake_nonce: "nonce_1" }, directives(...good)],
    "nonce, signed out": [{ __clerk_handshake_nonce: "nonce_1" }, directives(...out)],
    "nonce, unknown": [{ __clerk_handshake_nonce: "nonce_1" }, refused(404, "resource_not_found")],
    "nonce, failing": [{ __clerk_handshake_nonce: "nonce_1" }, { status: 500, text: "no" }],
    "nonce, empty": [{ __clerk_handshake_nonce: "nonce_1" }, directives()],
    "token, good": [{ __clerk_handshake: once(handshakeToken, good) }],
    "token, signed out": [{ __clerk_handshake: once(handshakeToken, out) }],
    "token, empty": [{ __clerk_handshake: once(handshakeToken, []) }],
    "token, forged": [{ __clerk_handshake: once(forgedHandshake, good) }],
    "token, template": [{ __clerk_handshake: once(handshakeToken, good, { cat: "cl_B7d4PD222AAA" }) }],
    "token, expired session": [{ __clerk_handshake: once(handshakeToken, [set("__session", once(session, of(over)))]) }],
    "token, malformed": [{ __clerk_handshake: "malformed" }],
    "token, foreign cookie": [{ __clerk_handshake: once(handshakeToken, [...good, "admin=1; Path=/"]) }],
  };
  for (const [name, [query, answer]] of Object.entries(brought)) {
    for (const [start, isStarted] of [["handshake", true], ["foreign handshake", undefined]]) {
      yield request(`${start}/${name}`, { ...browser, __client_uat: "100" }, { query, answer, isStarted });
    }
    const cookies = { ...browser, __client_uat: "100", ...query };
    yield request(`handshake in a cookie/${name}`, cookies, { answer, isStarted: true });
  }
  yield request("handshake over a good session/out", signed(), { query: brought["token, signed out"][0], isStarted: true });
  yield request("handshake over a good session/forged", signed(), { query: brought["token, forged"][0], isStarted: true });

  for (const synced of ["true", "false"]) {
    yield request(`synced ${synced}/no cookie`, {}, { query: { __clerk_synced: synced } });
    yield request(`synced ${synced}/signed out`, { ...browser, __client_uat: "0" }, { query: { __clerk_synced: synced } });
    yield request(`synced ${synced}/good`, signed(), { query: { __clerk_synced: synced } });
  }
  if (isDevelopment) {
    yield request("browser in the query/no cookie", {}, { query: { __clerk_db_jwt: "dvb_2" } });
    yield request("browser in the query/good", signed(), { query: { __clerk_db_jwt: "dvb_2" } });
    yield request("browser in the query/uat", { ...browser, __client_uat: "100" }, { query: { __clerk_db_jwt: "dvb_2" } });
  }
  for (const wanted of ["https://b.example/x?y=z", "https://evil.example/", "malformed"]) {
    const query = { __clerk_redirect_url: wanted };
    yield request(`to a satellite/${wanted}/no cookie`, {}, { query });
    yield request(`to a satellite/${wanted}/signed out`, { ...browser, __client_uat: "0" }, { query });
    yield request(`to a satellite/${wanted}/good`, signed(), { query });
  }
}
