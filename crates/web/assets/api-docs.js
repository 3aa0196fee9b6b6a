// Starts Swagger UI over the document the page names, and gives it a sandbox token where there is one.
"use strict";

const place = document.getElementById("api");
const ui = SwaggerUIBundle({
  url: place.dataset.document,
  dom_id: "#api",
  layout: "BaseLayout",
  presets: [SwaggerUIBundle.presets.apis],
  docExpansion: "list",
  tryItOutEnabled: true,
  persistAuthorization: false,
  validatorUrl: null,
  defaultModelsExpandDepth: -1,
  syntaxHighlight: { activated: false },
});

const button = document.getElementById("sandbox-token");
const status = document.getElementById("sandbox-status");

async function takeToken() {
  status.textContent = "Asking for a token…";
  const answer = await fetch(button.dataset.address, {
    method: "POST",
    headers: { Accept: "application/json" },
  });
  if (!answer.ok) {
    status.textContent = "There is no token to be had right now; try again in a minute.";
    return;
  }
  const token = await answer.json();
  ui.preauthorizeApiKey("token", token.access_token);
  const minutes = Math.round(token.expires_in / 60);
  status.textContent = `Requests from this page now carry a token that reads and searches for ${minutes} minutes.`;
}

if (button) {
  button.addEventListener("click", takeToken);
}
