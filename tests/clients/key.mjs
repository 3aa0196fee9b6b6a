// Makes a key that a backend signs with, fresh for each run: { private, public }, both as JWK.
const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-384' }, true, ['sign', 'verify'])
const jwk = async (key) => {
  const { kty, crv, x, y, d } = await crypto.subtle.exportKey('jwk', key)
  return { kid: 'fresh', alg: 'ES384', use: 'sig', kty, crv, x, y, ...(d && { d }) }
}
console.log(JSON.stringify({ private: await jwk(pair.privateKey), public: await jwk(pair.publicKey) }))
