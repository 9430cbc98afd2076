// Large files go in parts: a connection cut off costs one part, and the same file chosen again goes on where it stopped.
// Small ones, and pages without scripts, use the form as it is.
(() => {
  "use strict";
  const form = document.querySelector("form[data-parts]");
  if (!form || !window.fetch) return;
  const from = Number(form.dataset.partsFrom);
  const state = form.querySelector("[data-parts-state]");
  const bar = state.querySelector("progress");
  const said = state.querySelector("[data-parts-said]");
  const button = form.querySelector("button.primary");
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const wait = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

  class Refused extends Error {
    constructor(status, error) { super(error.detail || ""); this.status = status; this.error = error; }
  }
  async function ask(method, path, body, type) {
    const headers = { "X-CSRFToken": token, Accept: "application/json" };
    if (type) headers["Content-Type"] = type;
    const answer = await fetch(form.dataset.parts + path, { method, body, headers, credentials: "same-origin" });
    const told = answer.status === 204 ? {} : await answer.json();
    if (!answer.ok) throw new Refused(answer.status, told);
    return told;
  }
  // What the network lost is tried again for about two minutes; what the server refused is not.
  async function surely(step) {
    for (let tries = 0; ; tries += 1) {
      try { return await step(); } catch (error) {
        const lost = !(error instanceof Refused) || error.status >= 500;
        if (!lost || error.status === 507 || tries >= 6) throw error;
        tell("waiting");
        await wait(2 ** tries);
      }
    }
  }
  function tell(what, values = {}) {
    let text = form.dataset[what] || what;
    for (const [name, value] of Object.entries(values)) text = text.replace(`{${name}}`, value);
    said.textContent = text;
  }
  const mb = (bytes) => (bytes / (1 << 20)).toFixed(bytes < 10 << 20 ? 1 : 0);

  async function send(file) {
    const about = {
      name: file.name, size_bytes: file.size, profile: form.elements.profile.value, mark: `t${file.lastModified}`,
      history: form.elements.history.checked, again: form.elements.again.checked,
    };
    const begun = await surely(() => ask("POST", "", JSON.stringify(about), "application/json"));
    const path = `${begun.reference}/`;
    let received = begun.received;
    while (received < file.size) {
      bar.max = file.size;
      bar.value = received;
      tell("sending", { done: mb(received), all: mb(file.size) });
      const part = file.slice(received, received + begun.part_bytes);
      try {
        received = (await surely(() => ask("PUT", `${path}?offset=${received}`, part, "application/octet-stream"))).received;
      } catch (error) {
        // The part had arrived although its answer had not: go on from what the server has.
        if (!(error instanceof Refused) || error.error.code !== "upload_elsewhere") throw error;
        received = (await surely(() => ask("GET", path))).received;
      }
    }
    bar.removeAttribute("value");
    tell("reading");
    const done = await surely(() => ask("POST", `${path}finish/`));
    location.assign(form.dataset.filePage.replace("REFERENCE", done.file));
  }

  form.addEventListener("submit", (event) => {
    const file = form.elements.file.files[0];
    if (!file || file.size <= from) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    state.hidden = false;
    button.disabled = true;
    bar.classList.remove("failed");
    send(file).catch((error) => {
      bar.classList.add("failed");
      button.disabled = false;
      const fields = Object.values((error.error && error.error.fields) || {}).flat();
      tell(fields[0] || (error instanceof Refused && error.status < 500 && error.message) || "broken");
    });
  }, true);
})();
