// A security key: the form asks the browser for it and carries its answer. Without this script a code still works.
(() => {
  "use strict";
  document.querySelectorAll("form[data-key]").forEach((form) => form.addEventListener("submit", async (event) => {
    const field = form.elements.credential;
    if (field.value) return;
    event.preventDefault();
    const said = form.querySelector("[role=alert]");
    if (said) said.hidden = true;
    try {
      const given = JSON.parse(document.getElementById(form.dataset.options).textContent).publicKey;
      const isNew = form.dataset.key === "create";
      const publicKey = isNew ? PublicKeyCredential.parseCreationOptionsFromJSON(given) : PublicKeyCredential.parseRequestOptionsFromJSON(given);
      const credential = isNew ? await navigator.credentials.create({ publicKey }) : await navigator.credentials.get({ publicKey });
      field.value = JSON.stringify(credential.toJSON());
      form.submit();
    } catch {
      delete form.dataset.sent;
      if (said) said.hidden = false;
    }
  }));
})();
