// Lets the reader choose a route and a token, sends the request, and hands the result to answer.js.
import { copyCurl, showFailure, showResult } from "./answer.js";

const element = (id) => document.getElementById(id);
const option = ({ value, label }) => new Option(label, value);

/** A failure that the reader can act on. */
class Problem extends Error {
  constructor(title, message) {
    super(message);
    this.title = title;
  }
}

let choices;

async function start() {
  const response = await reach("/playground/choices", { cache: "no-store" });
  choices = await response.json();
  element("routes").replaceChildren(...choices.routes.map(row));
  const none = { value: "", label: "no token" };
  element("kind").replaceChildren(...[...choices.tokens, none].map(option));
  element("kind").value = "oauth_jwt";
  showRoute();
  showKind();
}

/** A label around everything, so that a click anywhere in the row selects the route. */
function row({ method, path, policy }, index) {
  const radio = document.createElement("input");
  Object.assign(radio, { type: "radio", name: "route", value: index, checked: index === 0, id: `route-${index}` });
  radio.addEventListener("change", showRoute);
  const parts = [method, path, policy].map((content, position) => {
    const part = document.createElement("span");
    part.className = ["method", "path", "policy"][position];
    part.textContent = content;
    return part;
  });
  const label = document.createElement("label");
  label.append(radio, ...parts);
  return label;
}

const route = () => choices.routes[Number(document.querySelector("input[name=route]:checked").value)];
const kind = () => choices.tokens.find(({ value }) => value === element("kind").value);

function showRoute() {
  const { method, path } = route();
  element("path").value = path.replace("{id}", "1");
  element("path").setCustomValidity("");
  element("body").value = method === "POST" && path === "/notes" ? '{"text":"buy milk"}' : "";
  showField("body", method === "POST");
}

function showKind() {
  const chosen = kind();
  element("state").replaceChildren(...(chosen?.states ?? []).map(option));
  showField("state", Boolean(chosen));
  for (const field of ["scopes", "role", "permissions", "minutes"]) {
    showField(field, Boolean(chosen?.fields.includes(field)));
  }
}

function showField(name, isShown) {
  document.querySelector(`[data-field=${name}]`).hidden = !isShown;
}

/** The URL that the path field names, or `null` if that is not a path of this server. */
function target() {
  const path = element("path").value.trim();
  const url = path.startsWith("/") ? new URL(path, location.origin) : null;
  return url?.origin === location.origin ? url : null;
}

async function reach(path, request) {
  try {
    return await fetch(path, request);
  } catch {
    // `fetch` fails only if no response came; its own words differ from browser to browser.
    throw new Problem(
      "No response",
      `The server at ${location.origin} does not respond. It was probably stopped. ` +
        "Start it with “cargo run -p notes”, then send the request again.",
    );
  }
}

async function post(path, content) {
  const headers = { "Content-Type": "application/json" };
  const response = await reach(path, { method: "POST", headers, body: JSON.stringify(content) });
  if (!response.ok) throw new Problem("Not sent", (await response.text()) || `${path} answered ${response.status}.`);
  return response;
}

async function mint() {
  if (!kind()) return null;
  const order = { kind: kind().value, state: element("state").value, minutes: Number(element("minutes").value) };
  for (const field of ["scopes", "role", "permissions"]) order[field] = element(field).value;
  return (await post("/playground/token", order)).text();
}

async function send() {
  const { method } = route();
  const url = target();
  const token = await mint();
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  const body = (method === "POST" && element("body").value) || undefined;
  if (body) headers["Content-Type"] = "application/json";
  // No cookie, and no response from the cache: the request holds only what this page shows.
  const request = { method, headers, body, credentials: "omit", cache: "no-store", redirect: "manual" };
  const response = await reach(url, request);
  const text = await response.text();
  const sent = { method, path: url.pathname + url.search, token };
  const explanation = await (await post("/playground/explanation", sent)).json();
  showResult({ method, url, headers, body, token, response, text, explanation });
}

element("kind").addEventListener("change", showKind);
element("path").addEventListener("input", () => {
  element("path").setCustomValidity(target() ? "" : "Write a path of this server, such as /notes.");
});
element("copy").addEventListener("click", copyCurl);
element("request").addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    if (!choices) await start();
    await send();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    showFailure(error);
  }
});
start().catch(showFailure);
