// What the reader chooses in; the request, its answer and the operator's explanation out.
"use strict";

const element = (id) => document.getElementById(id);
const option = ({ value, label }) => new Option(label, value);

let choices;

async function start() {
  choices = await (await fetch("/playground/choices")).json();
  element("routes").replaceChildren(...choices.routes.map(row));
  const none = { value: "", label: "no token" };
  element("kind").replaceChildren(...[...choices.tokens, none].map(option));
  element("kind").value = "oauth_jwt";
  showRoute();
  showKind();
}

function row({ method, path, policy }, index) {
  const choice = document.createElement("input");
  Object.assign(choice, { type: "radio", name: "route", value: index, checked: index === 0, id: `route-${index}` });
  choice.addEventListener("change", showRoute);
  const label = document.createElement("label");
  label.htmlFor = choice.id;
  label.append(path);
  const cells = [[choice, ` ${method}`], [label], [policy]].map((content) => {
    const cell = document.createElement("td");
    cell.append(...content);
    return cell;
  });
  const line = document.createElement("tr");
  line.append(...cells);
  return line;
}

const routeIndex = () => Number(document.querySelector("input[name=route]:checked").value);
const kind = () => choices.tokens.find(({ value }) => value === element("kind").value);

function showRoute() {
  const { method, path } = choices.routes[routeIndex()];
  element("path").value = path.replace("{id}", "1");
  element("body").value = method === "POST" && path === "/notes" ? '{"text":"buy milk"}' : "";
  element("body").disabled = method === "GET";
}

function showKind() {
  const chosen = kind();
  element("state").replaceChildren(...(chosen?.states ?? []).map(option));
  element("state").disabled = !chosen;
  element("scopes").disabled = !chosen?.has_scopes;
}

async function ask(path, question) {
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(question) });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return answer.text();
}

async function send() {
  const route = routeIndex();
  const { method } = choices.routes[route];
  const headers = {};
  let token = "";
  if (kind()) {
    const order = { kind: kind().value, state: element("state").value, scopes: element("scopes").value };
    token = await ask("/playground/token", order);
    headers.Authorization = `Bearer ${token}`;
  }
  const path = element("path").value;
  const body = element("body").value || undefined;
  if (body) headers["Content-Type"] = "application/json";
  // Only what stands on this page goes along: no cookie, and no answer of an earlier request.
  const request = { method, headers, body, credentials: "omit", cache: "no-store", redirect: "manual" };
  const answer = await fetch(path, request);
  const explanation = token
    ? await ask("/playground/explanation", { route, token })
    : "There is no token to explain.";
  show({ method, path, headers, body, answer, text: await answer.text(), explanation });
}

function show({ method, path, headers, body, answer, text, explanation }) {
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  element("sent").textContent = [`${method} ${path}`, ...fields, ...(body ? ["", body] : [])].join("\n");
  element("status").textContent = `${answer.status} ${answer.statusText}`;
  element("status").className = answer.ok ? "entered" : "refused";
  element("challenge").textContent = answer.headers.get("WWW-Authenticate") ?? "none";
  element("received").textContent = pretty(text) || "empty";
  element("explanation").textContent = explanation;
  reveal();
}

function reveal() {
  const answer = element("answer");
  answer.dataset.count = Number(answer.dataset.count ?? 0) + 1;
  answer.hidden = false;
  answer.focus({ preventScroll: true });
  answer.scrollIntoView({ block: "nearest" });
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

element("kind").addEventListener("change", showKind);
element("request").addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    await send();
  } catch (error) {
    element("status").textContent = `The request could not be sent: ${error.message}`;
    element("status").className = "refused";
    for (const id of ["sent", "challenge", "received", "explanation"]) element(id).textContent = "";
    reveal();
  }
});
start();
