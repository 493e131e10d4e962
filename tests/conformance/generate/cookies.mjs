// Two sets of cookies, one with a suffix made of the publishable key: which one speaks, and when none.

import { createHash } from "node:crypto";
import { NOW, token } from "./world.mjs";

const suffix = (key) => createHash("sha1").update(key).digest("base64url").slice(0, 8);
const SUFFIX = { live: suffix("pk_live_Y2xlcmsuZXhhbXBsZS5jb20k"), test: suffix("pk_test_Y2xlcmsuZXhhbXBsZS5jb20k") };

export function* cookies() {
  const session = (payload) => token("session_token", payload);
  const plain = {
    none: undefined, usual: session({}), newer: session({ iat: NOW - 10 }), "of another": session({ iss: "https://clerk.other.example" }),
    "without issuer": session({ iss: undefined }), junk: "junk",
  };
  const suffixed = { none: undefined, usual: session({ sid: "sess_2" }), newer: session({ sid: "sess_2", iat: NOW - 5 }), over: session({ sid: "sess_2", exp: NOW - 60 }) };
  const times = { none: undefined, out: "0", early: "100", late: String(NOW) };
  for (const instance of ["live", "test"]) {
    for (const [s, S] of Object.entries(plain)) for (const [ss, Ss] of Object.entries(suffixed)) {
      for (const [u, U] of Object.entries(times)) for (const [us, Us] of Object.entries(times)) {
        if (u === "late" && us === "late") continue;
        const set = (name, value, end) => (value === undefined ? [] : [`${name}${end}=${value}`]);
        const end = `_${SUFFIX[instance]}`;
        const all = [
          ...set("__session", S, ""), ...set("__session", Ss, end), ...set("__client_uat", U, ""), ...set("__client_uat", Us, end),
          ...set("__clerk_db_jwt", "dvb_1", ""), ...set("__clerk_db_jwt", "dvb_1", end),
        ];
        yield { name: `cookies/${instance}/${s}/${ss}/${u}/${us}`, instance, accepts: "session_token", headers: { cookie: all.join("; ") } };
      }
    }
  }
  const good = `__session=${plain.usual}; __client_uat=100`;
  yield { name: "cookies/test/without a browser token", instance: "test", accepts: "session_token", headers: { cookie: good } };
  for (const [name, cookie] of Object.entries({
    "first of two": `__session=${plain.usual}; __session=junk; __client_uat=100`, "bad one first": `__session=junk; __session=${plain.usual}; __client_uat=100`,
    quoted: `__session="${plain.usual}"; __client_uat=100`, encoded: `__session=${plain.usual.replaceAll(".", "%2E")}; __client_uat=100`,
    "number with a tail": `__session=${plain.usual}; __client_uat=100abc`, "no number": `__session=${plain.usual}; __client_uat=abc`,
    negative: `__session=${plain.usual}; __client_uat=-1`, "empty session": "__session=; __client_uat=100",
    "m2m token": `__session=${token("m2m_token")}; __client_uat=100`, "oauth token": `__session=${token("oauth_token")}; __client_uat=100`,
    "opaque token": "__session=ak_abc; __client_uat=100", "encoded semicolon": `x=1%3B__session%3D${plain.usual}; __client_uat=0`,
  })) {
    for (const accepts of ["session_token", "any", "oauth_token"]) yield { name: `cookies/one/${name}/${accepts}`, accepts, headers: { cookie } };
  }
}
