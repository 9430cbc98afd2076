// Sentence blocks of a rule: draws a tree (the JSON form of rules/language/json_form.py) and changes it in place.
// The server alone decides whether it is a rule; what is known here of kinds of values only picks fitting choices.
(() => {
  "use strict";
  const B = (window.cleancardBlocks = { words: null, changed: () => {} });
  const byName = (rows) => Object.fromEntries(rows.map((row) => [row.name, row]));
  B.use = (words) => {
    B.words = words;
    B.fields = byName(words.fields); B.windows = byName(words.windows); B.functions = byName(words.functions);
    B.parameters = byName(words.parameters); B.keys = byName(words.keys);
  };
  const say = (word) => B.words.words[word] ?? word;
  B.say = say;

  // DOM helpers: every control has a place (data-at) by which the focus is found again after drawing anew.
  B.make = (tag, attributes = {}, ...inside) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name === "on") for (const [event, act] of Object.entries(value)) element.addEventListener(event, act);
      else if (name in element && !name.startsWith("aria") && name !== "list" && name !== "role") element[name] = value;
      else element.setAttribute(name, value);
    }
    element.append(...inside.filter((part) => part !== null && part !== undefined));
    return element;
  };
  const make = B.make;
  B.button = (text, at, act, more = {}) => make("button", { type: "button", className: "button small quiet", "data-at": at, on: { click: act }, ...more }, text);
  B.select = (at, label, options, value, act) => {
    const box = make("select", { "data-at": at, "aria-label": label, on: { change: (event) => act(event.target.value) } });
    let home = box, group = null;
    for (const [key, word, of] of options) {
      if (of !== undefined && of !== group) { group = of; home = make("optgroup", { label: of }); box.append(home); }
      home.append(make("option", { value: key, selected: key === value }, word));
    }
    box.value = value;
    return options.length > LONG ? unfolding(make("span", { className: "choice-of-many" }, box, finder(at, label, box, value))) : box;
  };
  // What shows only with the focus keeps its place while something is pressed: it would move from under the pointer before it is clicked.
  const REST = 200;
  let isPressed = false;
  for (const [event, value] of [["pointerdown", true], ["pointerup", false], ["pointercancel", false], ["keydown", false]]) document.addEventListener(event, () => { isPressed = value; }, true);
  function unfolding(whole) {
    let timer = 0;
    const fold = () => {
      if (isPressed) timer = setTimeout(fold, REST);
      else whole.classList.remove("unfolded");
    };
    whole.addEventListener("focusin", () => { clearTimeout(timer); whole.classList.add("unfolded"); });
    whole.addEventListener("focusout", () => { clearTimeout(timer); timer = setTimeout(fold, REST); });
    return whole;
  }
  // A long list in groups is narrowed by typing a part of a name; Enter takes the first that is left.
  const LONG = 40;
  function finder(at, label, box, value) {
    const all = [...box.children];
    const plain = (text) => text.normalize("NFC").toLowerCase().replaceAll(" ", "");
    const parts = all.map((one) => ({ one, options: one.tagName === "OPTGROUP" ? [...one.children] : [one] }));
    const narrow = (wanted) => {
      const kept = parts.map(({ one, options }) => [one, options.filter((option) => option.value === value || plain(`${option.textContent} ${option.value}`).includes(wanted))]).filter(([, left]) => left.length);
      for (const [one, left] of kept) if (one.tagName === "OPTGROUP") one.replaceChildren(...left);
      box.replaceChildren(...kept.map(([one]) => one));
      box.value = value;
      return kept.flatMap(([, left]) => left).filter((option) => plain(`${option.textContent} ${option.value}`).includes(wanted));
    };
    const find = make("input", { type: "search", className: "find", "data-at": `${at}.find`, "aria-label": `${say("find")}: ${label}`, placeholder: say("find"), autocomplete: "off" });
    const said = make("span", { className: "word", role: "status" });
    find.addEventListener("input", () => { const found = narrow(plain(find.value)); said.textContent = find.value.trim() ? String(found.length) : ""; });
    find.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "Enter") {
        event.preventDefault();
        const [first] = find.value.trim() ? narrow(plain(find.value)) : [];
        if (first) { B.focusOn = at; box.value = first.value; box.dispatchEvent(new Event("change")); }
      } else if (event.key === "Escape" && find.value) { event.stopPropagation(); find.value = ""; said.textContent = ""; narrow(""); }
      else if (event.key === "ArrowDown") { event.preventDefault(); box.focus(); }
    });
    return make("span", { className: "finding" }, find, said);
  }
  B.input = (at, label, value, act, more = {}) => make("input", { "data-at": at, "aria-label": label, value, autocomplete: "off",
    on: { input: (event) => { const ok = act(event.target.value.trim(), event.target.value); event.target.setAttribute("aria-invalid", ok === false ? "true" : "false"); B.changed(false); } }, ...more });
  // A change of the form draws anew; a change of a value does not, so that typing is never disturbed.
  B.reshape = (act) => () => { act(); B.changed(true); };

  // Kinds of values, as far as choices need them.
  B.typeOf = (node) => {
    switch (node?.type) {
      case "field": return B.fields[node.name]?.type ?? (B.keys[node.name] ? "code" : "text");
      case "parameter": return B.parameters[node.name]?.type ?? "number";
      case "window": return ["count", "distinct"].includes(node.function) ? "number" : node.function === "since_last" ? "duration" : ["share", "change"].includes(node.function) ? "percent" : B.typeOf(node.value);
      case "call": return B.functions[node.name]?.result || B.typeOf(node.arguments[0]);
      case "arithmetic": {
        const [left, right] = [B.typeOf(node.left), B.typeOf(node.right)];
        if (["date", "datetime"].includes(left) && left === right) return "duration";
        if (node.op === "/" && left === right) return "number";
        return ["money", "duration", "date", "datetime"].includes(left) ? left : ["money", "duration"].includes(right) ? right : "number";
      }
      case "minus": return B.typeOf(node.operand);
      case "now": return "datetime";
      case "comparison": case "in": case "text_match": case "missing": case "not": case "and": case "or": return "yes_no";
      default: return node?.type ?? "number";
    }
  };
  const family = (kind) => ({ percent: "number", code: "text", datetime: "date" })[kind] ?? kind;
  B.unitOf = (node) => node.type === "field" ? B.fields[node.name]?.unit : node.type === "call" ? B.functions[node.name]?.unit : "";
  B.choicesOf = (node) => (node?.type === "field" && B.fields[node.name]?.choices) || [];
  B.fresh = (kind, beside) => {
    const first = B.choicesOf(beside)[0];
    return {
      money: () => ({ type: "money", amount: "100000", currency: B.words.currency }), percent: () => ({ type: "percent", value: "10" }),
      text: () => ({ type: "text", value: first ? String(first.value) : "" }), code: () => ({ type: "text", value: first ? String(first.value) : "" }),
      yes_no: () => ({ type: "yes_no", value: true }), date: () => ({ type: "date", value: new Date().toISOString().slice(0, 10) }),
      datetime: () => ({ type: "date", value: new Date().toISOString().slice(0, 10) }), time: () => ({ type: "time", value: "22:00" }),
      duration: () => ({ type: "duration", amount: "1", unit: "day" }),
    }[kind]?.() ?? { type: "number", value: "1" };
  };
  const isLiteral = (node) => ["number", "percent", "money", "text", "yes_no", "date", "time", "duration"].includes(node?.type);
  B.isLiteral = isLiteral;

  // A value: what it is, and what that needs. `holder[key]` is the node; `beside` the node it is compared with.
  B.value = (holder, key, at, { label, beside = null, kinds = null, conditions = false, literals = true } = {}) => {
    const node = holder[key];
    const box = make("span", { className: "value" });
    const put = (made) => { holder[key] = made; B.changed(true); };
    const fits = (kind) => !kinds || kinds.includes(kind);
    const wanted = beside ? B.typeOf(beside) : null;
    const options = [];
    if (literals) options.push(["fixed", say("fixed"), B.words.groups.fixed]);
    const alike = B.words.parameters.filter((one) => !wanted || family(one.type) === family(wanted));
    if (literals) for (const one of alike) options.push([`p:${one.name}`, one.label, B.words.groups.parameters]);
    if (!literals && node.type === "parameter") options.push([`p:${node.name}`, B.parameters[node.name]?.label ?? node.name, B.words.groups.parameters]);
    if (!conditions && literals === false && isLiteral(node)) options.unshift(["fixed", say("fixed"), B.words.groups.fixed]);
    for (const group of ["amount", "time", "merchant", "person", "claim", "behaviour"])
      for (const one of B.words.fields) if (one.group === group && fits(one.type) && (!wanted || family(one.type) === family(wanted) || (node.type === "field" && node.name === one.name))) options.push([`f:${one.name}`, one.label, B.words.groups[group]]);
    if (node.type === "field" && !B.fields[node.name]) options.push([`f:${node.name}`, B.keys[node.name]?.label ?? node.name, B.words.groups.claim]);
    if (!B.inWindow) for (const one of B.words.windows) options.push([`w:${one.name}`, one.label, B.words.groups.windows]);
    for (const one of B.words.functions) options.push([`c:${one.name}`, one.label, B.words.groups.functions]);
    options.push(["calc", say("calculation"), B.words.groups.functions], ["minus", say("minus"), B.words.groups.functions], ["now", say("now"), B.words.groups.functions]);
    const current = { field: `f:${node.name}`, parameter: `p:${node.name}`, window: `w:${node.function}`, call: `c:${node.name}`, arithmetic: "calc", minus: "minus", now: "now" }[node.type] ?? (isLiteral(node) ? "fixed" : "cond");
    if (current === "cond") options.push(["cond", say("condition"), B.words.groups.functions]);
    if (!options.some(([name]) => name === current)) options.push([current, node.name ?? current, B.words.groups.fixed]);
    box.append(B.select(`${at}.what`, label ?? say("what"), options, current, (chosen) => {
      const [sort, name] = [chosen.split(":")[0], chosen.slice(2)];
      if (sort === "f") put({ type: "field", name });
      else if (sort === "p") put({ type: "parameter", name });
      else if (sort === "w") put(B.freshWindow(name, node));
      else if (sort === "c") put({ type: "call", name, arguments: (() => { const f = B.functions[name]; const made = f.arguments.map((accepted) => firstOf(accepted, node)); if (f.variadic) made.push(structuredClone(made.at(-1))); return made; })() });
      else if (chosen === "calc") put({ type: "arithmetic", op: "*", left: structuredClone(node), right: { type: "number", value: "1" } });
      else if (chosen === "minus") put({ type: "minus", operand: isLiteral(node) ? { type: "field", name: "amount" } : structuredClone(node) });
      else if (chosen === "now") put({ type: "now" });
      else if (chosen === "fixed") put(B.fresh(wanted ?? B.typeOf(node), beside));
    }));
    if (isLiteral(node)) box.append(B.literal(node, `${at}.lit`, beside, put));
    else if (node.type === "window") box.append(B.window(node, `${at}.win`));
    else if (node.type === "call") {
      const accepted = (place) => B.functions[node.name]?.arguments[Math.min(place, B.functions[node.name].arguments.length - 1)];
      node.arguments.forEach((_, place) => box.append(B.value(node.arguments, place, `${at}.${place}`, { label: say("value"), kinds: accepted(place) })));
    } else if (node.type === "arithmetic") {
      box.classList.add("calc");
      box.append(B.value(node, "left", `${at}.l`, { label: say("value") }), B.select(`${at}.op`, say("sign"), [["+", "+"], ["-", "−"], ["*", "×"], ["/", "÷"]], node.op, (op) => { node.op = op; B.changed(true); }), B.value(node, "right", `${at}.r`, { label: say("value") }));
    } else if (node.type === "minus") box.append(B.value(node, "operand", `${at}.m`, { label: say("value") }));
    else if (current === "cond") box.append(B.condition(holder, key, `${at}.c`, null));
    return box;
  };
  function firstOf(kinds, node) {
    if (!isLiteral(node) && kinds.includes(B.typeOf(node)) && node.type !== "window") return structuredClone(node);
    const field = B.words.fields.find((one) => kinds.includes(one.type));
    return field ? { type: "field", name: field.name } : B.fresh(kinds[0]);
  }

  // A value written here, with the unit beside it, and the company's own values to choose from.
  let lists = 0;
  B.literal = (node, at, beside, put) => {
    const box = make("span", { className: "literal" });
    const number = (name) => (text) => { const plain = text.replaceAll(",", ""); if (!/^-?\d+(\.\d+)?$/.test(plain)) return false; node[name] = plain; return true; };
    if (node.type === "money") {
      box.append(B.input(`${at}.a`, say("amount"), grouped(node.amount), number("amount"), { inputMode: "decimal", className: "amount" }),
        B.input(`${at}.c`, say("currency"), node.currency, (text) => { if (!/^[A-Za-z]{3}$/.test(text)) return false; node.currency = text.toUpperCase(); return true; }, { className: "code3", maxLength: 3 }));
    } else if (node.type === "number" || node.type === "percent") {
      box.append(B.input(`${at}.a`, say("value"), node.value, number("value"), { inputMode: "decimal", className: "short" }));
      const unit = node.type === "percent" ? "%" : beside ? B.unitOf(beside) : "";
      if (unit) box.append(make("span", { className: "unit" }, say(unit)));
    } else if (node.type === "text") {
      const choices = B.choicesOf(beside);
      const more = {};
      if (choices.length) {
        const id = `values-${++lists}`;
        more.list = id;
        box.append(make("datalist", { id }, ...choices.map((one) => make("option", { value: String(one.value) }, one.label))));
      }
      box.append(B.input(`${at}.a`, say("value"), node.value, (text) => { node.value = text; return text !== ""; }, more));
    } else if (node.type === "yes_no") box.append(B.select(`${at}.a`, say("value"), [["yes", say("yes")], ["no", say("no")]], node.value ? "yes" : "no", (chosen) => { node.value = chosen === "yes"; B.changed(true); }));
    else if (node.type === "date" || node.type === "time") box.append(B.input(`${at}.a`, say("value"), node.value, (text) => { if (!text) return false; node.value = text; return true; }, { type: node.type }));
    else if (node.type === "duration") box.append(B.duration(node, at, false));
    return box;
  };
  const grouped = (text) => text.replace(/^(-?\d+)/, (whole) => whole.replace(/\B(?=(\d{3})+(?!\d))/g, ","));
  B.duration = (node, at, business) => make("span", { className: "literal" },
    B.input(`${at}.a`, say("value"), node.amount, (text) => { if (!/^\d+(\.\d+)?$/.test(text)) return false; node.amount = text; return true; }, { inputMode: "decimal", className: "short" }),
    B.select(`${at}.u`, say("unit"), [["second", say("second")], ["minute", say("minute")], ["hour", say("hour")], ["day", say("days")], ["week", say("weeks")], ...(business ? [["business day", say("business day")]] : [])], node.unit, (unit) => { node.unit = unit; B.changed(true); }));
})();
