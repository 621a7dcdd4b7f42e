// Asks the browser for a passkey, and sends what it gives with the form it was asked for on.

function bytes(text) {
  const padded = text.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(padded), (letter) => letter.charCodeAt(0));
}

function text(buffer) {
  if (!buffer) return undefined;
  const letters = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function known(credentials = []) {
  return credentials.map((one) => ({ ...one, id: bytes(one.id) }));
}

function written(credential) {
  const answer = credential.response;
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: {
      clientDataJSON: text(answer.clientDataJSON),
      attestationObject: text(answer.attestationObject),
      authenticatorData: text(answer.authenticatorData),
      signature: text(answer.signature),
      userHandle: text(answer.userHandle),
      transports: answer.getTransports?.(),
    },
  });
}

async function make(form) {
  const { publicKey } = JSON.parse(form.dataset.options);
  const alone = form.querySelector("[data-passkey-alone]")?.checked ?? false;
  const choice = { ...publicKey.authenticatorSelection };
  choice.residentKey = alone ? "required" : "discouraged";
  choice.requireResidentKey = alone;
  if (alone) choice.userVerification = "required";
  return navigator.credentials.create({
    publicKey: {
      ...publicKey,
      challenge: bytes(publicKey.challenge),
      user: { ...publicKey.user, id: bytes(publicKey.user.id) },
      excludeCredentials: known(publicKey.excludeCredentials),
      authenticatorSelection: choice,
    },
  });
}

async function use({ publicKey }) {
  return navigator.credentials.get({
    publicKey: {
      ...publicKey,
      challenge: bytes(publicKey.challenge),
      allowCredentials: known(publicKey.allowCredentials),
    },
  });
}

async function options(form) {
  if (form.dataset.options) return JSON.parse(form.dataset.options);
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error("no options");
  return (await answer.json()).request_options;
}

function tell(form, words) {
  const place = form.querySelector("[data-passkey-problem]");
  place.textContent = words;
  place.hidden = !words;
}

async function ask(event) {
  const form = event.target;
  event.preventDefault();
  tell(form, "");
  try {
    const making = form.dataset.passkey === "make";
    const credential = making ? await make(form) : await use(await options(form));
    form.elements.credential.value = written(credential);
    form.submit();
  } catch (error) {
    const twice = error.name === "InvalidStateError";
    tell(form, twice ? "This device has a passkey for you already." : "No passkey came. Try again.");
  }
}

export function watchPasskeys() {
  for (const form of document.querySelectorAll("form[data-passkey]")) form.addEventListener("submit", ask);
}
