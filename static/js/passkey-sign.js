// <form data-sign="address of a challenge">: [data-sign-passkey] signs by passkey instead of the password.
// Shown only where the browser has passkeys; its answer goes into the form's hidden field "credential".
async function sign(form) {
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const answer = await fetch(form.dataset.sign, { method: "POST", headers: { "X-CSRFToken": token } });
  if (!answer.ok) throw new Error(`no challenge: ${answer.status}`);
  const credential = await window.webauthnJSON.get(await answer.json());
  form.elements.credential.value = JSON.stringify(credential);
  form.requestSubmit();
}

for (const button of document.querySelectorAll("[data-sign-passkey]")) {
  button.hidden = !window.PublicKeyCredential;
  button.addEventListener("click", async () => {
    const said = button.form.querySelector("[data-sign-said]");
    said.hidden = true;
    try {
      await sign(button.form);
    } catch {
      said.textContent = button.form.dataset.signFailed;
      said.hidden = false;
    }
  });
}
