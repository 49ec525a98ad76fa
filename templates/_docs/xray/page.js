"use strict";
// Plays the record of a call: forward, back, to any instruction. All values are the record's.
(() => {
  const byId = (id) => document.getElementById(id);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const hex = (value, digits = 8) => value.toString(16).padStart(digits, "0");
  const data = JSON.parse(byId("data").textContent);
  const COUNT = data.rows.length;
  const ICONS = { play: "M4 2l9 6-9 6z", pause: "M3 2h4v12H3zM9 2h4v12H9z" };
  const WORD_BYTES = 4;
  const AGAIN = "Once more, or an empty answer to see it.";

  // ---- the machine, as it is behind row `at` (0: before the first) ----

  class Machine {
    constructor() {
      this.reset();
    }

    reset() {
      this.at = 0;
      this.registers = { ...data.registers };
      this.flags = {};
      for (const [name, bit] of Object.entries(data.flags)) {
        this.flags[name] = data.registers.eflags & bit ? 1 : 0;
      }
      this.bytes = new Map();
      for (const [start, text] of data.memory) {
        for (let at = 0; at < text.length; at += 2) {
          this.bytes.set(start + at / 2, parseInt(text.slice(at, at + 2), 16));
        }
      }
      this.names = new Map(Object.entries(data.names).map(([at, name]) => [Number(at), name]));
      this.tops = data.stacks.map((stack) => stack.top);
      this.noteTop();
    }

    to(number) {
      if (number < this.at) this.reset();
      while (this.at < number) this.apply(data.rows[this.at++]);
    }

    apply(row) {
      if (row.r) Object.assign(this.registers, row.r);
      if (row.f) Object.assign(this.flags, row.f);
      for (const [address, size, value, name] of row.w ?? []) {
        this.names.set(address, name);
        for (let at = 0; at < size; at++) {
          if (value === null) this.bytes.delete(address + at);
          else this.bytes.set(address + at, Math.floor(value / 2 ** (8 * at)) & 0xff);
        }
      }
      this.noteTop();
    }

    noteTop() {
      const { esp, cs } = this.registers;
      data.stacks.forEach((stack, index) => {
        if (stack.low <= esp && esp <= stack.high) this.tops[index] = esp;
        else if (stack.id === "kernel" && (cs & 3) === 3) this.tops[index] = stack.top;
      });
    }

    word(address) {
      let value = 0;
      for (let at = WORD_BYTES - 1; at >= 0; at--) {
        const byte = this.bytes.get(address + at);
        if (byte === undefined) return null;
        value = value * 256 + byte;
      }
      return value;
    }
  }

  // ---- folds: which are closed, and where one can stand ----

  const folds = data.folds.map(([first, last, within]) => ({ first, last, within, open: false }));
  const lines = all("table.rows tbody tr").map((element) => ({
    element,
    fold: element.dataset.fold === undefined ? null : Number(element.dataset.fold),
    within: (element.dataset.within ?? "").split(" ").filter(Boolean).map(Number),
  }));
  const rowElements = [null];
  for (const line of lines) if (line.fold === null) rowElements.push(line.element);
  const foldElements = [];
  for (const line of lines) if (line.fold !== null) foldElements[line.fold] = line.element;

  const isShown = (within) => within.every((number) => folds[number].open);

  function showFolds() {
    for (const { element, fold, within } of lines) {
      const hidden = !isShown(within);
      if (element.hidden !== hidden) element.hidden = hidden;
      if (fold !== null) {
        const button = element.querySelector(".opens");
        button.setAttribute("aria-expanded", String(folds[fold].open));
        button.textContent = folds[fold].open ? "close" : "open";
      }
    }
  }

  // The closed fold that a row stands in; -1 if it stands alone.
  const closedAround = (number) =>
    folds.findIndex((fold) => !fold.open && fold.first <= number && number <= fold.last);

  function spanOf(number) {
    const closed = number > 0 ? closedAround(number) : -1;
    return closed < 0 ? [number, number] : [folds[closed].first, folds[closed].last];
  }

  // ---- where we are ----

  const machine = new Machine();
  let at = 0;
  let timer = 0;
  const said = new Map(); // row -> how many of its questions are done
  const score = { right: 0, wrong: 0, shown: 0 };
  let lastCurrent = null;
  let lastLine = null;

  const quiz = byId("quiz");
  const questionsOf = (number) => (number > 0 && data.rows[number - 1].q) || [];

  function leftToSay() {
    const [first, last] = spanOf(at);
    if (!quiz.checked || first !== last) return [];
    return questionsOf(at).slice(said.get(at) ?? 0);
  }

  function go(number) {
    const wanted = Math.min(Math.max(number, 0), COUNT);
    at = spanOf(wanted)[1];
    show();
  }

  function forward() {
    const left = leftToSay();
    if (left.length) {
      byId("judged").textContent = "First say what changes; an empty answer shows it.";
      byId("answer").focus();
    } else if (at < COUNT) go(at + 1);
  }

  const back = () => go(spanOf(at)[0] - 1);

  function toPart(step) {
    const part = (number) => (number > 0 ? data.rows[number - 1].way : -1);
    let number = spanOf(at)[step < 0 ? 0 : 1];
    const from = part(number);
    while (number + step > 0 && number + step <= COUNT && part(number) === from) number += step;
    if (step < 0) while (number > 1 && part(number - 1) === part(number)) number -= 1;
    go(number);
  }

  // ---- the panes ----

  const registers = all("#registers [data-register]");
  const flags = all("#flags [data-flag]");
  const parts = all("#picture .part");
  const listings = new Map(all("#source pre").map((pre) => [pre.dataset.file, pre]));
  const stackBodies = data.stacks.map((stack) => byId(`${stack.id}-stack`).tBodies[0]);
  const fileNames = all("table.rows .row .place");

  function show() {
    const [first, last] = spanOf(at);
    const left = leftToSay();
    // Until all is said the machine is as it was before, which is what one has to know to say it.
    machine.to(left.length ? at - 1 : at);
    const rows = at === 0 || left.length ? [] : data.rows.slice(first - 1, last);
    const line = currentLine();
    showRegisters(left.length ? new Set() : changedBy(rows, line));
    stackBodies.forEach((body, index) => showStack(body, index, rows));
    showInstruction(line, left);
    showSource(first);
    showPicture(first);
    showTables(line);
    showTable(line);
    showPlace(first, last, line, left);
  }

  function currentLine() {
    if (at === 0) return null;
    const fold = closedAround(at);
    return fold < 0 ? rowElements[at] : foldElements[fold];
  }

  // Of a fold what its line says, which is less than all its rows together.
  function changedBy(rows, line) {
    if (rows.length !== 1) {
      return new Set(line ? all("[data-key]", line).map((effect) => effect.dataset.key) : []);
    }
    const { r = {}, f = {} } = rows[0];
    const registers = Object.keys(r).map((name) => `r:${name}`);
    return new Set([...registers, ...Object.keys(f).map((name) => `f:${name}`)]);
  }

  function showRegisters(changed) {
    for (const element of registers) {
      const name = element.dataset.register;
      const digits = name.endsWith("s") ? 4 : 8;
      put(element.lastElementChild, hex(machine.registers[name], digits));
      element.classList.toggle("changed", changed.has(`r:${name}`));
    }
    for (const element of flags) {
      const name = element.dataset.flag;
      put(element.lastElementChild, String(machine.flags[name]));
      element.classList.toggle("set", machine.flags[name] === 1);
      element.classList.toggle("changed", changed.has(`f:${name}`));
    }
  }

  function put(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }

  function showStack(body, index, rows) {
    const { id, low, high, rows: stackRows } = data.stacks[index];
    const top = machine.tops[index];
    const written = new Set();
    for (const row of rows) {
      for (const [address, size] of row.w ?? []) {
        for (let word = address & ~3; word >>> 0 < address + size; word += WORD_BYTES) {
          written.add(word >>> 0);
        }
      }
    }
    const known = (address) => address >= low && machine.word(address) !== null;
    let end = Math.min(high, ((top & ~3) >>> 0) + WORD_BYTES * Math.ceil(stackRows * 0.7));
    let start = end;
    while (end - start < stackRows * WORD_BYTES && known(start - WORD_BYTES)) start -= WORD_BYTES;
    const made = [];
    if (end < high) made.push(more(`${(high - end) / WORD_BYTES} words above`));
    for (let address = end - WORD_BYTES; address >= start; address -= WORD_BYTES) {
      const tr = document.createElement("tr");
      const name = machine.names.get(address) ?? "";
      for (const text of [hex(address), hex(machine.word(address)), name]) {
        tr.append(document.createElement("td"));
        tr.lastElementChild.textContent = text;
      }
      tr.children[1].className = "value";
      if (written.has(address)) tr.classList.add("changed");
      if (address < top) tr.classList.add("below");
      if (address === top) {
        tr.classList.add("top");
        const away = id === "kernel" ? "esp0" : "ESP in ring 3";
        tr.lastElementChild.dataset.pointer = top === machine.registers.esp ? "ESP" : away;
      }
      made.push(tr);
    }
    body.replaceChildren(...made);
  }

  function more(text) {
    const tr = document.createElement("tr");
    tr.className = "more";
    tr.innerHTML = '<td colspan="3"></td>';
    tr.firstChild.textContent = text;
    return tr;
  }

  function showInstruction(line, left) {
    const pane = byId("instruction");
    if (line === null) {
      pane.textContent = "Before the call. The right arrow key executes the first instruction.";
    } else {
      const copied = all("td.source > *, td.machine > *, td.effects", line).map((part) => {
        const copy = part.cloneNode(true);
        if (copy.tagName !== "TD") return copy;
        const box = document.createElement("div");
        box.className = copy.className;
        box.append(...copy.childNodes);
        return box;
      });
      const source = document.createElement("div");
      source.className = "source";
      source.append(copied[0]);
      pane.replaceChildren(source, ...copied.slice(line.classList.contains("fold") ? 1 : 2));
      const unsaid = new Set(left.flatMap((question) => question.hides));
      for (const effect of all("[data-key]", pane)) effect.hidden = unsaid.has(effect.dataset.key);
    }
    byId("ask").hidden = left.length === 0;
    if (left.length) {
      const { what, before } = left[0];
      byId("question").textContent = `${before ? `${what}: ${before} →` : `${what} =`} ?`;
    }
    const next = at < COUNT && left.length === 0 ? rowElements[at + 1] : null;
    byId("then").textContent = next ? `then ${next.querySelector(".address").textContent}` : "";
  }

  function showSource(number) {
    const row = data.rows[Math.max(number, 1) - 1];
    const place = fileNames[Math.max(number, 1) - 1]?.textContent ?? "";
    const file = place.slice(0, place.lastIndexOf(":"));
    const pre = listings.get(file);
    for (const other of listings.values()) {
      if (other.hidden === (other === pre)) other.hidden = other !== pre;
    }
    byId("source-title").lastElementChild.textContent = pre ? file : "is not known";
    lastLine?.classList.remove("now");
    lastLine = pre?.querySelector(`[data-line="${row.line}"]`) ?? null;
    if (lastLine) {
      lastLine.classList.add("now");
      const pane = byId("source");
      pane.scrollTop = lastLine.offsetTop - pane.clientHeight / 2;
    }
  }

  function showPicture(number) {
    const row = data.rows[Math.max(number, 1) - 1];
    for (const part of parts) {
      const { number: ofPart, path } = part.dataset;
      part.classList.toggle("lit", Number(ofPart) === row.way && ["both", row.path].includes(path));
    }
    const title = data.parts[row.way];
    byId("part").textContent = title ? `${row.way}: ${title}` : `${row.c}, beside the way`;
  }

  function showTables(line) {
    const text = line ? line.querySelector(".effects").textContent : "";
    const selectors = [machine.registers.cs, machine.registers.ss].map((value) => value & ~3);
    for (const tr of all("#tables tr")) {
      const { selector, msr, tss } = tr.dataset;
      const isHeld = selector !== undefined && selectors.includes(Number(selector) & ~3);
      tr.classList.toggle("now", isHeld || text.includes(msr ?? tss ?? "\0"));
    }
  }

  function showTable(line) {
    if (lastCurrent === line) return;
    lastCurrent?.removeAttribute("aria-current");
    line?.setAttribute("aria-current", "true");
    lastCurrent = line;
  }

  function showPlace(first, last, line, left) {
    const span = first === last ? `${at}` : `${first} to ${last}`;
    const row = data.rows[Math.max(at, 1) - 1];
    const place = at === 0 ? "before the call" : `${span} of ${COUNT}, ring ${row.ring}`;
    byId("where").textContent = place;
    const slider = byId("slider");
    slider.value = at;
    slider.setAttribute("aria-valuetext", place);
    const what = line?.querySelector(".text, .title").textContent ?? "";
    const done = line ? all(".effects > span", line).map((span) => span.textContent.trim()) : [];
    const more = left.length ? [byId("question").textContent] : done;
    const news = [place, byId("part").textContent, what, ...more];
    byId("news").textContent = news.filter(Boolean).join("; ");
  }

  // ---- the quiz ----

  // A sum of hexadecimal numbers and registers as they were before the row; null if it is none.
  function valueOf(text, known) {
    let rest = text.trim().toLowerCase();
    if (!/^[+-]/.test(rest)) rest = `+${rest}`;
    let total = 0;
    while (rest) {
      const found = /^([+-])\s*(?:0x)?([0-9a-z]+)\s*/.exec(rest);
      if (!found) return null;
      const [whole, sign, word] = found;
      if (!(word in known) && !/^[0-9a-f]+$/.test(word)) return null;
      const term = word in known ? known[word] : parseInt(word, 16);
      total += sign === "+" ? term : -term;
      rest = rest.slice(whole.length);
    }
    return total;
  }

  function registersBefore(number) {
    const before = new Machine();
    before.to(number - 1);
    const { eip, eflags, ...known } = before.registers;
    return known;
  }

  function answer(text) {
    const question = leftToSay()[0];
    if (!question) return;
    const modulus = 2 ** question.bits;
    const value = text.trim() ? valueOf(text, registersBefore(at)) : null;
    const isRight = value !== null && ((value % modulus) + modulus) % modulus === question.value;
    const outcome = !text.trim() ? "shown" : isRight ? "right" : "wrong";
    score[outcome] += 1;
    if (outcome !== "wrong") {
      said.set(at, (said.get(at) ?? 0) + 1);
      markSaid(at);
    }
    byId("answer").value = "";
    show();
    showScore();
    const news = {
      shown: `${question.what} is ${question.answer}.`,
      right: `Right: ${question.what} is ${question.answer}.`,
      wrong: value === null ? `That is no number. ${AGAIN}` : `No. ${AGAIN}`,
    };
    byId("judged").textContent = news[outcome];
    if (!leftToSay().length) byId("slider").focus({ preventScroll: true });
  }

  function markSaid(number) {
    const done = (said.get(number) ?? 0) >= questionsOf(number).length;
    rowElements[number].classList.toggle("unsaid", !done);
  }

  function showScore() {
    const { right, shown, wrong } = score;
    const text = `${right} said, ${shown} shown, ${wrong} wrong`;
    byId("score").textContent = quiz.checked ? text : "";
  }

  quiz.addEventListener("change", () => {
    stop();
    document.documentElement.classList.toggle("quiz", quiz.checked);
    if (quiz.checked) for (let number = 1; number <= COUNT; number++) markSaid(number);
    byId("judged").textContent = "";
    showScore();
    show();
    if (leftToSay().length) byId("answer").focus();
  });
  byId("ask").addEventListener("submit", (event) => {
    event.preventDefault();
    answer(byId("answer").value);
  });

  // ---- controls ----

  function stop() {
    clearInterval(timer);
    timer = 0;
    const play = byId("play");
    play.setAttribute("aria-label", "play");
    play.querySelector("path").setAttribute("d", ICONS.play);
  }

  function play() {
    if (timer) return stop();
    if (at === COUNT) go(0);
    const next = () => (at === COUNT || leftToSay().length ? stop() : forward());
    timer = setInterval(next, Number(byId("pace").value));
    const button = byId("play");
    button.setAttribute("aria-label", "pause");
    button.querySelector("path").setAttribute("d", ICONS.pause);
  }

  const byHand = (action) => () => {
    stop();
    byId("judged").textContent = "";
    action();
  };
  const actions = {
    "to-start": byHand(() => go(0)),
    "part-back": byHand(() => toPart(-1)),
    back: byHand(back),
    play,
    forward: byHand(forward),
    "part-forward": byHand(() => toPart(1)),
    "to-end": byHand(() => go(COUNT)),
  };
  for (const [id, action] of Object.entries(actions)) byId(id).addEventListener("click", action);

  const everywhere = { ArrowLeft: "back", ArrowRight: "forward" };
  const onSlider = {
    ...everywhere, ArrowUp: "forward", ArrowDown: "back", Home: "to-start", End: "to-end",
    PageUp: "part-back", PageDown: "part-forward", " ": "play",
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const target = event.target;
    const isSlider = target.id === "slider";
    if (!isSlider && target.matches("input:not([type=checkbox]), select")) return;
    if (event.key === "Enter" && (isSlider || target === document.body)) {
      const fold = closedAround(at);
      if (fold >= 0) toggle(fold);
      return;
    }
    const isSpace = target === document.body && event.key === " ";
    const keys = isSlider || isSpace ? onSlider : everywhere; // others scroll the page
    const action = keys[event.key];
    if (!action) return;
    event.preventDefault();
    actions[action]();
  });
  byId("slider").addEventListener("input", (event) => {
    stop();
    go(Number(event.target.value));
  });

  function toggle(fold) {
    folds[fold].open = !folds[fold].open;
    showFolds();
    const { open, first, last } = folds[fold];
    go(open && first <= at && at <= last ? first : at);
  }

  document.addEventListener("click", (event) => {
    const line = event.target.closest("tr[data-fold]");
    if (event.target.closest("#instruction .opens")) return toggle(closedAround(at));
    if (line && event.target.closest(".opens")) return toggle(Number(line.dataset.fold));
  });
  for (const [id, open] of [["open-all", true], ["close-all", false]]) {
    byId(id).addEventListener("click", () => {
      for (const fold of folds) fold.open = open;
      showFolds();
      go(at);
    });
  }
  byId("larger").addEventListener("click", (event) => {
    const isLarge = byId("panes").classList.toggle("large");
    event.currentTarget.setAttribute("aria-pressed", String(isLarge));
  });

  // Without a script such an address is that of a line of the table; here the panes show it.
  function fromAddress() {
    const found = /^#r(\d+)$/.exec(location.hash);
    if (!found) return false;
    go(Number(found[1]));
    scrollTo(0, 0);
    return true;
  }
  addEventListener("hashchange", fromAddress);
  addEventListener("load", fromAddress);
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#r"]');
    if (!link) return;
    event.preventDefault();
    stop();
    history.replaceState(null, "", link.getAttribute("href"));
    fromAddress();
  });

  showFolds();
  if (!fromAddress()) go(1);
  byId("slider").focus({ preventScroll: true });
})();
