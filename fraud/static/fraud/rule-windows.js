// Sentence blocks, continued: aggregates over other claims, single conditions, and the groups that join them.
(() => {
  "use strict";
  const B = window.cleancardBlocks;
  const { make } = B;
  const say = (word) => B.say(word);
  const COMMON = ["cardholder", "merchant", "department", "mcc", "amount"];
  const PERIODS = ["day", "week", "month", "quarter", "year"];

  // A new aggregate looks at what the one before it in the rule looked at: the second of two mostly means the same claims.
  B.freshWindow = (name, before) => {
    const like = before?.type === "window" ? before : B.lastWindow;
    const info = B.windows[name];
    const made = { type: "window", function: name, value: null, keys: [...(like?.keys?.length ? like.keys : ["cardholder"])], period: like?.period ?? null, within: structuredClone(like?.within ?? null), part: [], where: structuredClone(like?.where ?? null), mode: like?.mode ?? "", fraction: null };
    if (!like) made.within = { type: "duration", amount: "30", unit: "day" };
    if (info.value) made.value = like?.value && info.value.includes(B.typeOf(like.value)) ? structuredClone(like.value) : { type: "field", name: name === "distinct" ? "merchant" : "amount" };
    if (made.mode === "others" && !info.others) made.mode = "";
    if (made.mode === "whole" && !info.whole) made.mode = "";
    if (name === "percentile") made.fraction = { type: "percent", value: "95" };
    if (name === "share") { made.part = ["cardholder"]; made.keys = ["merchant"]; }
    if (name === "since_last") Object.assign(made, { period: null, within: null, where: null, mode: "" });
    if (name === "change" && !made.within) Object.assign(made, { period: null, within: { type: "duration", amount: "30", unit: "day" }, mode: "" });
    return made;
  };

  B.window = (node, at) => {
    const info = B.windows[node.function] ?? { value: null, others: false, whole: true };
    const box = make("span", { className: "window", role: "group", "aria-label": info.label ?? node.function });
    const line = (word, ...inside) => box.append(make("span", { className: "line" }, make("span", { className: "word" }, say(word)), ...inside));
    if (node.function === "percentile" && node.fraction) line("fraction", node.fraction.type === "parameter" ? B.value(node, "fraction", `${at}.p`) : B.literal(node.fraction, `${at}.p`));
    if (node.value) {
      B.inWindow = true;
      line("value", node.function === "distinct" ? keyOrField(node, `${at}.v`) : B.value(node, "value", `${at}.v`, { label: say("value"), kinds: info.value, literals: false }));
      B.inWindow = false;
    }
    if (node.function === "share") line("part", keys(node, "part", `${at}.part`));
    line(node.function === "share" ? "whole_keys" : "same", keys(node, "keys", `${at}.k`));
    if (node.function !== "since_last") { line("span", span(node, `${at}.s`)); line("which", which(node, info, `${at}.m`)); box.append(where(node, `${at}.w`)); }
    return box;
  };
  const keyOrField = (node, at) => B.select(at, say("value"), B.words.keys.map((one) => [one.name, one.label]), node.value.name ?? "", (name) => { node.value = { type: "field", name }; B.changed(true); });
  function keys(node, list, at) {
    const box = make("span", { className: "keys" });
    for (const name of [...new Set([...COMMON, ...node[list]])]) {
      const tick = make("input", { type: "checkbox", checked: node[list].includes(name), "data-at": `${at}.${name}`, on: { change: (event) => { node[list] = event.target.checked ? [...node[list], name] : node[list].filter((one) => one !== name); B.changed(true); } } });
      box.append(make("label", { className: "check" }, tick, B.keys[name]?.label ?? name));
    }
    const rest = B.words.keys.filter((one) => !COMMON.includes(one.name) && !node[list].includes(one.name));
    box.append(B.select(`${at}.more`, say("more_keys"), [["", say("more_keys")], ...rest.map((one) => [one.name, one.label])], "", (name) => { node[list] = [...node[list], name]; B.changed(true); }));
    return box;
  }
  function span(node, at) {
    const now = node.period ?? (node.within ? (node.within.type === "parameter" ? "within_parameter" : "within") : "ever");
    const durations = B.words.parameters.filter((one) => one.type === "duration");
    const options = [["within", say("within")], ...PERIODS.map((one) => [one, say(one)]), ["ever", say("ever")]];
    if (durations.length) options.splice(1, 0, ["within_parameter", say("within_parameter")]);
    const box = make("span", { className: "value" }, B.select(`${at}.how`, say("span"), options, now, (how) => {
      node.period = PERIODS.includes(how) ? how : null;
      node.within = how === "within" ? { type: "duration", amount: "30", unit: "day" } : how === "within_parameter" ? { type: "parameter", name: durations[0].name } : null;
      if (node.mode === "whole" && !node.period) node.mode = "";
      B.changed(true);
    }));
    if (now === "within") box.append(B.duration(node.within, `${at}.d`, true));
    if (now === "within_parameter") box.append(B.select(`${at}.p`, say("within_parameter"), durations.map((one) => [one.name, one.label]), node.within.name, (name) => { node.within.name = name; B.changed(true); }));
    return box;
  }
  function which(node, info, at) {
    const options = [["", say("with_this")], ["before", say("before")]];
    if (info.others) options.push(["others", say("others")]);
    if (info.whole && node.period) options.push(["whole", say("whole")]);
    return B.select(at, say("which"), options, node.mode, (mode) => { node.mode = mode; B.changed(true); });
  }
  function where(node, at) {
    if (!node.where) return B.button(`+ ${say("add_where")}`, `${at}.add`, B.reshape(() => { node.where = { type: "comparison", op: ">", left: { type: "field", name: "amount" }, right: B.fresh("money") }; }));
    B.inWindow = true;
    const inner = make("fieldset", { className: "where" }, make("legend", {}, say("where")),
      B.isGroup(node.where) ? B.group(node, "where", `${at}.g`, false) : B.condition(node, "where", `${at}.c`, B.reshape(() => { node.where = { type: "and", operands: [node.where, fresh()] }; })),
      B.button(say("remove"), `${at}.off`, B.reshape(() => { node.where = null; }), { "aria-label": `${say("remove")}: ${say("where")}` }));
    B.inWindow = false;
    return inner;
  }

  // One condition: what is looked at, how it is compared, with what.
  const TEXT = ["contains", "starts with", "like", "matches", "similar to"];
  const ORDER = ["money", "number", "percent", "date", "datetime", "time", "duration"];
  const opsFor = (kind) => kind === "yes_no" ? ["so", "="] : ORDER.includes(kind) ? ["=", "!=", "<", "<=", ">", ">=", "in_range", "in_values"]
    : ["=", "!=", "in_values", "in_list", "contains", "contains_values", "contains_list", "starts with", "like", "matches", "similar to", "similar_values", "similar_list"];
  const collected = (collection) => ({ list: "list", range: "range" })[collection.type] ?? "values";
  function opOf(test) {
    if (test.type === "comparison") return test.op;
    if (test.type === "in") return `in_${collected(test.collection)}`;
    if (test.type === "missing") return "missing";
    if (test.type === "text_match") return ["values", "list"].includes(test.pattern.type) ? `${test.op === "similar to" ? "similar" : "contains"}_${test.pattern.type}` : test.op;
    return "so";
  }
  const subject = (test) => (test.type === "comparison" ? [test, "left"] : ["in", "text_match", "missing"].includes(test.type) ? [test, "operand"] : null);
  const listName = () => B.words.lists[0]?.name ?? "list";
  function withOp(test, op, node) {
    const kind = B.typeOf(node), old = test.right ?? test.pattern ?? test.collection;
    const items = () => (old?.items ? structuredClone(old.items) : [B.isLiteral(old) ? structuredClone(old) : B.fresh(kind, node)]);
    const one = () => (B.isLiteral(old) || old?.type === "parameter" || old?.type === "field" ? structuredClone(old) : old?.items ? structuredClone(old.items[0]) : B.fresh(kind, node));
    if (op === "so") return node;
    if (op === "missing") return { type: "missing", operand: node };
    if (op === "in_values") return { type: "in", operand: node, collection: { type: "values", items: items() } };
    if (op === "in_list") return { type: "in", operand: node, collection: { type: "list", name: old?.type === "list" ? old.name : listName() } };
    if (op === "in_range") return { type: "in", operand: node, collection: { type: "range", low: B.isLiteral(old) ? structuredClone(old) : B.fresh(kind, node), high: B.isLiteral(old) ? structuredClone(old) : B.fresh(kind, node) } };
    if (op.endsWith("_values")) return { type: "text_match", op: op.startsWith("similar") ? "similar to" : "contains", operand: node, pattern: { type: "values", items: items() } };
    if (op.endsWith("_list")) return { type: "text_match", op: op.startsWith("similar") ? "similar to" : "contains", operand: node, pattern: { type: "list", name: old?.type === "list" ? old.name : listName() } };
    if (TEXT.includes(op)) return { type: "text_match", op, operand: node, pattern: one() };
    return { type: "comparison", op, left: node, right: test.right ?? one() };
  }
  const fresh = () => ({ type: "comparison", op: ">", left: { type: "field", name: "amount" }, right: B.fresh("money") });
  B.isGroup = (node) => ["and", "or"].includes(node?.type) || (node?.type === "not" && ["and", "or"].includes(node.operand.type));

  B.condition = (holder, key, at, addBeside) => {
    const isNot = holder[key].type === "not";
    const test = isNot ? holder[key].operand : holder[key];
    const put = (made) => { holder[key] = isNot ? { type: "not", operand: made } : made; };
    const box = make("div", { className: "test", role: "group", "aria-label": say("condition") });
    if (test.type === "not" || B.isGroup(test)) { box.append(make("span", { className: "word" }, say("not")), B.any(isNot ? holder[key] : holder, isNot ? "operand" : key, `${at}.n`)); return box; }
    const slot = { node: subject(test) ? test[subject(test)[1]] : test };
    const proxy = { get node() { return slot.node; }, set node(made) {
      const [was, kind] = [B.typeOf(slot.node), B.typeOf(made)];
      slot.node = made;
      const op = opOf(test), fits = opsFor(kind).includes(op) || op === "missing";
      const isAlike = was === kind && B.choicesOf(made).length === 0;
      const plain = isAlike ? test : { ...test, right: test.type === "comparison" && !B.isLiteral(test.right) && B.typeOf(test.right) === kind ? test.right : B.fresh(kind, made), pattern: undefined, collection: test.collection?.type === "list" ? test.collection : undefined };
      put(withOp(plain, kind === "yes_no" ? "so" : fits && op !== "so" && !(B.isCount(made) && !isAlike) ? op : B.isCount(made) ? ">=" : ORDER.includes(kind) ? ">" : "=", made));
    } };
    box.append(B.value(proxy, "node", `${at}.left`, { label: say("what"), conditions: true, literals: false }));
    const kind = B.typeOf(slot.node), op = opOf(test);
    const ops = opsFor(kind).includes(op) || op === "missing" ? opsFor(kind) : [...opsFor(kind), op];
    const canMiss = slot.node.type === "field";
    const negation = make("button", { type: "button", className: "button small not", "aria-pressed": String(isNot), "data-at": `${at}.not`, on: { click: B.reshape(() => { holder[key] = isNot ? test : { type: "not", operand: test }; }) } }, say("not"));
    const how = B.select(`${at}.op`, say("how"), [...ops, ...(canMiss || op === "missing" ? ["missing"] : [])].map((name) => [name, say(name)]), op, (chosen) => { put(withOp(test, chosen, slot.node)); B.changed(true); });
    box.append(make("span", { className: "how" }, negation, how));
    const right = against(test, slot.node, `${at}.right`);
    if (right) box.append(right);
    const choices = B.choicesOf(slot.node);
    if (choices.length && ["=", "!=", "in_values"].includes(op)) box.append(make("p", { className: "help" }, `${say("here")}: ${choices.slice(0, 8).map((one) => (one.label ? `${one.value} ${one.label}` : one.value)).join(", ")}${choices.length > 8 ? " …" : ""}`));
    if (addBeside) box.append(B.button(`+ ${say("add_condition")}`, `${at}.beside`, addBeside));
    return box;
  };
  B.isCount = (node) => node.type === "window" && ["count", "distinct"].includes(node.function);
  const lists = (holder, at) => B.select(at, say("list"), B.words.lists.map((one) => [one.name, `${one.label} (${one.n})`]), holder.name, (name) => { holder.name = name; B.changed(true); });
  function against(test, node, at) {
    if (test.type === "comparison") return B.value(test, "right", at, { label: say("against"), beside: node });
    const collection = test.type === "in" ? test.collection : test.type === "text_match" ? test.pattern : null;
    if (!collection) return null;
    if (collection.type === "list") return lists(collection, `${at}.list`);
    if (collection.type === "values") return items(collection, node, at);
    const end = (holder, key, place) => (B.isLiteral(holder[key]) ? B.literal(holder[key], place, node) : B.value(holder, key, place, { beside: node }));
    if (collection.type === "range") return make("span", { className: "literal" }, end(collection, "low", `${at}.low`), make("span", { className: "word" }, say("to")), end(collection, "high", `${at}.high`));
    return B.value(test, "pattern", at, { label: say("against"), beside: node });
  }
  function items(collection, node, at) {
    const box = make("span", { className: "items" });
    collection.items.forEach((item, place) => box.append(make("span", { className: "item" }, B.isLiteral(item) ? B.literal(item, `${at}.${place}`, node) : B.value(collection.items, place, `${at}.${place}`, { beside: node }),
      collection.items.length > 1 ? B.button("×", `${at}.${place}.off`, B.reshape(() => collection.items.splice(place, 1)), { "aria-label": `${say("remove")}: ${item.value ?? ""}` }) : null)));
    box.append(B.button(`+ ${say("add_value")}`, `${at}.add`, B.reshape(() => {
      const used = collection.items.map((one) => one.value), next = B.choicesOf(node).find((one) => !used.includes(String(one.value)));
      collection.items.push(next ? { type: "text", value: String(next.value) } : B.fresh(B.typeOf(node) === "text" || B.typeOf(node) === "code" ? "text" : B.typeOf(node)));
    })));
    return box;
  }

  // Groups: how their conditions are joined, and the conditions. A group of one joins nothing yet and is left out of the text.
  B.group = (holder, key, at, isRoot) => {
    const isNot = holder[key].type === "not", node = isNot ? holder[key].operand : holder[key];
    const box = make("fieldset", { className: "group" }, make("legend", { className: "visually-hidden" }, say("group")));
    const mode = (isNot ? "not_" : "") + node.type;
    box.append(B.select(`${at}.join`, say("joined"), ["and", "or", "not_or", "not_and"].map((one) => [one, say(one)]), mode, (chosen) => {
      const joined = { type: chosen.replace("not_", ""), operands: node.operands };
      holder[key] = chosen.startsWith("not_") ? { type: "not", operand: joined } : joined;
      B.changed(true);
    }));
    const list = make("ol", {});
    node.operands.forEach((part, place) => {
      const move = (by) => B.reshape(() => { const [one] = node.operands.splice(place, 1); node.operands.splice(place + by, 0, one); B.focusOn = `${at}.${place + by}.${by < 0 ? "up" : "down"}`; });
      const name = `${say("condition")} ${place + 1}`;
      const tools = make("span", { className: "tools" },
        place > 0 ? B.button("↑", `${at}.${place}.up`, move(-1), { "aria-label": `${say("up")}: ${name}`, title: say("up") }) : null,
        place < node.operands.length - 1 ? B.button("↓", `${at}.${place}.down`, move(1), { "aria-label": `${say("down")}: ${name}`, title: say("down") }) : null,
        B.isGroup(part) ? null : B.button("( )", `${at}.${place}.wrap`, B.reshape(() => { node.operands[place] = { type: node.type === "and" ? "or" : "and", operands: [part] }; }), { "aria-label": `${say("wrap")}: ${name}`, title: say("wrap") }),
        node.operands.length > 1 || !isRoot ? B.button("×", `${at}.${place}.off`, B.reshape(() => { node.operands.splice(place, 1); if (!node.operands.length) B.drop(holder, key); B.focusOn = `${at}.add`; }), { "aria-label": `${say("remove")}: ${name}`, title: say("remove") }) : null);
      list.append(make("li", {}, B.any(node.operands, place, `${at}.${place}`), tools));
    });
    const add = (what, word) => B.button(`+ ${say(word)}`, `${at}.${word === "add_group" ? "addg" : "add"}`, B.reshape(() => { node.operands.push(what()); B.focusOn = `${at}.${node.operands.length - 1}${word === "add_group" ? ".join" : ".left.what"}`; }));
    box.append(list, make("div", { className: "row" }, add(fresh, "add_condition"), add(() => ({ type: node.type === "and" ? "or" : "and", operands: [fresh()] }), "add_group")));
    return box;
  };
  B.any = (holder, key, at) => (B.isGroup(holder[key]) ? B.group(holder, key, at, false) : B.condition(holder, key, at, null));
  B.drop = (holder, key) => { holder[key] = fresh(); };
  B.start = () => ({ type: "and", operands: [fresh()] });
  // The tree without groups that join nothing.
  B.plain = (node) => {
    if (Array.isArray(node)) return node.map(B.plain);
    if (node === null || typeof node !== "object") return node;
    if (["and", "or"].includes(node.type) && node.operands.length === 1) return B.plain(node.operands[0]);
    return Object.fromEntries(Object.entries(node).map(([name, part]) => [name, B.plain(part)]));
  };
  B.asGroup = (tree) => (B.isGroup(tree) ? tree : { type: "and", operands: [tree] });
})();
