// Drives the published SDK over requests for pages, and writes what it decided.
//
// Where it hands a decision over to a framework, this does what Clerk's frameworks do with a page that needs a
// session: 307 to each `Location`, and for a navigation that is signed out, to the sign-in page; else 401.

import { writeFileSync } from "node:fs";
import { NOW, UNKNOWN, answerWith, createClerkClient, pem } from "./generate/world.mjs";
import { KINDS, SITES, pages } from "./generate/pages.mjs";

const { createRedirect } = await import("@clerk/backend/internal");

const isNavigation = ({ method, headers }) =>
  method === "GET" && (["document", "iframe"].includes(headers["sec-fetch-dest"]) || headers.accept?.startsWith("text/html"));

let made = 0;
const decide = async (site, kind, { target, cookie, headers, answer }) => {
  answerWith(answer ?? UNKNOWN);
  const { key: publishableKey, origin, options, instance } = site;
  const secretKey = `sk_${instance}_${(made += 1)}`;
  const url = `${origin}${target}`;
  const fields = { host: new URL(origin).host, ...kind.headers, ...headers, ...(cookie ? { cookie } : {}) };
  const sdk = createClerkClient({ secretKey, publishableKey, jwtKey: pem, telemetry: { disabled: true } });
  const asked = { ...options, authorizedParties: [origin], skipJwksCache: true };
  let state;
  try {
    state = await sdk.authenticateRequest(new Request(url, { method: kind.method, headers: fields }), asked);
  } catch {
    return { state: "error", status: 500 };
  }
  const found = (name) => state.headers.get(name) ?? undefined;
  const cookies = state.headers.getSetCookie();
  const decided = { state: state.status, reason: state.reason ?? undefined, location: found("location"), cookies, cache: found("cache-control") };
  if (decided.location) return { ...decided, status: 307 };
  const auth = state.toAuth();
  if (auth?.isAuthenticated) return { ...decided, status: 200 };
  // A pending session leads to the tasks of the sign-in page.
  if (state.isAuthenticated) decided.state = "pending";
  if (!isNavigation(kind)) return { ...decided, status: 401 };
  const { redirectToSignIn } = createRedirect({
    publishableKey, baseUrl: url, signInUrl: options.signInUrl, isSatellite: options.isSatellite,
    devBrowserToken: cookie?.match(/__clerk_db_jwt=([^;]+)/)?.[1],
    sessionStatus: state.isAuthenticated ? "pending" : null, redirectAdapter: (to) => to,
  });
  return { ...decided, status: 307, location: redirectToSignIn({ returnBackUrl: url }) };
};

const tokens = new Map();
const decisions = new Map();
// A token stands in the file once, and so does a decision.
const short = (text) =>
  text.replace(/[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+/g, (part) => {
    if (!tokens.has(part)) tokens.set(part, `t${tokens.size}`);
    return `{${tokens.get(part)}}`;
  });
const numbered = (decided) => {
  const text = short(JSON.stringify(decided));
  if (!decisions.has(text)) decisions.set(text, decisions.size);
  return decisions.get(text);
};
// What the package tells its users about their settings.
const { log } = console;
console.log = console.warn = console.error = () => {};
let count = 0;
const requests = [];
for (const [name, site] of Object.entries(SITES)) {
  for (const request of pages(site)) {
    const expected = [];
    for (const kind of Object.values(KINDS)) expected.push(numbered(await decide(site, kind, request)));
    count += expected.length;
    requests.push(short(JSON.stringify({ site: name, ...request, expected })));
  }
}
const list = (lines) => `[\n${[...lines].join(",\n")}\n]`;
const table = [...tokens].map(([text, name]) => `${JSON.stringify(name)}:${JSON.stringify(text)}`).join(",\n");
writeFileSync(
  new URL("pages.json", import.meta.url),
  `{"sdk":"@clerk/backend 3.25.0","now":${NOW},"pem":${JSON.stringify(pem)},\n"sites":${JSON.stringify(SITES)},\n` +
    `"kinds":${JSON.stringify(Object.entries(KINDS).map(([name, kind]) => ({ name, ...kind })))},\n` +
    `"tokens":{\n${table}\n},\n"decisions":${list(decisions.keys())},\n"requests":${list(requests)}}\n`,
);
log(`${count} vectors, ${decisions.size} decisions, ${tokens.size} tokens`);
