// What our pages do where scripts run (docs/adr/0049): asking a device for a passkey, and copying what
// is shown once.
"use strict";

(() => {
  const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const keys = (ids) => ids.split(" ").filter(Boolean).map((id) => ({ type: "public-key", id: bytes(id) }));

  /** Makes a key; what the form brings back of it. */
  async function made(asked) {
    const { response, rawId } = await navigator.credentials.create({
      publicKey: {
        challenge: bytes(asked.challenge),
        rp: { id: asked.rp, name: asked.practice },
        user: { id: bytes(asked.user), name: asked.login, displayName: asked.person },
        pubKeyCredParams: [-7, -257].map((alg) => ({ type: "public-key", alg })),
        excludeCredentials: keys(asked.known),
        authenticatorSelection: { residentKey: "preferred", userVerification: "preferred" },
        attestation: "none",
        timeout: Number(asked.timeout),
      },
    });
    return {
      id: text(rawId),
      client_data: text(response.clientDataJSON),
      authenticator_data: text(response.getAuthenticatorData()),
      public_key: text(response.getPublicKey()),
      algorithm: String(response.getPublicKeyAlgorithm()),
    };
  }

  /** Signs with a key; what the form brings back of it. */
  async function signed(asked) {
    const { response, rawId } = await navigator.credentials.get({
      publicKey: {
        challenge: bytes(asked.challenge),
        rpId: asked.rp,
        allowCredentials: keys(asked.known),
        userVerification: asked.verification,
        timeout: Number(asked.timeout),
      },
    });
    return {
      id: text(rawId),
      user: response.userHandle ? text(response.userHandle) : "",
      client_data: text(response.clientDataJSON),
      authenticator_data: text(response.authenticatorData),
      signature: text(response.signature),
    };
  }

  /** What stands on the page for what went wrong. */
  const STATES = {
    InvalidStateError: "known",
    NotSupportedError: "unsupported",
    SecurityError: "elsewhere",
    TypeError: "old",
  };

  function passkey(form) {
    const show = (id, shown) => { document.getElementById(id).hidden = !shown; };
    show("unable", false);
    if (!globalThis.PublicKeyCredential) {
      show("unknown", true);
      return;
    }
    const button = document.getElementById("ask");
    const ask = async () => {
      for (const id of ["failed", ...Object.values(STATES)]) show(id, false);
      button.disabled = true;
      try {
        const answer = await (form.dataset.passkey === "make" ? made : signed)(form.dataset);
        for (const [name, value] of Object.entries(answer)) form.elements.namedItem(name).value = value;
        form.submit();
      } catch (error) {
        show(STATES[error.name] ?? "failed", true);
        button.disabled = false;
      }
    };
    show("ask", true);
    button.addEventListener("click", ask);
    ask();
  }

  /** Puts a button behind a place, which copies what stands in it. */
  function copyable(place) {
    const button = document.createElement("button");
    const said = document.createElement("span");
    button.type = "button";
    button.className = "secondary copy";
    button.textContent = `Copy the ${place.dataset.copy}`;
    said.setAttribute("role", "status");
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(place.textContent);
        said.textContent = "Copied.";
      } catch {
        said.textContent = "The browser did not let it be copied.";
      }
    });
    place.after(button, " ", said);
  }

  if (navigator.clipboard) {
    for (const place of document.querySelectorAll("[data-copy]")) copyable(place);
  }
  for (const form of document.querySelectorAll("form[data-passkey]")) passkey(form);
})();
