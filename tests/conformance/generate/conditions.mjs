// What can be asked of a session, against what sessions say.

import { approvals, opaque, token } from "./world.mjs";

const asked = (kind, names) => Object.fromEntries(names.map((name) => [`${kind} ${name}`, { [kind]: name }]));

const ROLES = asked("role", ["editor", "org:editor", "org:org:editor", "org:Editor", "edit", "org:", ""]);
const PERMISSIONS = asked("permission", [
  "org:notes:read", "notes:read", "org:org:notes:read", "org:notes:Read", "org:notes", "org:notes:read:x", "org:", "",
]);
const names = [
  "notes", "o:notes", "org:notes", "organization:notes", "u:notes", "user:notes", "x:notes", "Notes", "O:notes", "note", " notes",
  "org:notes:x", "u:notes:x", "o:", "org:", "u:", "user:", ":notes", "",
];
const FEATURES = asked("feature", names);
const PLANS = asked("plan", names);

export const TOGETHER = {
  "role and permission": { role: "org:admin", permission: "org:notes:read" }, "role and plan": { role: "org:admin", plan: "pro" },
  "role and feature": { role: "org:admin", feature: "notes" }, "feature and plan": { feature: "notes", plan: "pro" },
  "role and strict": { role: "org:admin", reverification: "strict" }, "plan and lax": { plan: "pro", reverification: "lax" },
  "all five": { role: "org:admin", permission: "org:notes:read", feature: "notes", plan: "pro", reverification: "strict" },
};

const version1 = (role, permissions) => ({ org_id: "org_1", org_role: role, org_permissions: permissions });
const version2 = (rol, more) => ({ v: 2, o: { id: "org_1", rol, ...more } });

export function* conditions(bearer) {
  const session = (name, payload, has) => ({ name: `has/${name}`, accepts: "session_token", headers: bearer(token("session_token", payload)), has });
  const roles = {
    "version 2": version2("editor"), "version 2 prefixed": version2("org:editor"), "version 2 without": version2(undefined), "version 2 empty": version2(""),
    "version 1": version1("org:editor"), "version 1 bare": version1("editor"), "version 1 twice": version1("org:org:editor"),
    "version 1 prefix alone": version1("org:"), "version 1 without": version1(undefined), "no organization": { org_role: "org:editor" },
  };
  for (const [name, payload] of Object.entries(roles)) yield session(`role/${name}`, payload, ROLES);
  const permissions = {
    "version 2": { ...version2("editor", { per: "read", fpm: "1" }), fea: "o:notes" }, "version 2 of the user": { ...version2("editor", { per: "read", fpm: "1" }), fea: "u:notes" },
    "version 1": version1("org:editor", ["org:notes:read"]), "version 1 bare": version1("org:editor", ["notes:read"]), "version 1 twice": version1("org:editor", ["org:org:notes:read"]),
    "version 1 prefix alone": version1("org:editor", ["org:", ""]), "version 1 none": version1("org:editor", []), "version 1 absent": version1("org:editor"),
    "no organization": { org_permissions: ["org:notes:read"] },
  };
  for (const [name, payload] of Object.entries(permissions)) yield session(`permission/${name}`, payload, PERMISSIONS);
  const lists = [
    "o:notes", "u:notes", "ou:notes", "uo:notes", "o:other,u:notes", "u:other,o:notes", " o:notes , u:x ", "x:notes", "O:notes", "o:notes:x", "o:org", "u:user", "o:o,u:u", "o:",
    "", undefined,
  ];
  for (const list of lists) {
    yield session(`feature/${list ?? "absent"}`, { v: 2, fea: list }, FEATURES);
    yield session(`plan/${list ?? "absent"}`, { v: 2, pla: list }, PLANS);
  }
  yield session("feature/version 1", { ...version1("org:admin"), fea: "o:notes,u:other" }, FEATURES);
  yield session("plan/version 1", { ...version1("org:admin"), pla: "o:notes,u:other" }, PLANS);

  // Each of five parts there or not.
  for (let bits = 0; bits < 32; bits++) {
    const has = (place) => Boolean(bits & (1 << place));
    const payload = {
      ...version1(has(0) ? "org:admin" : "org:editor", has(1) ? ["org:notes:read"] : []), fea: has(2) ? "o:notes" : "o:other",
      pla: has(3) ? "o:pro" : "o:free", fva: has(4) ? [1, 1] : [1, 99999],
    };
    const parts = ["role", "permission", "feature", "plan", "factors"].filter((_, place) => has(place));
    yield session(`together/${parts.join("+") || "nothing"}`, payload, TOGETHER);
  }

  const everything = { ...asked("role", ["org:admin"]), ...asked("permission", ["org:notes:read"]), ...asked("feature", ["notes"]), ...asked("plan", ["pro"]), strict: { reverification: "strict" } };
  const claims = { ...version1("org:admin", ["org:notes:read"]), fea: "o:notes", pla: "o:pro", fva: [1, 1] };
  for (const name of ["oauth_token", "m2m_token"]) {
    yield { name: `has/machine/${name}`, accepts: name, headers: bearer(token(name, claims)), has: everything };
  }
  for (const [name, text] of Object.entries(opaque)) {
    yield { name: `has/machine/opaque ${name}`, accepts: name, headers: bearer(text), answer: { status: 200, body: { ...approvals[name], claims } }, has: everything };
  }
}
