// Renews the session when a server function answers 401, then calls the function once more.
(() => {
  const KEY = "call-to-repeat";
  const FIVE_MINUTES = 300_000;
  const TEXT = /^($|application\/(json|x-www-form-urlencoded))/;
  const send = window.fetch.bind(window);
  // The page says who is signed in: a call is never repeated for another user.
  const user = () => document.querySelector("[data-user]")?.dataset.user;

  window.fetch = async (input, init) => {
    const request = new Request(input, init);
    const call = request.clone();
    const response = await send(request);
    const isOwn = new URL(call.url).origin === location.origin && !call.headers.has("authorization");
    const isText = TEXT.test(call.headers.get("content-type") ?? "");
    if (response.status !== 401 || !isOwn || !isText || !user()) {
      return response;
    }
    const { url, method, headers } = call;
    const body = await call.text();
    const kept = { url, method, headers: [...headers], body, user: user(), at: Date.now() };
    sessionStorage.setItem(KEY, JSON.stringify(kept));
    // A document GET, which the server can redirect through Clerk and back.
    location.replace(location.pathname + location.search);
    return new Promise(() => {});
  };

  const repeat = async () => {
    const kept = JSON.parse(sessionStorage.getItem(KEY));
    sessionStorage.removeItem(KEY);
    if (!kept || kept.user !== user() || Date.now() - kept.at > FIVE_MINUTES) {
      return;
    }
    const { url, method, headers, body } = kept;
    const response = await send(url, { method, headers, body: body || undefined });
    document.dispatchEvent(new CustomEvent("repeated", { detail: response }));
  };
  document.addEventListener("DOMContentLoaded", repeat);
})();
