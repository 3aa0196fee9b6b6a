// Adding a passkey, signing in with it alone and after the password, and removing it, with a device that
// the browser makes up.
import assert from 'node:assert/strict';

const DEVICE = {
  protocol: 'ctap2',
  ctap2Version: 'ctap2_1',
  transport: 'internal',
  hasResidentKey: true,
  hasUserVerification: true,
  isUserVerified: true,
  automaticPresenceSimulation: true,
};

export async function passkeys({ base, open, look, signIn, person }) {
  const page = await open();
  const protocol = await page.context().newCDPSession(page);
  await protocol.send('WebAuthn.enable');
  const { authenticatorId } = await protocol.send('WebAuthn.addVirtualAuthenticator', { options: DEVICE });
  // Whether the device is sure who holds it.
  const sure = (isUserVerified) => protocol.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified });
  const press = (name) => page.getByRole('button', { name }).click();
  const home = page.getByRole('heading', { name: 'Ann' });

  await page.goto(`${base}/account/security`);
  await signIn(page, person);
  const ask = async () => {
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByLabel('What to call it').fill('my phone');
    await page.getByLabel('Your password').fill(person.password);
  };
  await ask();
  await look(page, 'passkey, form');
  await sure(false);
  await press('Go on');
  await page.getByText('Nothing came back from your device').waitFor();
  await look(page, 'passkey, make');
  await sure(true);
  await press('Ask again');
  await page.getByRole('heading', { name: 'It is on' }).waitFor();
  await page.goto(`${base}/account/security`);
  await page.getByText('not used yet').waitFor();
  await look(page, 'security, with a passkey');
  await ask();
  await press('Go on');
  await page.getByText('has a passkey for you here already').waitFor();

  await page.context().clearCookies();
  await page.goto(`${base}/sign-in`);
  await look(page, 'sign-in, with passkeys');
  await sure(false);
  await press('Sign in with a passkey');
  await page.getByText('Nothing came back from your device').waitFor();
  await look(page, 'passkey, show');
  await sure(true);
  await press('Ask again');
  await home.waitFor();

  await page.context().clearCookies();
  await page.goto(`${base}/account/security`);
  await signIn(page, person);
  await look(page, 'second step, passkey');
  await press('Use a passkey');
  await page.getByText('used last').waitFor();
  const { credentials } = await protocol.send('WebAuthn.getCredentials', { authenticatorId });
  assert.equal(credentials.length, 1);
  assert.ok(credentials[0].signCount >= 2, 'it signed twice');

  await page.getByText('Remove it').click();
  await page.getByLabel('Password', { exact: true }).fill(person.password);
  await look(page, 'security, passkey being removed');
  await press('Remove my phone');
  await page.getByText('whoever knows your password').waitFor();
  await page.context().clearCookies();
  await page.goto(`${base}/sign-in`);
  await press('Sign in with a passkey');
  await page.getByText('This passkey is not known here').waitFor();
}
