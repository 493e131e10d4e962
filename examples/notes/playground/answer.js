// Shows the response to a request, its explanation, the same request for curl, and what the token says.

const element = (id) => document.getElementById(id);

/** Claims that hold a time, in seconds since 1970. */
const TIMES = ["exp", "iat", "nbf"];

export function showResult({ method, url, headers, body, token, response, text, explanation }) {
  const status = element("status");
  status.textContent = `${response.status} ${response.statusText}`;
  status.className = response.ok ? "accepted" : "rejected";
  element("route").textContent = explanation.route ?? `${method} ${url.pathname}: no route`;
  element("explanation").textContent = explanation.text;
  element("challenge").textContent = response.headers.get("WWW-Authenticate") ?? "none";
  element("received").textContent = indented(text) || "empty";
  element("curl").textContent = curl(method, url, headers, body);
  element("copied").textContent = "";
  showToken(token);
  reveal(true);
}

export function showFailure({ title = "Error", message }) {
  element("status").textContent = title;
  element("status").className = "rejected";
  element("route").textContent = message;
  reveal(false);
}

function reveal(hasDetails) {
  const answer = element("answer");
  answer.dataset.count = Number(answer.dataset.count ?? 0) + 1;
  element("details").hidden = !hasDetails;
  element("empty").hidden = true;
  answer.hidden = false;
  element("status").focus({ preventScroll: true });
  answer.scrollIntoView({ block: "nearest" });
}

function showToken(token) {
  element("credential").hidden = !token;
  if (!token) return;
  const parts = token.split(".");
  const isJwt = parts.length === 3;
  const spans = parts.map((part, position) => {
    const span = document.createElement("span");
    span.className = isJwt ? ["header", "payload", "signature"][position] : "";
    span.textContent = position < parts.length - 1 ? `${part}.` : part;
    return span;
  });
  element("token").replaceChildren(...spans);
  element("readable").hidden = !isJwt;
  element("unreadable").hidden = isJwt;
  if (isJwt) element("claims").replaceChildren(...Object.entries(decoded(parts[1])).map(claim));
}

/** A part of a JWT as an object: base64url of JSON in UTF-8 (RFC 7515 §3). */
function decoded(part) {
  const binary = atob(part.replaceAll("-", "+").replaceAll("_", "/"));
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(binary, (character) => character.charCodeAt(0))));
}

function claim([name, value]) {
  const head = document.createElement("th");
  head.scope = "row";
  head.textContent = name;
  const cell = document.createElement("td");
  const short = JSON.stringify(value);
  cell.textContent = typeof value === "string" ? value : short.length > 24 ? JSON.stringify(value, null, 2) : short;
  if (TIMES.includes(name) && typeof value === "number") {
    const distance = document.createElement("small");
    distance.textContent = fromNow(value);
    cell.append(" ", distance);
  }
  const line = document.createElement("tr");
  line.append(head, cell);
  return line;
}

function fromNow(seconds) {
  const distance = Math.round(seconds - Date.now() / 1000);
  if (distance === 0) return "now";
  return distance < 0 ? `${-distance} s ago` : `in ${distance} s`;
}

function curl(method, url, headers, body) {
  const options = method === "GET" ? [] : [`-X ${method}`];
  options.push(...Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`));
  if (body) options.push(`--data-raw ${quoted(body)}`);
  // curl reads brackets and braces of a URL as patterns.
  const address = url.href.replace(/[[\]{}]/g, encodeURIComponent);
  return [`curl -i ${quoted(address)}`, ...options].join(" \\\n  ");
}

/** As one word for a POSIX shell. */
function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

export async function copyCurl() {
  const text = element("curl");
  try {
    await navigator.clipboard.writeText(text.textContent);
    element("copied").textContent = "Copied";
  } catch {
    // Browsers may deny it; selected text can be copied by hand.
    getSelection().selectAllChildren(text);
    element("copied").textContent = "Selected";
  }
}

function indented(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
