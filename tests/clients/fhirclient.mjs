// The SMART project's own client for JavaScript, in an app of a few lines: launched from a chart by
// staff, and opened by a patient on its own.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import smart from 'fhirclient'
import { Browser } from './browser.mjs'

const setup = JSON.parse(await text(process.stdin))

/** What the app keeps between two requests. */
class Storage {
  #kept = new Map()
  get = async (key) => this.#kept.get(key)
  set = async (key, value) => void this.#kept.set(key, value)
  unset = async (key) => this.#kept.delete(key)
}

/** An app that starts where it is launched and says what it read once it is called back. */
function app(storage) {
  const ehr = {
    clientId: setup.app.client_id,
    clientSecret: setup.app.client_secret,
    redirectUri: '/cb',
    pkceMode: 'required',
    scope: 'launch openid fhirUser patient/Patient.rs patient/Observation.rs user/Practitioner.r',
  }
  const standalone = {
    ...ehr,
    iss: setup.fhir,
    scope: 'launch/patient openid fhirUser offline_access patient/Patient.rs patient/Observation.rs',
  }
  return createServer(async (request, response) => {
    const api = smart(request, response, storage)
    try {
      const path = new URL(request.url, setup.redirect).pathname
      if (path === '/launch') return await api.authorize(ehr)
      if (path === '/alone') return await api.authorize(standalone)
      const client = await api.ready()
      response.end(JSON.stringify(await said(client)))
    } catch (error) {
      response.writeHead(500).end(error.stack)
    }
  })
}

async function said(client) {
  const of = (resource) => `${resource.resourceType}/${resource.id}`
  const pages = client.request('Observation?_count=1', { pageLimit: 0, flat: true })
  return {
    patient: of(await client.patient.read()),
    user: of(await client.user.read()),
    encounter: client.encounter.id,
    observations: (await pages).map(of).sort(),
    refreshed: client.state.tokenResponse.refresh_token ? await refreshed(client) : null,
  }
}

/** The patient, read with a token that was refreshed. */
async function refreshed(client) {
  const before = client.state.tokenResponse.access_token
  await client.refresh()
  assert.notEqual(client.state.tokenResponse.access_token, before)
  return (await client.patient.read()).id
}

async function launchFromChart() {
  const browser = new Browser()
  const signIn = await browser.go(`${setup.instance}/chart/${setup.patient}`)
  const chart = await browser.submit(signIn, setup.staff)
  const page = await browser.submit(chart, { client_id: setup.app.client_id, encounter: setup.encounter })
  assert.match(page.html, /asks for access/)
  const answer = await browser.submit(page, { decision: 'allow' })
  assert.equal(answer.status, 200, answer.html)
  assert.deepEqual(JSON.parse(answer.html), {
    patient: `Patient/${setup.patient}`,
    user: setup.practitioner,
    encounter: setup.encounter,
    observations: setup.observations,
    refreshed: null,
  })
}

async function openAlone() {
  const browser = new Browser()
  const signIn = await browser.go(new URL('/alone', setup.redirect))
  const consent = await browser.submit(signIn, setup.person)
  assert.match(consent.html, /asks for access/)
  const answer = await browser.submit(consent, { decision: 'allow' })
  assert.equal(answer.status, 200, answer.html)
  assert.deepEqual(JSON.parse(answer.html), {
    patient: `Patient/${setup.patient}`,
    user: `Patient/${setup.patient}`,
    encounter: null,
    observations: setup.observations,
    refreshed: setup.patient,
  })
}

const server = app(new Storage())
await new Promise((listens) => server.listen(Number(new URL(setup.redirect).port), '127.0.0.1', listens))
await launchFromChart()
await openAlone()
server.close()
server.closeAllConnections()
