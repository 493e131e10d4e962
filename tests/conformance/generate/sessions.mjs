// What a session says of its user, and the conditions that it meets.

import { token } from "./world.mjs";

const CONDITIONS = {
  "role org:admin": { role: "org:admin" }, "role admin": { role: "admin" }, "role org:editor": { role: "org:editor" },
  "permission org:notes:read": { permission: "org:notes:read" }, "permission org:notes:edit": { permission: "org:notes:edit" },
  "feature notes": { feature: "notes" }, "feature o:notes": { feature: "o:notes" }, "feature u:notes": { feature: "u:notes" },
  "plan pro": { plan: "pro" }, "plan u:pro": { plan: "u:pro" },
  "role and permission": { role: "org:admin", permission: "org:notes:read" },
  "role and plan": { role: "org:admin", plan: "pro" },
};
const REVERIFICATION = {};
for (const level of ["first_factor", "second_factor", "multi_factor"]) {
  for (const afterMinutes of [5, 10]) REVERIFICATION[`${level} ${afterMinutes}`] = { reverification: { level, afterMinutes } };
}
for (const preset of ["strict_mfa", "strict", "moderate", "lax"]) REVERIFICATION[preset] = { reverification: preset };

export function* sessions(bearer) {
  const session = (name, payload, has) => ({ name: `session/${name}`, accepts: "session_token", headers: bearer(token("session_token", payload)), has });
  const organization = { id: "org_1", slg: "north", rol: "admin", per: "read,edit", fpm: "1" };
  const payloads = {
    plain: {}, "version 2": { v: 2, o: organization, fea: "o:notes", pla: "o:pro" },
    "version 2 without maps": { v: 2, o: { id: "org_1", rol: "admin" } }, "version 2 without role": { v: 2, o: { id: "org_1" } },
    "version 2 of a user": { v: 2, fea: "u:notes", pla: "u:pro" }, "version 2 role prefixed": { v: 2, o: { ...organization, rol: "org:admin" }, fea: "o:notes" },
    "version 1": { org_id: "org_1", org_slug: "north", org_role: "org:admin", org_permissions: ["org:notes:read"] },
    "version 1 bare": { org_id: "org_1", org_role: "admin", org_permissions: ["notes:read"] }, "version 1 empty": { org_id: "org_1" },
    "version as text": { v: "2", o: organization, fea: "o:notes" }, "version 3": { v: 3, o: organization, fea: "o:notes" },
    "both kinds": { v: 2, o: organization, fea: "ou:notes,u:notes", pla: "u:free,o:pro" },
    impersonated: { act: { sub: "user_2", iss: "https://dashboard.clerk.com" } }, "no status": { sts: undefined }, pending: { sts: "pending" },
  };
  for (const [name, payload] of Object.entries(payloads)) yield session(name, payload, CONDITIONS);
  const maps = {
    "example a": ["o:dashboard,o:teams", "manage,read", "3,2"], "example b": ["o:reports,u:beta,o:billing,ou:audit", "read,write,delete", "5,2,7"],
    "more bits": ["o:a", "read", "255"], "more masks": ["o:a", "read", "1,1"], hexadecimal: ["o:a", "read", "0x1"], negative: ["o:a", "read", "-1"],
    fraction: ["o:a", "read", "1.0"], "no mask": ["o:a", "read", ""], spaces: [" o:a , o:b ", "read , edit", " 1 , 2 "], "two colons": ["o:a:b", "read", "1"],
    wide: ["o:a", Array.from({ length: 70 }, (_, i) => `p${i}`).join(","), String(2n ** 69n + 1n)], "no permission": ["o:a", "", "1"], "first of a user": ["u:x,o:a", "read", "1"],
  };
  for (const [name, [fea, per, fpm]] of Object.entries(maps)) yield session(`map/${name}`, { v: 2, fea, o: { id: "org_1", rol: "admin", per, fpm } });
  const ages = [-1, 0, 4, 5, 9, 10, 59, 60, 1440];
  for (const first of ages) for (const second of ages) yield session(`factors/${first}/${second}`, { fva: [first, second] }, REVERIFICATION);
  for (const [name, fva] of Object.entries({ absent: undefined, one: [1], three: [1, 1, 1], text: ["1", "1"], below: [-2, 1] })) {
    yield session(`factors/${name}`, { fva }, REVERIFICATION);
  }
}
