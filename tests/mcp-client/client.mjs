// The official TypeScript client of MCP against `server.rs`: for each tool it asks the authorization
// server for exactly the scopes of each challenge, until the call succeeds.

import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const url = new URL(process.argv[2]);

/** No call needs more authorizations than this. */
const MOST = 5;

/** An authorization server that consents at once to what it is asked for. */
class AuthorizationServer {
  #grants = new Map();

  constructor(issuer) {
    this.issuer = issuer;
  }

  /** The user consents. */
  authorize(request) {
    const { scope, code_challenge: challenge, resource } = Object.fromEntries(request.searchParams);
    assert.equal(resource, url.href);
    const code = randomUUID();
    this.#grants.set(code, { scope, challenge });
    return code;
  }

  async fetch(target, init) {
    if (target.pathname.startsWith('/.well-known/oauth-authorization-server')) {
      return Response.json({
        issuer: this.issuer,
        authorization_endpoint: `${this.issuer}/authorize`,
        token_endpoint: `${this.issuer}/token`,
        response_types_supported: ['code'],
        code_challenge_methods_supported: ['S256'],
        token_endpoint_auth_methods_supported: ['none'],
      });
    }
    if (target.pathname !== '/token') return new Response(null, { status: 404 });
    const request = new URLSearchParams(init.body);
    const { scope, challenge } = this.#grants.get(request.get('code'));
    this.#grants.delete(request.get('code'));
    const verifier = createHash('sha256').update(request.get('code_verifier')).digest('base64url');
    assert.equal(verifier, challenge);
    const minted = await fetch(new URL('/mint', url), { method: 'POST', body: scope });
    const token = await minted.text();
    return Response.json({ access_token: token, token_type: 'Bearer', expires_in: 60, scope });
  }
}

/** What the client keeps for one user. */
class Provider {
  redirectUrl = 'http://127.0.0.1/callback';
  clientMetadata = { client_name: 'test', redirect_uris: [this.redirectUrl] };
  clientInformation = () => ({ client_id: 'client_test' });
  tokens = () => this.saved;
  saveTokens = (tokens) => void (this.saved = tokens);
  saveCodeVerifier = (verifier) => void (this.verifier = verifier);
  codeVerifier = () => this.verifier;
  redirectToAuthorization = (request) => void (this.request = request);
}

/** Calls a tool. Returns what it answers, and the scopes that the client asked for on the way. */
async function call(name, server) {
  const provider = new Provider();
  const asked = [];
  const route = (target, init) => {
    target = new URL(target);
    return target.origin === server.issuer ? server.fetch(target, init) : fetch(target, init);
  };
  for (;;) {
    const transport = new StreamableHTTPClientTransport(url, { authProvider: provider, fetch: route });
    const client = new Client({ name: 'test', version: '0' });
    try {
      await client.connect(transport);
      const { content } = await client.callTool({ name });
      return { asked, text: content[0].text };
    } catch (error) {
      if (!(error instanceof UnauthorizedError)) throw error;
      asked.push(provider.request.searchParams.get('scope'));
      if (asked.length === MOST) return { asked, text: 'no end' };
      await transport.finishAuth(server.authorize(provider.request));
    } finally {
      await client.close();
    }
  }
}

const metadata = await fetch(new URL(`/.well-known/oauth-protected-resource${url.pathname}`, url));
const server = new AuthorizationServer((await metadata.json()).authorization_servers[0]);
const expected = {
  list: ['read'],
  add: ['read', 'read write'],
  publish: ['read', 'read write', 'read write publish'],
};
for (const [name, scopes] of Object.entries(expected)) {
  const { asked, text } = await call(name, server);
  console.log(`${name}: asked for ${asked.map((scope) => `"${scope}"`).join(', ')}: ${text}`);
  assert.deepEqual({ asked, text }, { asked: scopes, text: 'done' });
}
