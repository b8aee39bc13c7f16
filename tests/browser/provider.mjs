// A real provider of sign-ins (OpenID Connect) for the tests: whoever is named by `who` is signed in at once.
import { createServer } from "node:http";
import Provider from "oidc-provider";

/** Starts it for one client; resolves to its issuer, how to choose who comes, and how to stop it. */
export async function provide(client) {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${server.address().port}`;
  let who = { sub: "1" };
  const provider = new Provider(issuer, {
    clients: [{ redirect_uris: [client.back], client_id: client.id, client_secret: client.secret, grant_types: ["authorization_code"], response_types: ["code"] }],
    claims: { openid: ["sub"], profile: ["preferred_username"], groups: ["groups"] },
    scopes: ["openid", "profile", "groups"],
    // The groups come in the id token itself.
    conformIdTokenClaims: false,
    cookies: { keys: ["of these tests alone"] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ ...who, sub }) }),
    async loadExistingGrant(context) {
      const grant = new context.oidc.provider.Grant({ accountId: context.oidc.session.accountId, clientId: client.id });
      grant.addOIDCScope("openid profile groups");
      await grant.save();
      return grant;
    },
  });
  const answer = provider.callback();
  server.on("request", (request, response) => {
    if (!request.url.startsWith("/interaction/")) return answer(request, response);
    provider.interactionFinished(request, response, { login: { accountId: who.sub } }).catch((error) => {
      response.writeHead(500).end(String(error));
    });
  });
  const stop = () => new Promise((resolve) => (server.close(resolve), server.closeAllConnections()));
  return { issuer, be: (next) => (who = next), stop };
}
