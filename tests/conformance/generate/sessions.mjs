// What a session says of its user, and the conditions that it meets.

import { TOGETHER } from "./conditions.mjs";
import { token } from "./world.mjs";

const CONDITIONS = {
  "role org:admin": { role: "org:admin" }, "role admin": { role: "admin" }, "role org:editor": { role: "org:editor" },
  "permission org:notes:read": { permission: "org:notes:read" }, "permission org:notes:edit": { permission: "org:notes:edit" },
  "feature notes": { feature: "notes" }, "feature o:notes": { feature: "o:notes" }, "feature u:notes": { feature: "u:notes" },
  "plan pro": { plan: "pro" }, "plan u:pro": { plan: "u:pro" },
  ...TOGETHER,
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
    "version 2 without slug": { v: 2, o: { id: "org_1", rol: "admin", per: "read", fpm: "1" }, fea: "o:notes" }, "version 2 in a fraction": { v: 2.0, o: organization, fea: "o:notes" },
    "version 2 beside version 1": { v: 2, o: organization, fea: "o:notes", org_id: "org_2", org_role: "org:editor" },
    "version 1 beside version 2": { o: organization, fea: "o:notes", org_id: "org_2", org_role: "org:editor", org_slug: "south" },
    "version 1 with features": { org_id: "org_1", org_role: "org:admin", fea: "o:notes,u:x", pla: "u:pro" }, "version 1 of a user": { fea: "u:notes", pla: "u:pro" },
    "version 2 of nobody": { v: 2 }, "version null": { v: null, org_id: "org_1", org_role: "org:admin" }, "no organization, null": { v: 2, o: null },
    "claims of its own": { seats: 3, nested: { a: [1] } }, "null members": { act: null, fva: null, fea: null, pla: null, org_id: null, org_permissions: null },
  };
  for (const [name, payload] of Object.entries(payloads)) yield session(name, payload, CONDITIONS);
  const refused = {
    "status/null": { sts: null }, "status/empty": { sts: "" }, "status/other": { sts: "removed" }, "status/upper case": { sts: "ACTIVE" }, "status/number": { sts: 7 },
    "id/absent": { sid: undefined }, "id/empty": { sid: "" }, "id/null": { sid: null }, "id/number": { sid: 7 },
    "actor/text": { act: "user_2" }, "actor/list": { act: ["user_2"] }, "actor/nobody": { act: {} }, "actor/number": { act: { sub: 7 } },
    "organization/text": { v: 2, o: "org_1" }, "organization/number": { v: 2, o: 7 }, "organization/without id": { v: 2, o: { rol: "admin" } },
    "organization/id number": { v: 2, o: { id: 7, rol: "admin" } }, "organization/role number": { v: 2, o: { id: "org_1", rol: 7 } },
    "organization/version 1 number": { org_id: 7, org_role: "org:admin" }, "organization/permissions text": { org_id: "org_1", org_permissions: "org:notes:read" },
    "organization/permissions mixed": { org_id: "org_1", org_permissions: ["org:notes:read", 7] },
  };
  for (const [name, payload] of Object.entries(refused)) yield session(name, payload);
  const maps = {
    "example a": ["o:dashboard,o:teams", "manage,read", "3,2"], "example b": ["o:reports,u:beta,o:billing,ou:audit", "read,write,delete", "5,2,7"],
    "more bits": ["o:a", "read", "255"], "more masks": ["o:a", "read", "1,1"], hexadecimal: ["o:a", "read", "0x1"], negative: ["o:a", "read", "-1"],
    fraction: ["o:a", "read", "1.0"], "no mask": ["o:a", "read", ""], spaces: [" o:a , o:b ", "read , edit", " 1 , 2 "], "two colons": ["o:a:b", "read", "1"],
    wide: ["o:a", Array.from({ length: 70 }, (_, i) => `p${i}`).join(","), String(2n ** 69n + 1n)], "no permission": ["o:a", "", "1"], "first of a user": ["u:x,o:a", "read", "1"],
    "fewer masks": ["o:a,o:b", "read", "1"], "empty mask between": ["o:a,o:b,o:c", "read", "1,,1"], "of both, other order": ["uo:a", "read", "1"], "unknown scope": ["x:a,o:b", "read", "1,1"],
    "upper case": ["O:a", "read", "1"], zero: ["o:a", "read", "0"], "leading zeros": ["o:a", "read,edit", "0002"], "plus sign": ["o:a", "read", "+1"], "no feature": ["o:", "read", "1"],
    "empty permission between": ["o:a", "read,,edit", "7"], "twice the same": ["o:a,o:a", "read", "1,1"], "other digits": ["o:a", "read", "\u0661"], exponent: ["o:a", "read", "1e0"],
    "2 to the 53": ["o:a", Array.from({ length: 54 }, (_, i) => `p${i}`).join(","), String(2n ** 53n + 1n)], "all of the user": ["u:a,u:b", "read", "1,1"],
    "per absent": ["o:a", undefined, "1"], "fpm absent": ["o:a", "read", undefined], "fea absent": [undefined, "read", "1"],
  };
  for (const [name, [fea, per, fpm]] of Object.entries(maps)) yield session(`map/${name}`, { v: 2, fea, o: { id: "org_1", rol: "admin", per, fpm } });
  const ages = [-1, 0, 4, 5, 9, 10, 59, 60, 1439, 1440];
  for (const first of ages) for (const second of ages) yield session(`factors/${first}/${second}`, { fva: [first, second] }, REVERIFICATION);
  for (const [name, fva] of Object.entries({ absent: undefined, one: [1], three: [1, 1, 1], text: ["1", "1"], below: [-2, 1], null: null, "not a list": 7, empty: [], fractions: [4.5, 9.5], "null in it": [1, null], "no and yes": [false, true], "minus a half": [-0.5, 1] })) {
    yield session(`factors/${name}`, { fva }, REVERIFICATION);
  }
}
