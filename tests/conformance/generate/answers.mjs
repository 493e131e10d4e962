// What Clerk says of opaque tokens: bodies of 200, other statuses, and what the caller is then.

import { NOW, approvals, opaque } from "./world.mjs";

const kind = (name) => name.split("_")[0];

export function* answers(bearer) {
  for (const [name, text] of Object.entries(opaque)) {
    const approved = approvals[name];
    const [second, unit] = name === "oauth_token" ? [NOW, 1] : [NOW * 1000, 1000];
    const changes = {
      usual: {}, "ends later": { expiration: second + 60 * unit }, "used before": { last_used_at: second - unit },
      revoked: { revoked: true, revocation_reason: "lost" }, over: { expired: true }, "over by its time": { expiration: second - 60 * unit },
      inactive: { active: false }, "without object": { object: undefined },
      "without id": { id: undefined }, "empty id": { id: "" }, "empty subject": { subject: "" }, "subject of nobody": { subject: "x" },
      "no word of revocation": { revoked: undefined }, "no word of an end": { expired: undefined },
      "end in words": { expiration: "never" }, "an unknown member": { x: 1 },
      "with claims": { claims: { region: "eu" } }, "without scopes": { scopes: [] },
    };
    for (const [what, change] of Object.entries(changes)) {
      const body = { ...approved, ...change };
      yield { name: `answer/body/${what}/${kind(name)}`, accepts: name, headers: bearer(text), answer: { status: 200, body } };
    }
    const errors = [{ code: "x", message: "x", long_message: "x", meta: { x: 1 } }];
    const bodies = {
      whole: { body: { errors, clerk_trace_id: "0" } }, "without errors": { body: {} }, "no errors": { body: { errors: [] } },
      "our key": { body: { errors: [{ code: "clerk_key_invalid", message: "x" }] } },
      "our machine key": { body: { errors: [{ code: "machine_secret_key_invalid", message: "x" }] } }, page: { text: "<html>" }, nothing: { text: "" },
    };
    for (const status of [400, 401, 404, 422, 500, 503]) {
      for (const [what, sent] of Object.entries(bodies)) {
        yield { name: `answer/error/${status}/${what}/${kind(name)}`, accepts: name, headers: bearer(text), answer: { status, ...sent } };
      }
    }
    for (const accepts of [name, "any"]) {
      yield { name: `answer/none/${kind(name)}/${kind(accepts)}`, accepts, headers: bearer(text), answer: { status: 0 } };
    }
  }
  const owned = (what, name, change) => ({
    name: `machine/opaque/${what}`, accepts: name, headers: bearer(opaque[name]), answer: { status: 200, body: { ...approvals[name], ...change } },
  });
  yield owned("key of a user", "api_key", {});
  yield owned("key of an organization", "api_key", { subject: "org_1" });
  yield owned("key of a machine", "api_key", { subject: "mch_1" });
  yield owned("described key", "api_key", { description: "x", created_by: "user_2", claims: { seats: 3 } });
  yield owned("claims of a key that are text", "api_key", { claims: "x" });
  yield owned("application with audience", "oauth_token", { aud: ["https://api.example.com"] });
  yield owned("delegated", "oauth_token", { act: { sub: "user_2" } });
  yield owned("application without a type", "oauth_token", { type: undefined });
  yield owned("application without a client", "oauth_token", { client_id: undefined });
  yield owned("machine with claims", "m2m_token", { claims: { region: "eu" } });
  yield owned("machine without recipients", "m2m_token", { scopes: undefined });
}
