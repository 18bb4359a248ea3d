// oidc-provider with one client, the hub, and people who sign in under any password. For tests.
import Provider from 'oidc-provider'

const [port, redirect] = process.argv.slice(2)
const issuer = `http://127.0.0.1:${port}`
const provider = new Provider(issuer, {
  clients: [{
    client_id: 'hub',
    client_secret: 'for-this-test',
    redirect_uris: [redirect],
    response_types: ['code'],
    grant_types: ['authorization_code'],
    token_endpoint_auth_method: 'client_secret_basic'
  }],
  claims: { openid: ['sub', 'hub_agency', 'hub_roles'], auth_time: null },
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, hub_agency: 'council-a', hub_roles: ['liaison'] })
  })
})
provider.listen(Number(port), '127.0.0.1', () => console.log('ready'))
