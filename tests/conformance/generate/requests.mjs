// The requests: each family runs through the cells of one table.

import { answers } from "./answers.mjs";
import { conditions } from "./conditions.mjs";
import { cookies } from "./cookies.mjs";
import { keys } from "./keys.mjs";
import { sessions } from "./sessions.mjs";
import { ISSUER, NOW, approvals, forged, opaque, token } from "./world.mjs";

const SINGLE = ["session_token", "oauth_token", "m2m_token", "api_key"];
const lists = () => {
  const all = [];
  for (let bits = 1; bits < 16; bits++) all.push(SINGLE.filter((_, place) => bits & (1 << place)));
  return all.filter((list) => list.length > 1);
};
export const ACCEPTS = [...SINGLE, "any", ...lists()];
const JWTS = ["session_token", "oauth_token", "m2m_token"];
const bearer = (text) => ({ authorization: `Bearer ${text}` });
const acceptName = (accepts) => [accepts].flat().map((name) => name.split("_")[0]).join("+");

const CATEGORIES = {
  absent: undefined, session: "cl_B7d4PD111AAA", template: "cl_B7d4PD222AAA", m2m: "cl_B7d4PD333AAA",
  ignore: "cl_I7d4PD111III", other: "cl_other", empty: "", null: null,
};

function* accepted() {
  const presented = {
    nothing: {},
    "session/good": bearer(token("session_token")),
    "session/category": bearer(token("session_token", {}, { cat: CATEGORIES.session })),
    "session/ignored-category": bearer(token("session_token", {}, { cat: CATEGORIES.ignore })),
    "session/machine-category": bearer(token("session_token", {}, { cat: CATEGORIES.m2m })),
    "session/expired": bearer(token("session_token", { exp: NOW - 60 })),
    "session/not-yet": bearer(token("session_token", { nbf: NOW + 60 })),
    "session/forged": bearer(token("session_token", {}, {}, forged)),
    "session/template": bearer(token("session_token", { sid: undefined, sts: undefined }, { cat: CATEGORIES.template })),
    "session/pending": bearer(token("session_token", { sts: "pending" })),
    "session/of-the-future": bearer(token("session_token", { iat: NOW + 60 })),
    "oauth/good": bearer(token("oauth_token")),
    "oauth/long-typ": bearer(token("oauth_token", {}, { typ: "application/at+jwt" })),
    "oauth/expired": bearer(token("oauth_token", { exp: NOW - 60 })),
    "oauth/forged": bearer(token("oauth_token", {}, {}, forged)),
    "m2m/good": bearer(token("m2m_token")),
    "m2m/category": bearer(token("m2m_token", {}, { cat: CATEGORIES.m2m })),
    "m2m/wrong-category": bearer(token("m2m_token", {}, { cat: CATEGORIES.ignore })),
    "m2m/template-category": bearer(token("m2m_token", {}, { cat: CATEGORIES.template })),
    "m2m/session-category": bearer(token("m2m_token", {}, { cat: CATEGORIES.session })),
    "oauth/other-category": bearer(token("oauth_token", {}, { cat: CATEGORIES.template })),
    "oauth/not-yet": bearer(token("oauth_token", { nbf: NOW + 60 })),
    "m2m/not-yet": bearer(token("m2m_token", { nbf: NOW + 60 })),
    "m2m/expired": bearer(token("m2m_token", { exp: NOW - 60 })),
    "m2m/forged": bearer(token("m2m_token", {}, {}, forged)),
    "m2m/oauth-typ": bearer(token("m2m_token", {}, { typ: "at+jwt" })),
    "junk/word": bearer("junk"),
    "junk/two-parts": bearer("a.b"),
    "junk/no-json": bearer("bm8.bm8.bm8"),
    "junk/other-case": bearer("AK_abc"),
    "junk/other-prefix": bearer("m2m_abc"),
    "prefixed/alone": bearer("mt_"),
    "prefixed/dots": bearer("mt_a.b.c"),
  };
  for (const [what, headers] of Object.entries(presented)) {
    for (const accepts of ACCEPTS) yield { name: `accepts/${what}/${acceptName(accepts)}`, accepts, headers };
  }
  for (const [name, text] of Object.entries(opaque)) {
    const kind = name.split("_")[0];
    for (const accepts of ACCEPTS) {
      const good = { status: 200, body: approvals[name] };
      yield { name: `accepts/opaque-${kind}/good/${acceptName(accepts)}`, accepts, headers: bearer(text), answer: good };
      yield { name: `accepts/opaque-${kind}/unknown/${acceptName(accepts)}`, accepts, headers: bearer(`${text}0`) };
      yield { name: `accepts/opaque-${kind}/outage/${acceptName(accepts)}`, accepts, headers: bearer(`${text}1`), answer: { status: 503, body: {} } };
    }
  }
}

// An inner guard after an outer one that lets in anybody.
function* filtered() {
  const presented = {
    nothing: {}, cookie: { cookie: `__session=${token("session_token")}; __client_uat=1` },
    ...Object.fromEntries(JWTS.map((name) => [`${name.split("_")[0]} JWT`, bearer(token(name))])),
  };
  for (const accepts of ACCEPTS) {
    for (const [what, headers] of Object.entries(presented)) yield { name: `within/${what}/${acceptName(accepts)}`, within: "any", accepts, headers };
    for (const [name, text] of Object.entries(opaque)) {
      const answer = { status: 200, body: approvals[name] };
      yield { name: `within/opaque ${name.split("_")[0]}/${acceptName(accepts)}`, within: "any", accepts, headers: bearer(text), answer };
    }
  }
}

function* categories() {
  for (const [what, cat] of Object.entries(CATEGORIES)) {
    for (const name of JWTS) {
      for (const accepts of [name, "any", SINGLE]) {
        const headers = bearer(token(name, {}, { cat }));
        yield { name: `category/${what}/${name.split("_")[0]}/${acceptName(accepts)}`, accepts, headers };
      }
    }
    const cookie = `__session=${token("session_token", {}, { cat })}; __client_uat=1`;
    yield { name: `category/${what}/cookie`, accepts: "session_token", headers: { cookie } };
  }
}

function* forms() {
  const text = token("session_token");
  const fields = {
    usual: `Bearer ${text}`, "something-after": `Bearer ${text} extra`, "no-scheme": text, "scheme-alone": "Bearer",
    "two-spaces": `Bearer  ${text}`, "lower-case": `bearer ${text}`, "upper-case": `BEARER ${text}`,
    basic: "Basic dXNlcjpwYXNz", dpop: `DPoP ${text}`, token: `Token ${text}`, "two-joined": `Bearer ${text}, Bearer ${text}`,
    tab: `Bearer\t${text}`, empty: "", "spaces-around": `  Bearer ${text}  `, "another-scheme": `Bearerx ${text}`,
  };
  const cookie = `__session=${text}; __client_uat=1`;
  for (const [what, authorization] of Object.entries(fields)) {
    for (const accepts of ["session_token", "any", "oauth_token", ["session_token", "api_key"]]) {
      const name = `form/${what}/${acceptName(accepts)}`;
      yield { name, accepts, headers: { authorization } };
      yield { name: `${name}/beside-a-cookie`, accepts, headers: { authorization, cookie } };
    }
  }
}

function* headers() {
  const types = { absent: undefined, JWT: "JWT", lower: "jwt", empty: "", null: null, "at+jwt": "at+jwt", upper: "AT+JWT", long: "application/at+jwt" };
  const algorithms = ["none", "HS256", "PS256", "ES256", "rs256", "RS384", "RS512", "", null];
  for (const name of JWTS) {
    const kind = name.split("_")[0];
    for (const [what, typ] of Object.entries(types)) {
      yield { name: `header/typ/${what}/${kind}`, accepts: name, headers: bearer(token(name, {}, { typ })) };
    }
    for (const accepts of [name, "any"]) {
      for (const alg of algorithms) {
        yield { name: `header/alg/${alg === "" ? "empty" : alg}/${kind}/${acceptName(accepts)}`, accepts, headers: bearer(token(name, {}, { alg })) };
      }
      for (const kid of [undefined, "another", ""]) {
        yield { name: `header/kid/${kid === "" ? "empty" : kid ?? "absent"}/${kind}/${acceptName(accepts)}`, accepts, headers: bearer(token(name, {}, { kid })) };
      }
    }
  }
}

function* claims() {
  const values = { absent: undefined, null: null, text: "x", empty: "", number: 7, yes: true, list: [], object: {} };
  for (const name of JWTS) {
    const kind = name.split("_")[0];
    for (const claim of ["exp", "nbf", "iat", "sub", "iss"]) {
      for (const [what, value] of Object.entries(values)) {
        const text = token(name, { [claim]: value });
        yield { name: `claim/${claim}/${what}/${kind}`, accepts: name, headers: bearer(text) };
        if (claim === "iss") yield { name: `issuer/${what}/${kind}`, accepts: name, headers: bearer(text), options: { issuer: ISSUER } };
      }
    }
    const issuers = { ours: ISSUER, slash: `${ISSUER}/`, upper: "https://CLERK.example.com", http: "http://clerk.example.com", other: "https://clerk.other.example", path: `${ISSUER}/a`, "in a list": [ISSUER] };
    for (const [what, iss] of Object.entries(issuers)) {
      yield { name: `issuer/${what}/${kind}`, accepts: name, headers: bearer(token(name, { iss })), options: { issuer: ISSUER } };
    }
    // An M2M token is for machines: the audience is one of them.
    const [audience, other] = name === "m2m_token" ? ["mch_2", "mch_9"] : ["https://api.example.com", "https://other.example.com"];
    const audiences = { absent: undefined, ours: audience, other, list: [other, audience], others: [other], none: [], empty: "", number: 7, mixed: [audience, 7], object: { a: audience }, null: null, "empties": ["", ""], part: audience.slice(0, -1), "beside an empty one": ["", audience] };
    for (const [what, aud] of Object.entries(audiences)) {
      const text = token(name, { aud, scopes: undefined });
      yield { name: `claim/aud/${what}/${kind}`, accepts: name, headers: bearer(text), options: { audience } };
      yield { name: `claim/aud-unasked/${what}/${kind}`, accepts: name, headers: bearer(token(name, { aud })) };
    }
    const parties = { absent: undefined, ours: "https://app.example.com", slash: "https://app.example.com/", port: "https://app.example.com:443", upper: "https://APP.example.com", other: "https://other.example.com", empty: "", null: null, number: 7, list: ["https://app.example.com"], part: "https://app.example", longer: "https://app.example.com.other.example" };
    for (const [what, azp] of Object.entries(parties)) {
      const options = { authorizedParties: ["https://app.example.com"] };
      yield { name: `claim/azp/${what}/${kind}`, accepts: name, headers: bearer(token(name, { azp })), options };
      yield { name: `claim/azp-unasked/${what}/${kind}`, accepts: name, headers: bearer(token(name, { azp })) };
      const several = { authorizedParties: ["https://admin.example.com", "https://app.example.com"] };
      yield { name: `claim/azp-several/${what}/${kind}`, accepts: name, headers: bearer(token(name, { azp })), options: several };
    }
    // Seconds are cut, not rounded.
    for (const fraction of [0.1, 0.5, 0.9]) {
      for (const [claim, at] of [["exp", NOW - 5], ["exp", NOW - 4], ["exp", NOW - 6], ["nbf", NOW + 5], ["nbf", NOW + 6], ["iat", NOW + 5], ["iat", NOW + 6]]) {
        const text = token(name, { nbf: undefined, [claim]: at + fraction });
        yield { name: `time/${claim}/${at - NOW} and ${fraction}/${kind}`, accepts: name, headers: bearer(text) };
      }
    }
    const skews = { default: undefined, none: 0, minute: 60_000 };
    for (const [what, clockSkewInMs] of Object.entries(skews)) {
      const options = clockSkewInMs === undefined ? {} : { clockSkewInMs };
      const skew = (clockSkewInMs ?? 5000) / 1000;
      for (const offset of [-2, -1, 0, 1, 2]) {
        for (const [claim, at] of [["exp", NOW - skew + offset], ["nbf", NOW + skew + offset], ["iat", NOW + skew + offset]]) {
          const text = token(name, { nbf: undefined, [claim]: at });
          yield { name: `time/${claim}/${offset}/${what}/${kind}`, accepts: name, headers: bearer(text), options };
        }
      }
    }
  }
}

function* machines() {
  const scopes = {
    "scope only": { scope: "a b" }, "scp only": { scope: undefined, scp: ["a", "b"] }, both: { scope: "a", scp: ["b"] },
    "empty scp": { scope: "a b", scp: [] }, neither: { scope: undefined }, "empty scope": { scope: "" },
    "two spaces": { scope: "a  b" }, "no client": { client_id: undefined }, delegated: { act: { sub: "user_2" } },
    "no id": { jti: undefined }, "with audience": { aud: ["https://api.example.com"] }, "audience as text": { aud: "https://api.example.com" }, "twice delegated": { act: { sub: "user_2", act: { sub: "user_3" } } },
    "scp of empties": { scp: ["", "a"] }, "scp with a space": { scp: ["a b"] }, "scope in tabs": { scope: "a\tb" }, "of an organization": { org_id: "org_1" }, "long typ": {},
  };
  for (const [what, payload] of Object.entries(scopes)) {
    yield { name: `machine/oauth/${what}`, accepts: "oauth_token", headers: bearer(token("oauth_token", payload)) };
  }
  const recipients = { usual: {}, several: { scopes: "mch_2 mch_3" }, "by aud": { scopes: undefined }, none: { scopes: undefined, aud: undefined }, custom: { region: "eu" }, "no id": { jti: undefined }, "nothing else": { aud: undefined, scopes: undefined }, "two spaces": { scopes: "mch_2  mch_3" }, "empty scopes": { scopes: "" }, "aud as text": { scopes: undefined, aud: "mch_2" } };
  for (const [what, payload] of Object.entries(recipients)) {
    yield { name: `machine/m2m/${what}`, accepts: "m2m_token", headers: bearer(token("m2m_token", payload)) };
  }
  for (const [name, text] of Object.entries(opaque)) {
    for (const status of [400, 401, 403, 404, 409, 410, 422, 429, 500, 502, 503, 504]) {
      const answer = { status, body: { errors: [{ code: "x", message: "x" }] } };
      for (const accepts of [name, "any"]) {
        yield { name: `answer/${status}/${name.split("_")[0]}/${acceptName(accepts)}`, accepts, headers: bearer(text), answer };
      }
    }
  }
}

export function* requests() {
  yield* accepted();
  yield* filtered();
  yield* categories();
  yield* forms();
  yield* headers();
  yield* claims();
  yield* keys(bearer);
  yield* machines();
  yield* answers(bearer);
  yield* sessions(bearer);
  yield* conditions(bearer);
  yield* cookies();
}
