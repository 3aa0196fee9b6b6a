// Takes the Python client through a launch from a chart and one on its own: the browser here, the
// client in a process of its own.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { Browser } from './browser.mjs'

const setup = JSON.parse(await text(process.stdin))

/** Runs the client; `walk` leads the browser from its first address to the one it came back to. */
async function run(asked, walk) {
  const child = spawn('.venv/bin/python', ['app.py'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async () => JSON.parse((await lines.next()).value)
  const say = (what) => child.stdin.write(`${JSON.stringify(what)}\n`)
  say({ app: setup.app, fhir: setup.fhir, redirect: setup.redirect, ...asked })
  const { authorize } = await next()
  say({ callback: (await walk(authorize)).url.href })
  const said = await next()
  child.stdin.end()
  return said
}

const read = { patient: setup.patient, name: 'Ann Lee', observations: setup.observations }

async function launchFromChart() {
  const browser = new Browser()
  const chart = await browser.submit(await browser.go(`${setup.instance}/chart/${setup.patient}`), setup.staff)
  const launched = await browser.submit(chart, { client_id: setup.app.client_id }, setup.launchUrl)
  const launch = launched.url.searchParams.get('launch')
  assert.equal(launched.url.searchParams.get('iss'), setup.fhir)
  const scope = 'launch patient/Patient.rs patient/Observation.rs'
  const said = await run({ scope, launch, refresh: false }, async (authorize) => {
    const consent = await browser.go(authorize)
    return browser.submit(consent, { decision: 'allow' }, setup.redirect)
  })
  assert.deepEqual(said, { ...read, refreshed: null })
}

async function openAlone() {
  const browser = new Browser()
  const scope = 'launch/patient offline_access patient/Patient.rs patient/Observation.rs'
  const said = await run({ scope, refresh: true }, async (authorize) => {
    const consent = await browser.submit(await browser.go(authorize), setup.person)
    assert.match(consent.html, /asks for access/)
    return browser.submit(consent, { decision: 'allow' }, setup.redirect)
  })
  assert.deepEqual(said, { ...read, refreshed: true })
}

await launchFromChart()
await openAlone()
