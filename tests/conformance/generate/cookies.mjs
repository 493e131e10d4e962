// Two sets of cookies, one with a suffix made of the publishable key: which one speaks, and when none.

import { createHash } from "node:crypto";
import { INSTANCES, NOW, forged, token } from "./world.mjs";

const suffix = (key) => createHash("sha1").update(key).digest("base64url").slice(0, 8);
const set = (name, value, end = "") => (value === undefined ? [] : [`${name}${end}=${value}`]);

// Every combination of one of each.
const cross = (first, ...rest) =>
  Object.entries(first).flatMap(([name, value]) => (rest.length ? cross(...rest).map(([names, values]) => [[name, ...names], [value, ...values]]) : [[[name], [value]]]));

function* sets(title, instance, sessions, suffixed, uats, suffixedUats, browsers = { both: ["dvb_1", "dvb_1"] }) {
  const end = `_${suffix(INSTANCES[instance])}`;
  for (const [names, [s, ss, u, us, [b, bs]]] of cross(sessions, suffixed, uats, suffixedUats, browsers)) {
    if (names[2] === "late" && names[3] === "late") continue;
    const cookie = [
      ...set("__session", s), ...set("__session", ss, end), ...set("__client_uat", u), ...set("__client_uat", us, end),
      ...set("__clerk_db_jwt", b), ...set("__clerk_db_jwt", bs, end),
    ].join("; ");
    if (names[4] === "both") names.pop();
    yield { name: `cookies/${title}/${names.join("/")}`, instance, accepts: "session_token", headers: cookie ? { cookie } : {} };
  }
}

export function* cookies() {
  const session = (payload) => token("session_token", payload);
  const plain = {
    none: undefined, usual: session({}), newer: session({ iat: NOW - 10 }), "of another": session({ iss: "https://clerk.other.example" }),
    "without issuer": session({ iss: undefined }), junk: "junk",
  };
  const suffixed = { none: undefined, usual: session({ sid: "sess_2" }), newer: session({ sid: "sess_2", iat: NOW - 5 }), over: session({ sid: "sess_2", exp: NOW - 60 }) };
  const times = { none: undefined, out: "0", early: "100", late: String(NOW) };
  const odd = {
    "issuer with a slash": session({ iss: "https://clerk.example.com/" }), "issuer over http": session({ iss: "http://clerk.example.com" }), "issuer a number": session({ iss: 7 }),
    "issuer a list": session({ iss: ["https://clerk.example.com"] }), "issuer empty": session({ iss: "" }), "issuer null": session({ iss: null }), "no time": session({ iat: undefined }),
    machine: token("m2m_token"), opaque: "ak_abc",
  };
  const edges = { none: undefined, usual: suffixed.usual, "over now": session({ sid: "sess_2", exp: NOW }), "over in a second": session({ sid: "sess_2", exp: NOW + 1 }), "no time": session({ sid: "sess_2", iat: undefined }) };
  const { late, ...soon } = times;
  for (const instance of ["live", "test"]) {
    yield* sets(instance, instance, plain, suffixed, times, times);
    yield* sets(`${instance}/edges`, instance, { none: undefined, usual: plain.usual }, edges, soon, soon);
  }
  yield* sets("odd", "live", odd, { none: undefined, usual: suffixed.usual }, soon, soon);
  const browsers = { neither: [undefined, undefined], plain: ["dvb_1", undefined], suffixed: [undefined, "dvb_1"] };
  const { usual, none, junk } = plain;
  yield* sets("browser", "test", { none, usual, junk }, { none, usual: suffixed.usual }, soon, soon, browsers);
  for (const instance of ["padded", "hyphen"]) {
    const iss = `https://${Buffer.from(INSTANCES[instance].slice("pk_test_".length), "base64").toString().slice(0, -1)}`;
    yield* sets(instance, instance, { none, usual: session({ iss }) }, { none, newer: session({ iss, sid: "sess_2", iat: NOW - 5 }) }, soon, soon);
  }
  const good = `__session=${plain.usual}; __client_uat=100`;
  yield { name: "cookies/test/without a browser token", instance: "test", accepts: "session_token", headers: { cookie: good } };
  for (const [name, cookie] of Object.entries({
    "first of two": `__session=${plain.usual}; __session=junk; __client_uat=100`, "bad one first": `__session=junk; __session=${plain.usual}; __client_uat=100`,
    quoted: `__session="${plain.usual}"; __client_uat=100`, encoded: `__session=${plain.usual.replaceAll(".", "%2E")}; __client_uat=100`,
    "number with a tail": `__session=${plain.usual}; __client_uat=100abc`, "no number": `__session=${plain.usual}; __client_uat=abc`,
    negative: `__session=${plain.usual}; __client_uat=-1`, "empty session": "__session=; __client_uat=100",
    "m2m token": `__session=${token("m2m_token")}; __client_uat=100`, "oauth token": `__session=${token("oauth_token")}; __client_uat=100`,
    "two marks": `__session=${plain.usual}; __client_uat=0; __client_uat=100`, "spaces around": ` __session = ${plain.usual} ;  __client_uat = 100 `, "encoded mark": `__session=${plain.usual}; __client_uat=%31%30%30`,
    "half an escape": `__session=%zz; __client_uat=100`, "escaped bytes": `__session=%ff%fe; __client_uat=100`, "name in upper case": `__SESSION=${plain.usual}; __client_uat=100`,
    "no mark": `__session=${plain.usual}`, "empty mark": `__session=${plain.usual}; __client_uat=`, "mark alone": "__client_uat=100", "out, alone": "__client_uat=0", "no name": `=${plain.usual}; __client_uat=100`, "no equals": "__session; __client_uat=100",
    "issued with the mark": `__session=${plain.usual}; __client_uat=${NOW - 30}`, "a second older": `__session=${plain.usual}; __client_uat=${NOW - 29}`, "no time": `__session=${session({ iat: undefined })}; __client_uat=${NOW}`,
    "older and expired": `__session=${session({ exp: NOW - 60 })}; __client_uat=${NOW}`, "older and forged": `__session=${token("session_token", {}, {}, forged)}; __client_uat=${NOW}`, "older m2m token": `__session=${token("m2m_token")}; __client_uat=${NOW}`,
    "older oauth token": `__session=${token("oauth_token")}; __client_uat=${NOW}`, "older template": `__session=${token("session_token", {}, { cat: "cl_B7d4PD222AAA" })}; __client_uat=${NOW}`, forged: `__session=${token("session_token", {}, {}, forged)}; __client_uat=100`,
    expired: `__session=${session({ exp: NOW - 60 })}; __client_uat=100`, pending: `__session=${session({ sts: "pending" })}; __client_uat=100`, template: `__session=${token("session_token", {}, { cat: "cl_B7d4PD222AAA" })}; __client_uat=100`,
    "refresh alone": `__refresh=${plain.usual}; __client_uat=100`, "handshake": `__clerk_redirect_count=1; __client_uat=0`,
    "opaque token": "__session=ak_abc; __client_uat=100", "encoded semicolon": `x=1%3B__session%3D${plain.usual}; __client_uat=0`,
  })) {
    for (const accepts of ["session_token", "any", "oauth_token"]) yield { name: `cookies/one/${name}/${accepts}`, accepts, headers: { cookie } };
  }
}
