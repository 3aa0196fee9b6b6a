// A certified relying party library against a running server: code with PKCE, refresh, identity,
// introspection, revocation, and a backend that signs. Fails with a stack at the first surprise.
import assert from 'node:assert/strict'
import { text } from 'node:stream/consumers'
import * as client from 'openid-client'
import { Browser } from './browser.mjs'

const insecure = { execute: [client.allowInsecureRequests] }

async function codeWithPkce(setup) {
  const { issuer, fhir, redirect, person, app } = setup
  const config = await client.discovery(
    new URL(issuer), app.client_id, undefined, client.ClientSecretBasic(app.client_secret), insecure)
  assert.equal(config.serverMetadata().issuer, issuer)
  const verifier = client.randomPKCECodeVerifier()
  const state = client.randomState()
  const nonce = client.randomNonce()
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: redirect,
    scope: 'openid fhirUser launch/patient offline_access patient/Patient.rs',
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    aud: fhir,
    state,
    nonce,
  })
  const browser = new Browser()
  const signIn = await browser.go(url)
  assert.match(signIn.html, /name="password"/)
  const consent = await browser.submit(signIn, { login: person.login, password: person.password })
  assert.match(consent.html, /asks for access/)
  const back = await browser.submit(consent, { decision: 'allow' }, redirect)

  const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true }
  const tokens = await client.authorizationCodeGrant(config, back.url, checks)
  assert.equal(tokens.patient, person.patient)
  assert.match(tokens.claims().fhirUser, new RegExp(`/Patient/${person.patient}$`))
  await assert.rejects(client.authorizationCodeGrant(config, back.url, checks), { error: 'invalid_grant' })
  // The second use of the code ended what the first one gave, so begin anew.
  assert.equal((await client.tokenIntrospection(config, tokens.access_token)).active, false)
  return { config, browser, setup }
}

async function refreshAndRevoke({ config, browser, setup }) {
  const { fhir, redirect, person } = setup
  const verifier = client.randomPKCECodeVerifier()
  const state = client.randomState()
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: redirect,
    scope: 'openid fhirUser launch/patient offline_access patient/Patient.rs',
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    aud: fhir,
    state,
  })
  let page = await browser.go(url, redirect)
  if (page.html) page = await browser.submit(page, { decision: 'allow' }, redirect)
  const first = await client.authorizationCodeGrant(
    config, page.url, { pkceCodeVerifier: verifier, expectedState: state })
  const who = await client.fetchUserInfo(config, first.access_token, first.claims().sub)
  assert.equal(who.sub, first.claims().sub)

  const second = await client.refreshTokenGrant(config, first.refresh_token)
  assert.notEqual(second.refresh_token, first.refresh_token)
  const known = await client.tokenIntrospection(config, second.access_token)
  assert.equal(known.active, true)
  assert.equal(known.patient, person.patient)
  assert.equal(known.sub, first.claims().sub)
  assert.deepEqual(new Set(known.scope.split(' ')), new Set(second.scope.split(' ')))

  const read = (token) => fetch(`${fhir}/Patient/${person.patient}`, { headers: { authorization: `Bearer ${token}` } })
  assert.equal((await read(second.access_token)).status, 200)
  await client.tokenRevocation(config, second.refresh_token)
  assert.equal((await read(second.access_token)).status, 401)
  const dead = await client.tokenIntrospection(config, second.access_token)
  assert.deepEqual({ ...dead }, { active: false })
  await assert.rejects(client.refreshTokenGrant(config, second.refresh_token), { error: 'invalid_grant' })
}

async function backend({ issuer, fhir, backend }) {
  const jwk = { ...backend.private, alg: 'ES384' }
  const key = await crypto.subtle.importKey('jwk', jwk, { name: 'ECDSA', namedCurve: 'P-384' }, false, ['sign'])
  const config = await client.discovery(
    new URL(issuer), backend.client_id, undefined,
    client.PrivateKeyJwt({ key, kid: backend.private.kid }), insecure)
  const tokens = await client.clientCredentialsGrant(config, { scope: 'system/Patient.rs' })
  assert.equal(tokens.scope, 'system/Patient.rs')
  assert.ok(tokens.expires_in <= 300)
  const found = await fetch(`${fhir}/Patient`, { headers: { authorization: `Bearer ${tokens.access_token}` } })
  assert.equal(found.status, 200)
  assert.equal((await client.tokenIntrospection(config, tokens.access_token)).active, true)
  await client.tokenRevocation(config, tokens.access_token)
  assert.equal((await client.tokenIntrospection(config, tokens.access_token)).active, false)
}

const setup = JSON.parse(await text(process.stdin))
const session = await codeWithPkce(setup)
await refreshAndRevoke(session)
await backend(setup)
