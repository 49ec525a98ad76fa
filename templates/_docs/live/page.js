"use strict";
// The page around a machine: what is chosen, the serial line, and the verdict. It judges nothing.

(() => {
    const LOOK_MS = 250;
    const CTRL_D = 0x04, CTRL_RIGHT_BRACKET = 0x1d, DEL = 0x7f, BACKSPACE = 0x08;
    const COLUMNS_MIN = 40, FONT_PX = 13;

    const data = JSON.parse(document.getElementById("data").textContent);
    const at = (id) => document.getElementById(id);
    const selects = [...document.querySelectorAll("#choice select")];
    let machine = null;
    let attempt = 0;

    // ---- the serial line ----

    const colour = (name) => getComputedStyle(document.body).getPropertyValue(name).trim();
    const theme = () => ({
        background: colour("--card"), foreground: colour("--ink"), cursor: colour("--ink"),
        cursorAccent: colour("--card"), selectionBackground: colour("--link"),
        selectionForeground: colour("--paper"), scrollbarSliderBackground: colour("--line"),
    });
    const terminal = new Terminal({
        rows: data.terminal.rows,
        cols: data.terminal.columns,
        convertEol: true,
        screenReaderMode: true,
        fontSize: FONT_PX,
        fontFamily: "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace",
        theme: theme(),
    });
    terminal.open(at("terminal"));

    function fit() {
        const screen = document.querySelector(".xterm-screen");
        const column = screen.clientWidth / terminal.cols;
        const place = at("terminal").clientWidth - 24; // less the scroll bar and the padding
        if (column > 0 && place > 0) {
            const columns = Math.floor(place / column);
            terminal.resize(
                Math.max(COLUMNS_MIN, Math.min(columns, data.terminal.columns)), terminal.rows);
        }
    }
    fit();
    addEventListener("resize", fit);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
        terminal.options.theme = theme();
    });
    // A Tab is the shell's; for all others it goes on in the page.
    terminal.attachCustomKeyEventHandler((event) => {
        const isShell = machine?.isShell && !machine.run;
        return event.key !== "Tab" || (isShell && !event.shiftKey);
    });

    const bytesOf = (text) => [...new TextEncoder().encode(text)];

    function type(bytes) {
        machine?.type(bytes);
    }

    terminal.onData((text) => {
        if (bytesOf(text).includes(CTRL_RIGHT_BRACKET)) {
            terminal.blur();
            at(machine && !machine.run ? "stop" : "boot").focus();
            return;
        }
        if (!machine || machine.run) {
            return;
        }
        if (machine.isShell) {
            type(bytesOf(text));
            return;
        }
        typeLine(text);
    });

    // The steps before `linux` have no terminal: a line is edited here, and sent when it is whole.
    let edited = "";
    function typeLine(text) {
        for (const char of text) {
            const code = char.codePointAt(0);
            if (char === "\r" || char === "\n") {
                terminal.write("\r\n");
                type(bytesOf(`${edited}\n`));
                edited = "";
            } else if (code === CTRL_D) {
                type([...bytesOf(edited), CTRL_D]);
                edited = "";
            } else if (code === DEL || code === BACKSPACE) {
                if (edited) {
                    edited = [...edited].slice(0, -1).join("");
                    terminal.write("\b \b");
                }
            } else if (code >= 0x20) {
                edited += char;
                terminal.write(char);
            }
        }
    }

    // ---- what is chosen ----

    function chosen() {
        const values = selects.map((select) => select.value);
        return data.starts.find((start) =>
            start.values.every((value, index) => value === values[index]));
    }

    function showChoice() {
        const other = at("other");
        if (other) {
            other.hidden = chosen().image === data.shown;
        }
    }

    async function boot(prepare) {
        const mine = attempt += 1;
        machine?.stop();
        machine = null;
        clear();
        state("Loading ...");
        try {
            const options = await prepare();
            if (mine !== attempt) {
                return;
            }
            const made = new tinygate.Machine(data.root, {
                ...options,
                heard: (char) => hear(made, char),
                over: (run) => over(made, run, options.banner),
            });
            machine = made;
            at("stop").disabled = false;
            await made.start();
            keys(!made.run);
            if (options.waitsForKeys && !made.run) {
                terminal.focus();
            }
        } catch (error) {
            if (mine === attempt) {
                state(`It does not boot: ${error.message}`);
                at("stop").disabled = true;
                machine = null;
            }
        }
    }

    async function prepareChosen() {
        const start = chosen();
        const [kernel, initrd] = await Promise.all([
            tinygate.image(data.root, start.image),
            start.initrd ? tinygate.image(data.root, start.initrd) : null,
        ]);
        // The program that has the terminal is told how wide it is here.
        const commandLine = start.commandLine.replace(
            `TTY_COLUMNS=${data.terminal.columns}`, `TTY_COLUMNS=${terminal.cols}`);
        return { ...start, commandLine, kernel, initrd };
    }

    async function prepareOwn(file) {
        const kernel = await file.arrayBuffer();
        if (!tinygate.isMultiboot(kernel)) {
            throw new Error(`${file.name} has no Multiboot header in its first 8 KiB`);
        }
        const { memoryMib } = data.starts[0];
        const options = { commandLine: "", waitsForKeys: false, isShell: false };
        return { ...options, memoryMib, banner: "", kernel, initrd: null };
    }

    // ---- what is shown ----

    const state = (text) => {
        if (at("state").textContent !== text) {
            at("state").textContent = text;
        }
    };

    function clear() {
        terminal.reset();
        edited = "";
        keys(false);
        at("verdict").hidden = true;
        at("results").hidden = true;
        at("results").replaceChildren();
        at("transcript").textContent = "";
    }

    function keys(on) {
        for (const control of at("keys").elements) {
            control.disabled = !on;
        }
    }

    let unshown = "";
    function hear(made, char) {
        if (made === machine) {
            unshown += char;
            if (unshown.length === 1) {
                queueMicrotask(flush);
            }
        }
    }

    function flush() {
        terminal.write(Uint8Array.from(unshown, (char) => char.charCodeAt(0)));
        unshown = "";
    }

    let shownAt = -1;
    function look() {
        if (!machine?.emulator || machine.run) {
            return;
        }
        machine.look();
        if (machine.run) {
            return;
        }
        const instructions = Math.round(machine.effort.instructions).toLocaleString("en");
        if (machine.isShell) {
            state("Running: a shell.");
            return;
        }
        const report = tinygate.parse(tinygate.decode(machine.bytes));
        if (shownAt !== machine.bytes.length) {
            shownAt = machine.bytes.length;
            results(report);
        }
        const asleep = machine.waitsForKeys && machine.slept?.wanted > 1;
        state(`Running: ${tinygate.progress(report)}, ${instructions} instructions.`
            + (asleep ? " It waits for what you type." : ""));
    }
    setInterval(look, LOOK_MS);

    function results(report) {
        const list = at("results");
        list.hidden = !report.tests.length;
        list.replaceChildren(...report.tests.map((test) => {
            const item = document.createElement("li");
            item.className = test.ok ? "good" : "bad";
            item.textContent = `${test.ok ? "ok" : "not ok"}: ${test.name || test.number}`;
            return item;
        }));
    }

    function over(made, run, banner) {
        if (made !== machine) {
            return;
        }
        flush();
        keys(false);
        at("stop").disabled = true;
        at("transcript").textContent = run.text;
        const ran = Math.round(made.effort.instructions).toLocaleString("en");
        state(`Ended after ${ran} instructions.`);
        if (run.end === "KILLED") {
            show("none", "stopped", "no verdict: you have stopped the machine");
        } else if (made.isShell) {
            const ending = data.endings.outcomes[run.outcomeCode]
                ?? { text: data.endings[run.end] ?? run.stoppedFor, good: false };
            show(ending.good ? "success" : "crash", "shell", ending.text, run.stderr);
        } else {
            results(tinygate.parse(run.text));
            const verdict = tinygate.judge(run, banner);
            const lines = verdict.details.map(({ mark, text, line }) =>
                `${mark.padEnd(8)}${line ? `${String(line).padStart(4)}: ` : "      "}${text}`);
            show(verdict.family, verdict.word, verdict.summary, lines.join("\n"), verdict.advice);
        }
        at("boot").focus({ preventScroll: true });
    }

    function show(family, word, summary, details = "", advice = "") {
        const box = at("verdict");
        box.dataset.family = family;
        at("word").textContent = word;
        at("summary").textContent = `: ${summary}`;
        for (const [id, text] of [["details", details], ["advice", advice]]) {
            at(id).textContent = text;
            at(id).hidden = !text;
        }
        box.hidden = false;
    }

    // ---- controls ----

    at("choice").addEventListener("submit", (event) => {
        event.preventDefault();
        boot(prepareChosen);
    });
    selects.forEach((select) => select.addEventListener("change", () => {
        attempt += 1;
        machine?.stop();
        machine = null;
        clear();
        at("stop").disabled = true;
        state("Not booted yet: another kernel has been chosen.");
        showChoice();
    }));
    at("stop").addEventListener("click", () => machine?.stop());
    at("own").addEventListener("change", (event) => {
        const [file] = event.target.files;
        if (file) {
            boot(() => prepareOwn(file));
        }
    });
    at("keys").addEventListener("submit", (event) => {
        event.preventDefault();
        if (machine?.isShell) {
            type(bytesOf(`${at("line").value}\r`));
        } else {
            typeLine(`${at("line").value}\r`);
        }
        at("line").value = "";
    });
    at("end-of-input").addEventListener("click", () => type([CTRL_D]));
    // In a narrow window there is nothing beside the machine: then a link is as any other.
    const frame = document.querySelector("#beside iframe");
    for (const link of document.querySelectorAll("#beside a")) {
        link.addEventListener("click", () => {
            const isBeside = frame.offsetWidth > 0;
            link.target = isBeside ? frame.name : "";
            frame.title = isBeside ? link.textContent : frame.title;
        });
    }
    showChoice();
})();
