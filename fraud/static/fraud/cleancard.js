// Cleancard: keyboard, focus, menus, dialogs and selection. Everything here only makes pages faster to use:
// links and forms work without it.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const visible = (element) => element && element.getClientRects().length > 0 && !element.disabled;
  const typing = (target) => target.closest("input:not([type=checkbox],[type=radio]), textarea, select, [contenteditable]");

  // Lists: one current row, moved with j and k, kept in aria-selected.
  const rows = () => $$("[data-item]").filter(visible);
  const current = () => $("[data-item][aria-selected=true]");
  function choose(row, focus = true, shows = true) {
    if (!row) return;
    const before = current();
    if (before && before !== row) before.removeAttribute("aria-selected");
    row.setAttribute("aria-selected", "true");
    if (focus) ($("a.main", row) || row).focus({ preventScroll: true });
    if (shows) row.scrollIntoView({ block: "nearest" });
    const pane = $("[data-pane]");
    if (before !== row && visible(pane) && row.dataset.preview) {
      clearTimeout(choose.timer);
      choose.timer = setTimeout(() => window.htmx.ajax("GET", row.dataset.preview, { target: pane, swap: "innerHTML" }), 60);
    }
  }
  function step(by) {
    const list = rows();
    if (!list.length) return;
    const at = list.indexOf(current());
    choose(list[Math.max(0, Math.min(list.length - 1, at < 0 ? 0 : at + by))]);
  }

  // What a key does here. A step of a case is done to the selected rows, else to the row under the cursor (its own button, or its
  // preview's), else to nothing: then `word` names what is said. Any other key presses the button that carries it, outside of the rows.
  const opensForm = "elrsbh"; // forms of the case page that a key opens from the list; see the start of the page below
  function meant(key) {
    const carries = (root) => root && $$(`[data-key="${CSS.escape(key)}"]`, root).find(visible);
    const ofCase = (document.body.dataset.caseKeys || "").includes(key);
    const isList = Boolean($("[data-item][data-preview]")), bulk = $("[data-bulk]:not([hidden])"), row = current();
    if (!ofCase || !isList) {
      const found = carries(bulk) || carries(row) || $$(`[data-key="${CSS.escape(key)}"]`).find((one) => visible(one) && !one.closest("[data-item]"));
      return found ? { found } : ofCase && $("#actions") ? { word: "keyClosed" } : {};
    }
    if (bulk) return carries(bulk) ? { found: carries(bulk) } : { word: "keyMany" };
    if (!row?.dataset.preview) return { word: "keyNowhere" };
    const found = carries(row) || carries($(`[data-pane] [data-of="${CSS.escape(row.id)}"]`));
    if (found) return { found };
    return opensForm.includes(key) ? { address: `${$("a.main", row).href}#key-${key}` } : { word: "keyOpen", what: row.id };
  }
  function press(key) {
    const { found, address, word, what } = meant(key);
    if (found?.matches("input, textarea, select")) found.focus();
    else if (found) found.click();
    else if (address) location.assign(address);
    else if (word) say(`${what ? `${what}: ` : ""}${document.body.dataset[word]}`);
    return Boolean(found || address || word);
  }
  // The palette: the commands whose button is on this page, and the pages of the menu; it presses what a key would press.
  const canPress = (key) => { const { found, address } = meant(key); return Boolean(found || address); };
  function openPalette() {
    const list = $("[data-palette]");
    if (!list || $("dialog[open]")) return;
    $$("[data-go]", list).forEach((link) => link.parentElement.remove());
    $$(".rail a[href]:not(.brand)").forEach((page) => {
      const item = document.createElement("li"), link = document.createElement("a");
      Object.assign(link, { className: "button quiet wide", href: page.href, textContent: page.textContent.trim() });
      link.dataset.go = "";
      item.append(link);
      list.append(item);
    });
    $$("[data-run]", list).forEach((one) => { one.parentElement.dataset.off = canPress(one.dataset.run) ? "" : "1"; });
    $("#palette-find").value = "";
    narrow();
    find();
    openDialog("palette");
  }
  // What a search would find, below the commands, while one types; an answer that comes late is not shown for other words.
  let asking = 0;
  async function find() {
    const list = $("[data-palette-found]"), wanted = $("#palette-find").value.trim(), mine = ++asking;
    if (wanted.length < 2) { list.hidden = true; list.replaceChildren(); return; }
    await new Promise((resolve) => setTimeout(resolve, 180));
    if (mine !== asking) return;
    const answer = await fetch(list.dataset.paletteFound + encodeURIComponent(wanted)).catch(() => null);
    if (mine !== asking || !answer?.ok || answer.redirected) return;
    list.innerHTML = await answer.text();
    list.hidden = false;
  }
  function narrow() {
    const wanted = $("#palette-find").value.trim().toLowerCase();
    $$("[data-palette] li").forEach((item) => { item.hidden = item.dataset.off === "1" || !item.textContent.toLowerCase().includes(wanted); });
  }
  document.addEventListener("input", (event) => { if (event.target.id === "palette-find") { narrow(); find(); } });
  document.addEventListener("click", (event) => {
    const run = event.target.closest("[data-run]");
    if (!run) return;
    run.closest("dialog").close();
    press(run.dataset.run);
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.id === "palette-find" && event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      $(".palette li:not([hidden]) :is(button, a)")?.click();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && event.target.closest("#palette")) {
      const stops = [$("#palette-find"), ...$$(".palette li:not([hidden]) :is(button, a)")];
      const next = stops[stops.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1)];
      event.preventDefault();
      next?.focus();
    } else if (event.code === "KeyK" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      openPalette();
    }
  });

  // Ctrl+Enter sends the form one is writing in; the browser still says what is missing.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    const form = event.target.form;
    const place = event.target.closest("dialog") || form; // a dialog of the list has the fields of a form that stands elsewhere
    const button = form && ($("button.primary", place) || $("button:not([type=button])", place));
    if (!form || form.method === "get") return;
    event.preventDefault();
    if (visible(button)) button.click(); else form.requestSubmit();
  });
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape") {
      if (typing(event.target)) event.target.blur();
      $$("details.menu[open]").forEach((menu) => { menu.open = false; });
      document.body.classList.remove("rail-open");
      return;
    }
    if (typing(event.target)) return;
    if ($("dialog[open]")) { // its choices with a digit each
      const chosen = $(`dialog[open] [data-digit="${event.key}"]`);
      if (chosen) { event.preventDefault(); chosen.click(); }
      return;
    }
    // event.code, so that the keys also work while the Korean layout is on.
    const letter = /^Key[A-Z]$/.test(event.code) && !event.shiftKey ? event.code[3].toLowerCase() : event.key;
    const own = {
      j: () => step(1), k: () => step(-1), ArrowDown: () => current() && step(1), ArrowUp: () => current() && step(-1),
      "/": () => $("[data-search]")?.focus(), "?": () => openDialog("keys"),
      x: () => { const box = current() && $("[data-select]", current()); if (box) { box.click(); } },
      Enter: () => { if (event.target === document.body || event.target.matches("[data-item]")) $("a.main", current() || document.createElement("i"))?.click(); },
    }[letter];
    if (own) {
      if (letter !== "Enter" && !(letter.startsWith("Arrow") && !current())) event.preventDefault();
      own();
    } else if (letter.length === 1 && press(letter)) event.preventDefault();
  });

  // Selecting several rows: shift takes the range, the bulk bar shows how many.
  let lastBox = null;
  function countSelected() {
    const boxes = $$("[data-select]");
    const chosen = boxes.filter((box) => box.checked).length;
    $$("[data-bulk]").forEach((bar) => { bar.hidden = chosen === 0; });
    $$("[data-count]").forEach((place) => { place.textContent = chosen; });
    $$("[data-select-all]").forEach((all) => { all.checked = chosen > 0 && chosen === boxes.length; all.indeterminate = chosen > 0 && chosen < boxes.length; });
  }
  document.addEventListener("click", (event) => {
    const target = event.target;
    const box = target.closest("[data-select]");
    if (box) {
      if (event.shiftKey && lastBox) {
        const boxes = $$("[data-select]");
        const [from, to] = [boxes.indexOf(lastBox), boxes.indexOf(box)].sort((a, b) => a - b);
        boxes.slice(from, to + 1).forEach((one) => { one.checked = box.checked; });
      }
      lastBox = box;
      countSelected();
      return;
    }
    const all = target.closest("[data-select-all]");
    if (all) { $$("[data-select]").forEach((one) => { one.checked = all.checked; }); countSelected(); return; }
    if (target.closest("[data-select-none]")) { $$("[data-select]").forEach((one) => { one.checked = false; }); countSelected(); return; }

    const opener = target.closest("[data-dialog]");
    if (opener) { openDialog(opener.dataset.dialog); opener.closest("details.menu")?.removeAttribute("open"); return; }
    if (target.closest("[data-close]") || target.matches("dialog[open]")) { target.closest("dialog")?.close(); return; }
    if (target.closest("[data-close-toast]")) { target.closest("[data-toast]").remove(); return; }
    const written = target.closest("[data-write]"); // a correction that is taken over, and checked like anything typed
    if (written) {
      const field = document.getElementById(written.dataset.into);
      field.value = written.dataset.write;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      (document.getElementById(written.dataset.then) ?? field).focus();
      return;
    }
    const filler = target.closest("[data-fill-username]"); // the demo's sign-in page
    if (filler) {
      $("#id_username").value = filler.dataset.fillUsername;
      $("#id_password").value = filler.dataset.fillPassword;
      $("#id_password").form.querySelector("button.primary").focus();
      return;
    }
    if (target.closest("[data-print]")) { window.print(); return; }

    if (target.closest("[data-rail]")) {
      const shell = $(".shell");
      shell.classList.toggle("collapsed");
      document.cookie = `rail=${shell.classList.contains("collapsed") ? "collapsed" : "wide"};path=/;max-age=31536000;samesite=lax`;
      return;
    }
    if (target.closest("[data-rail-open]")) { event.preventDefault(); document.body.classList.add("rail-open"); return; }
    if (document.body.classList.contains("rail-open") && !target.closest(".rail")) document.body.classList.remove("rail-open");

    $$("details.menu[open]").forEach((menu) => { if (!menu.contains(target)) menu.open = false; });
    const row = target.closest("[data-item]");
    if (row && !target.closest("a, button, input, label, select, summary")) {
      if (visible($("[data-pane]")) || row.getAttribute("aria-selected") === "true") choose(row, false);
      if (!visible($("[data-pane]"))) $("a.main", row)?.click();
    }
  });
  function openDialog(name) {
    const dialog = document.getElementById(name);
    if (!dialog || dialog.open) return;
    dialog.showModal();
    $$("[hx-trigger=opened]", dialog).forEach((part) => window.htmx.trigger(part, "opened")); // what depends on the chosen rows
    ($("[autofocus]", dialog) || $("input:not([type=hidden]), textarea, select, .primary", dialog))?.focus();
  }

  // Forms that act on change; a second press while the first is under way does nothing.
  document.addEventListener("change", (event) => {
    if (event.target.closest("[data-autosubmit]")) event.target.form.requestSubmit();
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "get" || form.method === "dialog" || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(() => { delete form.dataset.sent; }, 8000);
  });
  window.addEventListener("pageshow", () => $$("form[data-sent]").forEach((form) => { delete form.dataset.sent; }));

  // Figures beside a form (data-figures names their place) say so once something else is entered than they were worked out for.
  const figured = new WeakMap();
  const asFigured = (form) => JSON.stringify([...new FormData(form)].filter(([name, value]) => typeof value === "string" && !["csrfmiddlewaretoken", "reason", "note", "confirmation", "seen", "lock_version"].includes(name)));
  function compareFigures(form) {
    const place = document.getElementById(form.dataset.figures);
    if (!place || !figured.has(form)) return;
    const isOld = figured.get(form) !== asFigured(form);
    place.toggleAttribute("data-late", isOld);
    let said = form.querySelector("[data-figures-old]");
    if (!said) {
      said = document.createElement("p");
      Object.assign(said, { className: "small warning-text", textContent: document.body.dataset.olderFigures });
      said.dataset.figuresOld = "";
      said.setAttribute("role", "status");
      (form.querySelector("footer, .actions") ?? form).append(said);
    }
    said.hidden = !isOld;
  }
  for (const kind of ["input", "change"]) document.addEventListener(kind, (event) => { const form = event.target.form; if (form?.dataset.figures) compareFigures(form); });
  document.addEventListener("htmx:configRequest", (event) => {
    const form = event.detail.elt.closest("form[data-figures]");
    if (form && event.detail.target?.id === form.dataset.figures) form.figuresAsked = asFigured(form);
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    for (const form of $$("form[data-figures]")) if (event.detail.target?.id === form.dataset.figures && form.figuresAsked) { figured.set(form, form.figuresAsked); compareFigures(form); }
  });

  // htmx: say what failed, put the focus where the work went, let confirmations leave by themselves.
  function toast(text) {
    const box = document.createElement("div");
    box.className = "notice danger";
    box.setAttribute("role", "alert");
    box.textContent = text;
    $("#toasts").append(box);
    setTimeout(() => box.remove(), 8000);
  }
  // One word about a key that did nothing; the next takes its place.
  function say(text) {
    const box = document.createElement("div");
    box.className = "notice";
    box.setAttribute("role", "status");
    box.dataset.said = "";
    $("[data-said]")?.remove();
    $("#toasts").append(box);
    box.textContent = text;
    setTimeout(() => box.remove(), 6000);
  }
  function settle(root) {
    $$("[data-toast]", root).filter((one) => !one.dataset.timed).forEach((one) => {
      one.dataset.timed = "1";
      if (!one.matches(".danger")) setTimeout(() => one.remove(), Number(one.dataset.toast) || 8000);
    });
    countSelected();
    reachScrolling();
  }
  // What scrolls by itself can be scrolled by keyboard; what fits is no stop on the way.
  function reachScrolling() {
    $$(".scroll, .diff").forEach((one) => {
      if (one.scrollWidth > one.clientWidth) one.tabIndex = 0; else one.removeAttribute("tabindex");
    });
  }
  window.addEventListener("resize", reachScrolling);
  document.addEventListener("htmx:responseError", () => toast(document.body.dataset.failed));
  document.addEventListener("htmx:sendError", () => toast(document.body.dataset.offline));
  document.addEventListener("htmx:beforeRequest", () => $("#busy")?.classList.add("htmx-request"));
  document.addEventListener("htmx:afterRequest", () => $("#busy")?.classList.remove("htmx-request"));
  document.addEventListener("htmx:afterSettle", (event) => {
    settle(document);
    $("[data-focus]", event.target)?.focus();
  });
  // On a phone long pages begin folded, each part with its figure in the line that opens it; what the address points into stays open.
  const isNarrow = window.matchMedia("(max-width: 600px)");
  function fold() {
    const wanted = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    $$("details[data-fold]").forEach((part) => { part.open = !isNarrow.matches || (wanted && part.contains(wanted)) || false; });
  }
  isNarrow.addEventListener("change", fold);
  document.addEventListener("DOMContentLoaded", () => {
    settle(document);
    $$("form[data-figures-now]").forEach((form) => figured.set(form, asFigured(form)));
    if (isNarrow.matches) fold();
    // Back from a case: its row is the current one again. Otherwise the first.
    const kept = current(), first = $("[data-list]") && (kept || rows()[0]);
    if (first) { first.removeAttribute("aria-selected"); choose(first, false, Boolean(kept)); }
    $("dialog[data-open]")?.showModal();
    const carried = location.hash.match(/^#key-([a-z])$/)?.[1];
    if (carried && opensForm.includes(carried)) {
      history.replaceState(null, "", location.pathname + location.search);
      press(carried);
    }
    const again = $("[data-reopen]"); // a form that was refused opens again, as it was typed
    if (again) openDialog(again.dataset.reopen);
  });
})();
