// The header, the key and the signature: which fit each other, and what else a header may hold.

import { jwk, token } from "./world.mjs";

const JWTS = ["session_token", "oauth_token", "m2m_token"];
const kind = (name) => name.split("_")[0];

export function* keys(bearer) {
  const members = {
    "issued at": { oiat: 1 }, "address of keys": { jku: "https://keys.example.com" }, "key inside": { jwk },
    "address of a certificate": { x5u: "https://keys.example.com" }, "certificate inside": { x5c: ["x"] }, unknown: { x: [1] },
    critical: { crit: ["exp"] }, "critical, nothing": { crit: [] }, "raw payload": { b64: false }, packed: { zip: "DEF" },
  };
  for (const name of JWTS) {
    for (const [what, header] of Object.entries(members)) {
      yield { name: `header/member/${what}/${kind(name)}`, accepts: name, headers: bearer(token(name, {}, header)) };
    }
    yield { name: `claim/cnf/${kind(name)}`, accepts: name, headers: bearer(token(name, { cnf: { jkt: "x" } })) };
    const [header, payload, signature] = token(name).split(".");
    const [, , other] = token(name, { jti: "another" }).split(".");
    const signatures = { "of another token": other, cut: signature.slice(0, -2), short: "c2ln", zero: Buffer.alloc(256).toString("base64url") };
    for (const [what, bytes] of Object.entries(signatures)) {
      for (const accepts of [name, "any"]) {
        const text = `${header}.${payload}.${bytes}`;
        yield { name: `signature/${what}/${kind(name)}/${accepts.split("_")[0]}`, accepts, headers: bearer(text) };
      }
    }
  }
  const sets = { "names none": {}, RS256: { alg: "RS256" }, RS384: { alg: "RS384" }, RS512: { alg: "RS512" } };
  for (const name of JWTS) {
    for (const [set, members] of Object.entries(sets)) {
      for (const alg of ["RS256", "RS384", "RS512", "PS256"]) {
        const keys = { status: 200, body: { keys: [{ ...jwk, ...members }] } };
        yield { name: `key/alg/${set}/${alg}/${kind(name)}`, accepts: name, keys, headers: bearer(token(name, {}, { alg })) };
      }
    }
    const bodies = {
      usual: [jwk], "no use": [{ ...jwk, use: undefined }], "for encryption": [{ ...jwk, use: "enc" }], "of another type": [{ ...jwk, kty: "EC" }],
      private: [{ ...jwk, d: "AQAB" }], "of another id": [{ ...jwk, kid: "ins_2" }], "second of two": [{ ...jwk, kid: "ins_2", n: "AQAB" }, jwk],
      "beside an odd one": [{ kid: "ins_2", kty: "OKP", crv: "Ed25519", x: "AA" }, jwk], none: [],
    };
    for (const [what, list] of Object.entries(bodies)) {
      yield { name: `key/set/${what}/${kind(name)}`, accepts: name, keys: { status: 200, body: { keys: list } }, headers: bearer(token(name)) };
    }
    const ids = { absent: undefined, another: "ins_2", empty: "" };
    for (const [what, kid] of Object.entries(ids)) {
      yield { name: `key/id/${what}/${kind(name)}`, accepts: name, keys: { status: 200, body: { keys: [jwk] } }, headers: bearer(token(name, {}, { kid })) };
    }
  }
}
