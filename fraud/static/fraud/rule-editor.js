// Text and blocks of one rule beside each other. The server keeps the tree: either side sends what it has and both show what comes back.
(() => {
  "use strict";
  const B = window.cleancardBlocks;
  const root = document.querySelector("[data-builder]");
  if (!root) return;
  const $ = (selector, from = document) => from.querySelector(selector);
  const text = $("#text"), place = $("[data-tree]", root), stale = $("[data-stale]", root), tried = $("[data-trying]");
  const token = () => text.form.querySelector("[name=csrfmiddlewaretoken]").value;
  const wrong = () => $("[aria-invalid=true]", place);
  // `ahead`: the side ("tree" or "text") that holds what the other does not show yet; null when both say the same.
  let model = { tree: null }, asked = null, going = null, timer = 0, tryTimer = 0, ahead = null, hasFailed = false, unread = "";
  const needed = text.required;

  // What is older than what was changed last says so, and cannot be written over meanwhile.
  function mark(side = ahead) {
    ahead = side;
    const late = ahead !== null;
    for (const [element, isLate] of [[text, ahead === "tree"], [place, ahead === "text"], [$("#checked"), late]]) {
      element.toggleAttribute("data-late", isLate);
      if (isLate) element.setAttribute("aria-busy", "true"); else element.removeAttribute("aria-busy");
    }
    text.readOnly = ahead === "tree";
    text.required = needed && ahead !== "tree";
    place.inert = ahead === "text";
    $("#checked").inert = late;
    $("[data-updating]", root).hidden = !late;
    if (tried && late) lateFigures(B.say("updating"));
  }
  function lateFigures(words) {
    const found = $("[data-tried]", tried), said = $("[data-older]", tried);
    found.toggleAttribute("data-late", Boolean(words));
    if (words === B.say("updating")) found.setAttribute("aria-busy", "true"); else found.removeAttribute("aria-busy");
    said.hidden = !words || tried.hidden;
    said.textContent = words;
    const explained = $("[data-explained]", tried);
    if (words && (ahead === "tree" || explained.dataset.of !== text.value)) { explained.replaceChildren(); explained.removeAttribute("aria-busy"); } // of another text
  }

  // Drawing: the focus stays where it was, or goes to what was just added.
  function draw() {
    const at = B.focusOn ?? document.activeElement?.dataset?.at;
    const hadFocus = B.focusOn || place.contains(document.activeElement);
    B.lastWindow = lastWindow(model.tree);
    place.replaceChildren(B.group(model, "tree", "b", true));
    if (hadFocus && at) ($(`[data-at="${CSS.escape(at)}"]`, place) ?? $("[data-at]", place))?.focus({ preventScroll: true });
    B.focusOn = null;
  }
  function lastWindow(node) {
    let found = null;
    JSON.stringify(node, (key, part) => { if (part?.type === "window") found = part; return part; });
    return found;
  }
  B.changed = (isForm) => {
    if (isForm) draw();
    B.isTouched = true;
    asked?.abort();
    mark("tree");
    later(isForm ? 0 : 250);
    if (wrong()) note(B.say("fill"));
  };
  function note(words, more = []) { stale.hidden = !words; stale.replaceChildren(words, " ", ...more); }
  // The older side stays marked as such and is not sent; who wants to may go on in the text.
  function fail(words, ...more) {
    hasFailed = true;
    mark();
    note(words, more);
    text.readOnly = false;
    $("[data-updating]", root).hidden = true;
  }
  function later(wait) { clearTimeout(timer); timer = setTimeout(send, wait); }
  function send() {
    clearTimeout(timer);
    timer = 0;
    if (ahead === "tree" && wrong()) return;
    going = read(ahead === "tree" ? { tree: JSON.stringify(B.plain(model.tree)) } : { text: text.value });
  }

  // Whether the text is what the blocks show: a change that is on its way is sent at once and waited for.
  B.isAhead = () => ahead === "tree";
  B.settled = async () => {
    while (ahead === "tree") {
      if (wrong()) { note(B.say("fill")); wrong().focus(); return false; }
      if (timer || hasFailed) send();
      await going;
      if (hasFailed) return false;
    }
    return true;
  };

  async function read(sent) {
    asked?.abort();
    const mine = (asked = new AbortController());
    const limit = setTimeout(() => mine.abort(new Error("too late")), 60000);
    hasFailed = false;
    let found;
    try {
      const answer = await fetch(root.dataset.read, { method: "POST", headers: { "X-CSRFToken": token() }, body: new URLSearchParams(sent), signal: mine.signal });
      if (!answer.ok) throw new Error(answer.statusText);
      found = await answer.json();
    } catch (error) {
      if (asked === mine && !timer && error.name !== "AbortError") fail(B.say("offline"), B.button(B.say("again"), "again", send, { className: "button small" }));
      return;
    } finally { clearTimeout(limit); }
    if (asked !== mine || timer) return; // something newer is on its way
    $("#checked").outerHTML = found.checked;
    if ("tree" in sent && found.text === null) { fail(B.say("no_rule")); return; }
    if ("tree" in sent) {
      const lost = unread;
      unread = "";
      text.value = found.text;
      text.dispatchEvent(new Event("change", { bubbles: true }));
      note(lost ? B.say("replaced") : "", lost ? [B.button(B.say("put_back"), "put_back", () => { text.value = lost; typed(); text.focus(); }, { className: "button small" })] : []);
    } else if (found.tree) {
      unread = "";
      note("");
      if (JSON.stringify(found.tree) !== JSON.stringify(order(B.plain(model.tree), found.tree))) { model.tree = B.asGroup(found.tree); draw(); }
    } else {
      unread = text.value.trim() && text.value;
      note(unread ? B.say("stale") : "");
    }
    mark(null);
    root.dataset.valid = found.is_valid ? "yes" : "no";
    if (found.is_valid) attempt();
    else if (tried && !tried.hidden) lateFigures(B.say("older"));
  }
  // The same names in the same order, so that two trees compare as texts.
  function order(node, like) {
    if (Array.isArray(node)) return node.map((part, n) => order(part, like?.[n]));
    if (node === null || typeof node !== "object") return node;
    const names = like && typeof like === "object" ? Object.keys(like) : Object.keys(node);
    return Object.fromEntries([...new Set([...names, ...Object.keys(node)])].filter((name) => name in node).map((name) => [name, order(node[name], like?.[name])]));
  }

  // What it hits as it stands. Of several questions only the last one's answer is shown.
  const latest = new Map();
  function attempt() {
    if (!tried) return;
    tried.hidden = false;
    lateFigures(B.say("updating"));
    clearTimeout(tryTimer);
    tryTimer = setTimeout(() => post(root.dataset.try, { text: text.value, rule: root.dataset.rule }, $("[data-tried]", tried), lateFigures), 400);
  }
  async function post(url, sent, into, said = (words) => { if (words) into.textContent = words; }) {
    latest.get(into)?.abort();
    const mine = new AbortController();
    latest.set(into, mine);
    into.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(url, { method: "POST", headers: { "X-CSRFToken": token() }, body: new URLSearchParams(sent), signal: mine.signal });
      if (!answer.ok) throw new Error(answer.statusText);
      const words = await answer.text();
      if (latest.get(into) !== mine || sent.text !== text.value || ahead === "tree") return; // asked anew for what is there now
      into.innerHTML = words;
      into.dataset.of = sent.text;
      said("");
    } catch (error) {
      if (latest.get(into) !== mine || error.name === "AbortError") return;
      said(B.say("not_counted"));
    }
    into.removeAttribute("aria-busy");
  }
  tried?.addEventListener("click", async (event) => {
    const one = event.target.closest("[data-explain]");
    if (!one && !event.target.closest("[data-explain-one]")) return;
    if (one) $("#one-claim").value = one.dataset.number;
    if (!(await B.settled())) return;
    post(root.dataset.stepByStep, { text: text.value, claim: one ? one.dataset.explain : "", number: $("#one-claim").value }, $("[data-explained]", tried));
  });
  $("#one-claim")?.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); $("[data-explain-one]").click(); } });

  // Suggestions while typing: the word before the caret against everything that may be named.
  const box = $("[data-suggestions]", root);
  let offered = [], current = -1, from = 0;
  const kinds = () => [
    ...B.words.fields.map((one) => ({ write: one.name, label: one.label, help: one.example, kind: one.kind })),
    ...B.words.windows.map((one) => ({ write: `${one.name}(`, label: one.label, help: one.example, kind: B.say("function_word") })),
    ...B.words.functions.map((one) => ({ write: `${one.name}(`, label: one.label, help: one.example, kind: B.say("function_word") })),
    ...B.words.lists.map((one) => ({ write: `@${one.name}`, label: one.label, help: "", kind: B.say("list_word") })),
    ...B.words.parameters.map((one) => ({ write: `$${one.name}`, label: one.label, help: "", kind: B.say("parameter_word") })),
  ];
  function suggest() {
    const before = text.value.slice(0, text.selectionStart);
    const value = before.match(/([A-Za-z_.]+)\s*(?:=|!=|in\s*\((?:[^()"]|"[^"]*")*)\s*"([^"]*)$/);
    const same = before.match(/\bsame\s+(?:[\w., ]+,\s*)?([\w.]*)$/);
    const word = before.match(/[@$]?[\p{L}_][\p{L}\p{N}_.]*$|[@$]$/u)?.[0] ?? "";
    let rows = [];
    if (value && B.fields[value[1]]?.choices.length) {
      from = text.selectionStart - value[2].length;
      rows = B.fields[value[1]].choices.filter((one) => `${one.value} ${one.label}`.toLowerCase().includes(value[2].toLowerCase())).map((one) => ({ write: `${one.value}"`, shown: one.value, label: one.label, help: "", kind: B.say("value_word") }));
    } else if (same) {
      from = text.selectionStart - same[1].length;
      rows = B.words.keys.filter((one) => one.name.startsWith(same[1]) && one.name !== same[1]).map((one) => ({ write: one.name, label: one.label, help: "", kind: B.say("key_word") }));
    } else if (word && !/"[^"]*$/.test(before.replace(/"[^"\n]*"/g, ""))) {
      from = text.selectionStart - word.length;
      const wanted = word.toLowerCase(), all = kinds().filter((one) => one.write !== word);
      rows = [...all.filter((one) => one.write.startsWith(wanted)), ...all.filter((one) => !one.write.startsWith(wanted) && (wanted.length > 1 || /[^\x00-\x7f]/.test(wanted)) && (one.write.includes(wanted) || one.label.toLowerCase().includes(wanted)))];
    }
    offer(rows.slice(0, 8));
  }
  function offer(rows) {
    offered = rows; current = -1;
    box.hidden = !rows.length;
    if (rows.length) text.setAttribute("aria-controls", "suggested"); else text.removeAttribute("aria-controls");
    text.removeAttribute("aria-activedescendant");
    box.replaceChildren(B.make("ul", { id: "suggested", role: "listbox", "aria-label": B.say("suggestions") }, ...rows.map((one, n) => B.make("li", { id: `suggested-${n}`, role: "option", "aria-selected": "false", on: { mousedown: (event) => { event.preventDefault(); take(n); } } },
      B.make("code", {}, one.shown ?? one.write), B.make("span", {}, ` ${one.label}`), B.make("small", { className: "muted" }, ` ${one.kind}`), one.help ? B.make("code", { className: "example" }, one.help) : null))));
  }
  function pick(by) {
    current = (current + by + offered.length) % offered.length;
    [...box.querySelectorAll("li")].forEach((one, n) => one.setAttribute("aria-selected", String(n === current)));
    text.setAttribute("aria-activedescendant", `suggested-${current}`);
    $(`#suggested-${current}`).scrollIntoView({ block: "nearest" });
  }
  function take(n) {
    const end = text.selectionStart;
    text.setRangeText(offered[n].write, from, end, "end");
    offer([]);
    typed();
  }
  text.addEventListener("keydown", (event) => {
    if (!offered.length || event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); pick(event.key === "ArrowDown" ? 1 : -1); }
    else if (event.key === "Tab" && !event.shiftKey && current >= 0 || event.key === "Enter" && current >= 0) { event.preventDefault(); take(current); }
    else if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); offer([]); }
  });
  text.addEventListener("blur", () => offer([]));
  // What was sent before is no longer meant: its answer must not write over what is being typed.
  function typed() { B.isTouched = true; asked?.abort(); mark("text"); later(300); }
  text.addEventListener("input", (event) => { typed(); if (event.isTrusted) suggest(); }); // what was taken over is whole

  fetch(root.dataset.words).then((answer) => answer.json()).then((words) => {
    B.use(words);
    model.tree = B.start();
    $("[data-blocks]", root).hidden = false;
    root.classList.add("both");
    for (const [name, value] of [["aria-autocomplete", "list"], ["aria-haspopup", "listbox"]]) text.setAttribute(name, value);
    draw();
    // A new rule begins with the block that is shown: what is seen on the left is what is kept and counted.
    mark(text.value.trim() ? "text" : "tree");
    send();
  }).catch(() => {});
})();
