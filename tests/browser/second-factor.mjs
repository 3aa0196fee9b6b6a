// Turning on a second step at sign-in, signing in with it, and losing the device.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The code that a device shows, some steps of half a minute from now (RFC 6238). */
function code(secret, steps) {
  const bits = [...secret.replaceAll(' ', '')].map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, '0'));
  const key = Buffer.from(bits.join('').match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const tag = createHmac('sha1', key).update(counter).digest();
  const number = tag.readUInt32BE(tag[19] & 0xf) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
}

export async function secondFactor({ base, open, look, signIn, person, administrator }) {
  const page = await open();
  await page.goto(`${base}/account/security`);
  await signIn(page, person);
  await look(page, 'security, off');
  await page.getByRole('button', { name: 'Set up codes' }).click();
  await look(page, 'security, set-up');
  const secret = await page.locator('code.once').innerText();
  const show = async (digits, password) => {
    await page.getByLabel(/^Code/).fill(digits);
    await page.getByLabel('Your password').fill(password);
    await page.getByRole('button', { name: 'Turn it on' }).click();
  };
  await show('no code', person.password);
  await page.getByRole('alert').waitFor();
  await look(page, 'security, set-up that was refused');
  assert.equal(await page.locator('code.once').innerText(), secret);
  // Each code is good once, so the walk uses those on both sides of now.
  await show(code(secret, -1), person.password);
  await page.getByRole('heading', { name: 'It is on' }).waitFor();
  await look(page, 'security, recovery codes');
  const [recovery] = await page.locator('code.once').allInnerTexts();
  await page.goto(`${base}/account/security`);
  await look(page, 'security, on');

  const again = await open();
  await again.goto(`${base}/account/security`);
  await signIn(again, person);
  await look(again, 'second step');
  const answer = async (text) => {
    await again.getByLabel(/^Code/).fill(text);
    await again.getByRole('button', { name: 'Sign in', exact: true }).click();
  };
  await answer('no code');
  await again.getByRole('alert').waitFor();
  await look(again, 'second step that failed');
  await answer(code(secret, 0));
  await again.getByText('10 recovery codes').waitFor();

  const lost = await open();
  await lost.goto(`${base}/account/security`);
  await signIn(lost, person);
  await lost.getByLabel(/^Code/).fill(recovery);
  await lost.getByRole('button', { name: 'Sign in', exact: true }).click();
  await lost.getByText('9 recovery codes').waitFor();

  const practice = await open();
  await practice.goto(`${base}/people`);
  await signIn(practice, administrator);
  await practice.getByRole('link', { name: 'Roe' }).click();
  await look(practice, 'person with a second step');
  await practice.getByRole('button', { name: /with the password alone$/ }).click();
  await practice.getByText('The password alone is enough now').waitFor();
  await lost.goto(`${base}/account/security`);
  await signIn(lost, person);
  await lost.getByRole('button', { name: 'Set up codes' }).waitFor();
}
