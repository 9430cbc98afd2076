// Buttons that act on the text of a rule act on what the blocks show: what is still on its way is waited for, and what is unsaved is not lost.
(() => {
  "use strict";
  const B = window.cleancardBlocks;
  const root = document.querySelector("[data-builder]"), text = document.querySelector("#text"), form = text?.form;
  if (!root || !form) return;
  let isHeld = false, isLeaving = false;
  const entered = () => new URLSearchParams(new FormData(form)).toString();
  let before = entered();
  const same = (one, other) => one.replaceAll("\r", "").trim() === other.replaceAll("\r", "").trim();
  const isUnsaved = () => B.isAhead() || ("saved" in root.dataset ? !same(text.value, root.dataset.saved) : Boolean(B.isTouched)) || entered() !== before;

  function refuse(words, focus) {
    const place = document.querySelector("[data-refused]");
    place.hidden = !words;
    place.textContent = words;
    if (words) { place.scrollIntoView({ block: "nearest" }); focus?.focus(); }
  }
  // Waits for the text, then does what was asked; says why where it cannot.
  async function hold(button, act) {
    if (isHeld) return;
    isHeld = true;
    refuse("");
    button?.setAttribute("aria-busy", "true");
    const isReady = await B.settled();
    button?.removeAttribute("aria-busy");
    isHeld = false;
    if (isReady) act(); else refuse(B.say("not_sent"));
  }
  form.addEventListener("submit", (event) => {
    if (B.isAhead() || isHeld) {
      event.preventDefault();
      event.stopImmediatePropagation();
      const button = event.submitter;
      hold(button, () => form.requestSubmit(button));
    } else isLeaving = true;
  }, true);
  document.addEventListener("htmx:confirm", (event) => {
    if (event.detail.elt.getAttribute("hx-include") !== "#text" || !(B.isAhead() || isHeld)) return;
    event.preventDefault();
    hold(event.detail.elt, () => event.detail.issueRequest(true));
  });
  // What is proposed is the saved draft: with changes beside it the page would propose what it does not show.
  document.addEventListener("submit", (event) => {
    if (event.target === form) return;
    if (event.target.matches("[data-needs-saved]") && isUnsaved()) {
      event.preventDefault();
      event.stopImmediatePropagation();
      refuse(B.say("save_first"), form.querySelector("button.primary"));
    } else if (event.target.matches("[data-needs-saved], [data-gives-up]")) isLeaving = true;
  }, true);
  window.addEventListener("beforeunload", (event) => { if (!isLeaving && isUnsaved()) event.preventDefault(); });
  window.addEventListener("pageshow", () => { isLeaving = false; });
  // What a new rule begins with was put there by the page.
  const started = new MutationObserver(() => { if (!B.isTouched) before = entered(); started.disconnect(); });
  started.observe(root, { attributes: true, attributeFilter: ["data-valid"] });
})();
