// A patient's and a clinician's way through the pages, in a real browser.
// Called with one JSON argument: { base, clientId, port, patient, clinician, administrator, outbox, chromium }.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { faults } from './pages.mjs';
import { passkeys } from './passkeys.mjs';
import { secondFactor } from './second-factor.mjs';

const given = JSON.parse(process.argv[2]);
const { base, clientId } = given;
const home = `http://127.0.0.1:${given.port}`;
const callback = `${home}/cb`;
const verifier = randomBytes(32).toString('base64url');
const found = [];

// The app: it notes with what it is called.
let sent = [];
const app = createServer((request, response) => {
  const url = new URL(request.url, home);
  if (url.search) sent.push(url);
  response.end('back at the app');
}).listen(given.port, '127.0.0.1');
const browser = await chromium.launch({ executablePath: given.chromium, args: ['--no-sandbox'] });
try {
  await logo();
  await patient();
  await clinician();
  await administrator();
  await registration();
  await applications();
  await anybody();
  await secondFactor({ base, open, look, signIn, person: given.clinician, administrator: given.administrator });
  await passkeys({ base, open, look, signIn, person: given.patient });
} finally {
  await browser.close();
  app.close();
}
assert.deepEqual(found, []);

function authorization(more) {
  const query = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: callback,
    scope: 'launch/patient openid fhirUser offline_access patient/Patient.rs patient/Condition.rs patient/Observation.rs',
    state: 'a state',
    aud: `${base}/fhir`,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...more,
  };
  return `${base}/auth/authorize/?${new URLSearchParams(query)}`;
}

/** A page of its own; what its browser complains about is a fault. */
async function open() {
  const context = await browser.newContext();
  const page = await context.newPage();
  sent = [];
  page.on('console', (message) => {
    // What a status says is expected here and there; what the policy refuses never is.
    if (message.type() === 'error' && !message.text().includes('status of 4')) found.push(message.text());
  });
  return page;
}

async function look(page, name) {
  found.push(...(await faults(page, name)));
}

async function signIn(page, { login, password }) {
  await page.getByLabel(/you sign in with/).fill(login);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

async function token(form) {
  const body = new URLSearchParams({ client_id: clientId, ...form });
  const answer = await fetch(`${base}/auth/token/`, { method: 'POST', body });
  return { status: answer.status, ...(await answer.json()) };
}

async function patient() {
  const page = await open();
  await page.goto(authorization());
  await look(page, 'sign-in');
  await signIn(page, { ...given.patient, password: 'not the password' });
  await look(page, 'sign-in that failed');
  await signIn(page, given.patient);
  await look(page, 'consent');

  // By keyboard: strike out the problems, and share only lab results of the measurements.
  await page.getByRole('switch', { name: 'Health problems' }).focus();
  await page.keyboard.press('Space');
  await page.locator('summary').last().press('Enter');
  await page.getByRole('checkbox', { name: 'Lab results' }).check();
  await look(page, 'consent with parts');
  await page.getByRole('button', { name: /^Allow / }).click();
  await page.waitForURL(`${callback}?**`);

  assert.equal(sent.length, 1);
  assert.equal(sent[0].searchParams.get('state'), 'a state');
  assert.equal(sent[0].searchParams.get('iss'), `${base}/auth`);
  const code = sent[0].searchParams.get('code');
  const tokens = await token({ grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: verifier });
  assert.equal(tokens.status, 200, JSON.stringify(tokens));
  assert.equal(
    tokens.scope,
    'launch/patient openid fhirUser offline_access patient/Patient.rs ' +
      'patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory',
  );

  await page.goto(`${base}/connected-apps`);
  await look(page, 'connected apps');
  await page.getByRole('button', { name: /^Stop / }).click();
  await page.getByText('It is stopped.').waitFor();
  await look(page, 'connected apps, none left');
  const headers = { authorization: `Bearer ${tokens.access_token}` };
  assert.equal((await fetch(`${base}/fhir/Patient`, { headers })).status, 401);
  const late = await token({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token });
  assert.equal(late.status, 400);

  await page.goto(authorization());
  await page.getByRole('button', { name: 'Do not allow' }).click();
  await page.waitForURL(`${callback}?**`);
  assert.equal(sent[1].searchParams.get('error'), 'access_denied');
  for (const place of ['record-access', 'account/password', 'account']) {
    await page.goto(`${base}/${place}`);
    await look(page, place);
  }
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await page.getByRole('heading', { name: /^Sign in/ }).waitFor();
}

/** The path of the link in the newest letter. */
function linkOfLetter() {
  const letters = readdirSync(given.outbox).filter((name) => name.endsWith('.eml'));
  letters.sort((a, b) => statSync(join(given.outbox, a)).mtimeMs - statSync(join(given.outbox, b)).mtimeMs);
  const text = readFileSync(join(given.outbox, letters.at(-1)), 'utf8').replace(/=\r?\n/g, '');
  return text.match(/\/new-password\/([\w-]+)/)[1];
}

async function administrator() {
  const page = await open();
  await page.goto(`${base}/people`);
  await signIn(page, given.administrator);
  await look(page, 'people');
  await page.getByRole('button', { name: 'Invite somebody' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Joe Lee');
  await page.getByLabel('E-mail address').fill('joe@example.org');
  await page.getByLabel(/What they are/).selectOption('acting for a patient');
  await page.getByRole('button', { name: 'Send the invitation' }).click();
  await page.getByText('Nobody was invited').waitFor();
  await look(page, 'invitation that was refused');
  await page.getByLabel(/Patients for whom/).fill('p1');
  await page.getByRole('button', { name: 'Send the invitation' }).click();
  await page.getByText('A link is on its way').waitFor();
  await look(page, 'person');

  const theirs = await open();
  // The letter leaves beside the answer.
  await until(() => existsSync(given.outbox) && readdirSync(given.outbox).some((name) => name.endsWith('.eml')));
  const link = `${base}/new-password/${linkOfLetter()}`;
  await theirs.goto(link);
  await look(theirs, 'invitation');
  const password = 'a lantern on the far shore';
  await theirs.getByLabel('Password').fill(password);
  await theirs.getByRole('button', { name: 'Set the password' }).click();
  await theirs.getByText('Your password is set').waitFor();
  await look(theirs, 'sign-in after choosing');
  await signIn(theirs, { login: 'joe@example.org', password });
  await theirs.getByRole('heading', { name: 'Joe Lee' }).waitFor();
  await theirs.goto(link);
  await look(theirs, 'link that was used');
  await theirs.getByRole('button', { name: 'Send me another link' }).click();
  await look(theirs, 'forgotten password');
  await theirs.getByLabel(/you sign in with/).fill('joe@example.org');
  await theirs.getByRole('button', { name: 'Send me a link' }).click();
  await theirs.getByText('a link is on its way').waitFor();
  await look(theirs, 'link is sent');
}

/** The practice chooses the picture by which people know the app. */
async function logo() {
  const page = await open();
  await page.goto(`${base}/auth/applications/${clientId}`);
  await signIn(page, given.administrator);
  const picture = await page.screenshot({ clip: { x: 0, y: 0, width: 96, height: 96 } });
  await page.getByLabel('Picture').setInputFiles({ name: 'logo.png', mimeType: 'image/png', buffer: picture });
  await page.getByRole('button', { name: 'Use this picture' }).click();
  await page.getByRole('button', { name: 'Take the picture away' }).waitFor();
  await look(page, 'app with a logo');
  assert.ok(await page.locator('img.logo').evaluate((image) => image.naturalWidth === 96));
}

/** The practice registers an app itself, and sees its secret once. */
async function applications() {
  const page = await open();
  await page.goto(`${base}/auth/applications/`);
  await signIn(page, given.administrator);
  await look(page, 'apps');
  await page.getByRole('button', { name: 'Register an app' }).click();
  await look(page, 'app form');
  await page.getByLabel('Name people see').fill('Reports');
  await page.getByLabel(/A person allows it/).uncheck();
  await page.getByLabel(/By itself, nobody present/).check();
  await page.getByLabel('Scopes it may ask for').fill('not a scope');
  await page.getByRole('button', { name: 'Register', exact: true }).click();
  await page.getByText('Nothing was saved').waitFor();
  await look(page, 'app form that was refused');
  await page.getByLabel('Scopes it may ask for').fill('system/*.rs');
  await page.getByRole('button', { name: 'Register', exact: true }).click();
  await page.getByRole('heading', { name: /shown this once/ }).waitFor();
  await look(page, 'app whose secret is shown');
  await page.getByRole('button', { name: 'Change it' }).click();
  await look(page, 'app that is changed');
}

/** What everybody sees. */
async function anybody() {
  const page = await open();
  for (const [name, place] of [
    ['home', new URL('/', base)],
    ['practice', `${base}/`],
    ['documentation', new URL('/docs', base)],
    ['documentation of a type', new URL('/docs/Patient', base)],
    ['page that is not there', `${base}/nothing`],
  ]) {
    await page.goto(String(place));
    await look(page, name);
  }
}

/** A link for a developer, what they send with it, and what the practice answers. */
async function registration() {
  const practice = await open();
  await practice.goto(`${base}/auth/registrations/`);
  await signIn(practice, given.administrator);
  await look(practice, 'registrations, none yet');
  const link = async (note) => {
    await practice.goto(`${base}/auth/registrations/`);
    await practice.getByLabel('For whom').fill(note);
    await practice.getByRole('button', { name: 'Make a link' }).click();
    return practice.locator('pre[aria-label=Link] code').innerText();
  };
  const decide = async (note) => {
    await practice.goto(`${base}/auth/registrations/`);
    await practice.getByRole('link', { name: note }).click();
  };
  const first = await link('Ann of Beacon');
  await look(practice, 'registrations with a fresh link');

  const developer = await open();
  await developer.goto(first);
  await look(developer, 'registration form');
  await describe(developer, 'not a scope');
  await developer.getByText('Nothing was sent').waitFor();
  await look(developer, 'registration form that was refused');
  await developer.getByLabel(/^Scopes/).fill('system/Patient.rs system/Observation.rs');
  await developer.getByRole('button', { name: /^Send to / }).click();
  await developer.getByText('has not decided yet').waitFor();
  await look(developer, 'registration that waits');

  await decide('Ann of Beacon');
  await look(practice, 'registration to decide');
  await practice.getByLabel('Scopes', { exact: true }).fill('system/Patient.rs');
  await practice.getByRole('button', { name: 'Approve' }).click();
  await practice.getByText('Approved').waitFor();
  await look(practice, 'registration that was approved');
  await practice.getByRole('link', { name: 'Go to the app' }).click();
  await look(practice, 'app that was registered');

  await developer.reload();
  await look(developer, 'registration whose secret waits');
  await developer.getByRole('button', { name: 'Show the secret' }).click();
  await developer.getByRole('heading', { name: /shown this once/ }).waitFor();
  await look(developer, 'secret of a registration');
  const [id, secret] = await developer.locator('pre code.once').allInnerTexts();
  await developer.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await developer.getByRole('button', { name: 'Copy the secret' }).click();
  await developer.getByText('Copied.').waitFor();
  assert.equal(await developer.evaluate(() => navigator.clipboard.readText()), secret);
  const basic = Buffer.from(`${id}:${secret}`).toString('base64');
  const granted = await fetch(`${base}/auth/token/`, {
    method: 'POST',
    headers: { authorization: `Basic ${basic}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  assert.equal((await granted.json()).scope, 'system/Patient.rs');

  const second = await open();
  await second.goto(await link('Bob of Beacon'));
  await describe(second, 'system/Patient.rs');
  await second.getByText('has not decided yet').waitFor();
  await decide('Bob of Beacon');
  await practice.getByLabel(/^Reason/).fill('The practice works with nobody who sells data.');
  await practice.getByRole('button', { name: 'Deny' }).click();
  await practice.getByRole('heading', { name: 'The reason given' }).waitFor();
  await look(practice, 'registration that was denied');
  await second.reload();
  await second.getByText('sells data').waitFor();
  await look(second, 'registration that was denied, for its developer');

  await link('Nobody in the end');
  await decide('Nobody in the end');
  await practice.getByRole('button', { name: 'Take it back' }).click();
  await practice.getByText('The link was taken back').waitFor();
  await look(practice, 'link that was taken back');
}

/** Fills in and sends the form behind a link. */
async function describe(page, scopes) {
  await page.getByLabel('Name people see').fill('Beacon');
  await page.getByLabel('Who makes it').fill('Beacon Health');
  await page.getByLabel(/By itself, nobody/).check();
  await page.getByLabel(/^Scopes/).fill(scopes);
  await page.getByLabel(/^What it does/).fill('Reminds patients of their visits.');
  await page.getByLabel(/^Person the practice/).fill('Ann Lee');
  await page.getByLabel(/^Their e-mail/).fill('ann@beacon.example');
  await page.getByRole('button', { name: /^Send to / }).click();
}

async function until(holds) {
  for (let tries = 0; tries < 200; tries += 1) {
    if (holds()) return;
    await new Promise((wake) => setTimeout(wake, 50));
  }
  throw new Error('it did not happen');
}

async function clinician() {
  const page = await open();
  await page.goto(`${base}/chart`);
  await signIn(page, given.clinician);
  await look(page, 'patients');
  await page.getByLabel(/Name/).fill('lee');
  await page.getByRole('button', { name: 'Find' }).click();
  await page.getByRole('link', { name: 'Ann Lee' }).click();
  await look(page, 'chart');
  await page.getByRole('link', { name: 'Who used this record' }).click();
  await page.getByText('opened the chart').first().waitFor();
  await look(page, 'who used a record, for staff');
  await page.getByRole('link', { name: 'Back to the chart' }).click();
  await page.getByRole('button', { name: /^Launch / }).click();
  await page.waitForURL(`${home}/launch**`);
  const launched = sent[0].searchParams;
  assert.equal(launched.get('iss'), `${base}/fhir`);
  await page.goto(authorization({ scope: 'launch openid fhirUser user/Patient.rs patient/Patient.rs', launch: launched.get('launch') }));
  await look(page, 'consent of staff');
  await page.getByRole('button', { name: /^Allow / }).click();
  await page.waitForURL(`${callback}?**`);
  const code = sent[1].searchParams.get('code');
  const tokens = await token({ grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: verifier });
  assert.equal(tokens.patient, 'p1', JSON.stringify(tokens));

  await page.goto(authorization());
  await look(page, 'choice of a patient');
  await page.goto(authorization({ client_id: 'app_unknown' }));
  await look(page, 'request of nobody');
}
