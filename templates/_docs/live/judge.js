"use strict";
// The verdict on what a machine in the page printed. It is that of builder/boot/ktap.py and
// verdict.py, in JavaScript: what those know as data comes from them (tinygate.rules, made by
// builder/boot/page_rules.py), and a test holds every verdict, word by word, against theirs.

(() => {
    const rules = tinygate.rules;
    const patterns = Object.fromEntries(
        Object.entries(rules.patterns).map(([name, [source, flags]]) =>
            [name, new RegExp(source, flags)]));

    // ---- text ----

    // A character of UTF-8, as Unicode 15.0, table 3-7, has it.
    const UTF8 = new RegExp(
        "[\\0-\\x7f]|[\\xc2-\\xdf][\\x80-\\xbf]|\\xe0[\\xa0-\\xbf][\\x80-\\xbf]"
        + "|[\\xe1-\\xec\\xee\\xef][\\x80-\\xbf]{2}|\\xed[\\x80-\\x9f][\\x80-\\xbf]"
        + "|\\xf0[\\x90-\\xbf][\\x80-\\xbf]{2}|[\\xf1-\\xf3][\\x80-\\xbf]{3}"
        + "|\\xf4[\\x80-\\x8f][\\x80-\\xbf]{2}|([^])", "g");

    // What the machine printed, one character for each byte, as text; a byte that is no UTF-8 is
    // shown as \xff instead of being lost.
    function decode(bytes) {
        const text = bytes.replace(UTF8, (whole, wrong) => {
            if (wrong !== undefined) {
                return `\\x${wrong.charCodeAt(0).toString(16).padStart(2, "0")}`;
            }
            return whole.length === 1 ? whole : decodeURIComponent(
                [...whole].map((byte) => `%${byte.charCodeAt(0).toString(16)}`).join(""));
        });
        return normalise(text);
    }

    // A terminal may have put CRs before the line ends.
    const normalise = (text) => text.replace(/(?<!\r)\r+\n/g, "\n");

    const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

    // ---- the report ----

    class Level {
        constructor() {
            Object.assign(this, { versions: 0, plan: null, planLine: 0, tests: [] });
            Object.assign(this, { numbers: new Set(), diagnostics: [], problems: [] });
        }

        blame(line, text) {
            this.problems.push({ line, text });
        }

        add(test) {
            if (this.plan === null) {
                this.blame(test.line, "result before the plan");
            } else if (test.number > this.plan) {
                this.blame(test.line, `result ${test.number}, but the plan ends at ${this.plan}`);
            }
            const due = this.numbers.size + 1;
            if (this.numbers.has(test.number)) {
                this.blame(test.line, `second result ${test.number}`);
            } else if (test.number !== due) {
                this.blame(test.line, `result ${test.number} where ${due} was due`);
            }
            if (test.ok && test.subtests.some((inner) => !inner.ok)) {
                this.blame(test.line, `result ${test.number} is ok, but a subtest of it is not`);
            }
            this.numbers.add(test.number);
            this.tests.push(test);
        }

        close(line) {
            if (this.plan === null) {
                this.blame(line, "subtest without a plan");
            } else if (this.tests.length < this.plan) {
                const found = `${this.tests.length} of ${this.plan}`;
                this.blame(line, `subtest ends after ${found} results`);
            }
        }
    }

    class Parser {
        constructor(text) {
            this.lines = text.split("\n");
            this.levels = [new Level()];
            Object.assign(this, { banners: [], panics: [], panicNotes: [] });
            Object.assign(this, { loader: null, finished: null });
            this.lines.slice(0, -1).forEach((line, index) => this.line(index + 1, line));
            this.unfinishedLine(this.lines.length, this.lines.at(-1));
        }

        report() {
            const top = this.levels[0];
            if (this.finished) {
                this.checkCounts(this.finished);
                if (this.levels.length > 1) {
                    top.blame(this.finished.line, "the last subtest's own result is missing");
                }
            }
            top.problems.push(...this.levels.slice(1).flatMap((level) => level.problems));
            const { banners, panics, panicNotes, loader, finished } = this;
            return {
                lines: this.lines.at(-1) ? this.lines : this.lines.slice(0, -1),
                banners, panics, panicNotes, loader, finished,
                plan: top.plan,
                tests: top.tests,
                problems: top.problems.sort((one, other) => one.line - other.line),
                missing: Math.max(0, (top.plan ?? 0) - top.tests.length),
            };
        }

        line(number, line) {
            this.behindTheEnd(number, line);
            if (this.landmark(number, line)) {
                return;
            }
            if (line.startsWith(rules.prefixes.finished)) {
                this.finishedLine(number, line);
                return;
            }
            const text = line.replace(/^ +/, "");
            const spaces = line.length - text.length;
            const depth = Math.floor(spaces / rules.indent);
            if (spaces % rules.indent || depth > rules.maxDepth) {
                return;
            }
            let match = null;
            if (text.startsWith("# ")) {
                this.diagnostic(depth, text.slice(2));
            } else if (patterns.version.test(text)) {
                this.version(number, depth);
            } else if ((match = patterns.plan.exec(text))) {
                this.plan(number, depth, match.groups);
            } else if ((match = patterns.result.exec(text))) {
                this.result(number, depth, match.groups);
            } else if (patterns.notOk.test(text)) {
                this.levels[0].blame(number, "malformed result line");
            }
        }

        unfinishedLine(number, line) {
            this.behindTheEnd(number, line);
            this.landmark(number, line);
        }

        behindTheEnd(number, line) {
            if (this.finished && !patterns.blank.test(line)) {
                this.levels[0].blame(number, "output after the finished line");
            }
        }

        landmark(number, text) {
            if (text.startsWith(rules.prefixes.banner)) {
                this.banners.push({ number, text });
            } else if (text.startsWith(rules.prefixes.panic)) {
                this.panics.push({ number, text });
            } else if (text.startsWith(rules.prefixes.loader) && !this.banners.length) {
                this.loader ??= { number, text };
            } else {
                return false;
            }
            return true;
        }

        finishedLine(line, text) {
            const match = patterns.finished.exec(text);
            if (match === null) {
                this.levels[0].blame(line, "malformed finished line");
            } else if (this.finished) {
                this.levels[0].blame(line, "second finished line");
            } else {
                const { passed, failed } = match.groups;
                this.finished = { line, passed: Number(passed), failed: Number(failed) };
            }
        }

        checkCounts(finished) {
            const { tests } = this.levels[0];
            const passed = tests.filter((test) => test.ok).length;
            const failed = tests.length - passed;
            if (passed !== finished.passed || failed !== finished.failed) {
                this.levels[0].blame(finished.line,
                    `the finished line counts wrong: ${passed} passed, ${failed} failed`);
            }
        }

        diagnostic(depth, text) {
            if (this.panics.length && depth === 0) {
                this.panicNotes.push(text);
            } else if (depth < this.levels.length) {
                this.levels[depth].diagnostics.push(text);
            }
        }

        open(number, depth) {
            if (!this.banners.length) {
                this.levels[0].blame(number, "test output before the banner");
            }
            if (depth > this.levels.length) {
                this.levels[0].blame(number, "indented deeper than any open subtest");
                return null;
            }
            if (depth === this.levels.length) {
                this.levels.push(new Level());
            }
            return this.levels[depth];
        }

        version(number, depth) {
            const level = this.open(number, depth);
            if (level) {
                level.versions += 1;
                if (level.versions > 1 || level.plan !== null || level.tests.length) {
                    level.blame(number, "KTAP version line in the middle of a suite");
                }
            }
        }

        plan(number, depth, groups) {
            const level = this.open(number, depth);
            if (!level) {
                return;
            }
            if (level.plan !== null) {
                level.blame(number, "second plan");
                return;
            }
            if (!level.versions) {
                level.blame(number, "plan without a KTAP version line before it");
            }
            level.plan = Number(groups.count);
            level.planLine = number;
            level.diagnostics = [];
        }

        result(number, depth, groups) {
            const level = this.open(number, depth);
            if (!level) {
                return;
            }
            const ok = groups.not === undefined;
            const subtests = this.closeDeeper(number, depth, level, ok);
            const directive = patterns.directive.exec(groups.comment ?? "");
            level.add({
                number: Number(groups.number),
                ok,
                name: groups.name ?? "",
                line: number,
                skipped: ok && directive?.groups.word.toUpperCase() === "SKIP",
                subtests,
            });
            level.diagnostics = [];
        }

        closeDeeper(number, depth, level, ok) {
            const deeper = this.levels.splice(depth + 1);
            for (const block of deeper) {
                block.close(number);
                if (ok) {
                    level.problems.push(...block.problems);
                }
            }
            if (deeper.length > 1 && ok) {
                level.blame(number, "a subtest's own subtest has no result");
            }
            return deeper.length ? deeper[0].tests : [];
        }
    }

    const parse = (text) => new Parser(normalise(text)).report();

    function failures(tests) {
        return tests.flatMap((test) => {
            const inner = failures(test.subtests);
            return test.ok || inner.length ? inner : [test];
        });
    }

    // ---- the word ----

    const { FINISHED, PANIC, LOADER } = rules.outcomes;

    function emulatorEnd(run) {
        const said = run.stderr.trim().split("\n");
        const last = said.at(-1) ? `: ${said.at(-1)}` : "";
        if (run.end === "NOT_RUN") {
            return ["NOT_RUN", "nothing was started"];
        }
        if (run.end === "EMULATOR_ERROR") {
            return ["EMULATOR", `the emulator ended with status ${run.exitStatus}${last}`];
        }
        if (run.end === "KILLED") {
            return ["KILLED", `the emulator was ended by a signal${last}`];
        }
        return null;
    }

    function guestCrash(run, report) {
        if (report.panics.length) {
            return ["PANIC", report.panics[0].text];
        }
        if (run.outcomeCode === PANIC) {
            return ["PANIC", "the outcome device says panic, but no panic line came"];
        }
        if (report.loader) {
            return ["LOADER", report.loader.text];
        }
        if (run.outcomeCode === LOADER) {
            return ["LOADER",
                "the outcome device says that the boot loader refused, but it printed no reason"];
        }
        if (report.banners.length > 1 || run.end === "SECOND_BANNER") {
            return ["TWO_BANNERS", "the kernel started a second time"];
        }
        return null;
    }

    function progress(report) {
        if (report.plan !== null) {
            return `${report.tests.length} of ${report.plan} results`;
        }
        return report.banners.length ? "the banner"
            : `${report.lines.length} lines, none of them the banner`;
    }

    function stopped(run, report) {
        const after = `after ${progress(report)}`;
        const stoppedFor = run.stoppedFor || "no end";
        if (run.end === "RESET") {
            return ["RESET", `the machine was reset ${after}`];
        }
        if (run.end === "POWERED_OFF") {
            return ["POWERED_OFF", `the guest switched the machine off ${after}`];
        }
        if (run.end === "TOO_MUCH_OUTPUT") {
            const characters = [...run.text].length;
            return ["FLOOD", `more than ${characters} characters were printed, ${after}`];
        }
        const early = run.end === "SETTLED" && run.phase !== "ENDING";
        if (early || (run.end === "TIMED_OUT" && run.phase !== "BOOT")) {
            return ["HANG", `${stoppedFor}, ${after}`];
        }
        if (!report.banners.length) {
            const how = run.end === "TIMED_OUT" ? `: ${stoppedFor}` : " before the end";
            return ["NO_BOOT", `the kernel's banner did not come${how}`];
        }
        return run.end === "TIMED_OUT" ? ["HANG", `${stoppedFor}, ${after}`] : null;
    }

    function incomplete(run, report) {
        if (run.end === "SETTLED") {
            if (!report.finished) {
                return ["CUT_OFF", `the guest fell silent after ${progress(report)}`];
            }
        } else if (run.outcomeCode !== FINISHED) {
            return ["STRANGE_END", `outcome code ${run.outcomeCode ?? "None"} has no meaning`];
        }
        if (report.plan === null) {
            return ["NO_PLAN", "the kernel finished without a test plan"];
        }
        if (report.problems.length) {
            const [first] = report.problems;
            return ["BAD_KTAP", `line ${first.line}: ${first.text}`];
        }
        if (report.missing) {
            return ["CUT_OFF", `the suite ended after ${progress(report)}`];
        }
        return report.finished ? null
            : ["CUT_OFF", "all results came, but not the finished line"];
    }

    function judged(report, banner) {
        if (banner && !new RegExp(banner).test(report.banners[0].text)) {
            return ["WRONG_KERNEL", `another kernel answered: ${report.banners[0].text}`];
        }
        const { tests } = report;
        const bad = tests.filter((test) => !test.ok);
        if (bad.length) {
            const names = bad.slice(0, 3).map((test) => test.name || test.number).join(", ");
            const more = bad.length > 3 ? ", ..." : "";
            return ["FAIL", `${bad.length} of ${tests.length} failed: ${names}${more}`];
        }
        const skipped = tests.filter((test) => test.skipped).length;
        if (skipped === tests.length) {
            return ["SKIPPED", `none of ${skipped} tests was run`];
        }
        const also = skipped ? `, ${skipped} skipped` : "";
        return ["PASS", `${count(tests.length, "test")} ok${also}`];
    }

    // ---- the lines that prove it ----

    const detail = (mark, text, line = 0) => ({ mark, text, line });

    function details(name, run, report) {
        if (name === "PASS" || name === "NOT_RUN") {
            return [];
        }
        const { shown } = rules;
        const said = run.stderr ? run.stderr.replace(/\n$/, "").split("\n") : [];
        const marked = (mark, lines) => lines.map((line) => detail(mark, line.text, line.number));
        const found = [
            ...said.slice(-shown).map((line) => detail("NOTE", `emulator: ${line}`)),
            ...marked("BAD", report.panics),
            ...report.panicNotes.slice(0, shown).map((note) => detail("BAD", note)),
            ...marked("BAD", report.loader ? [report.loader] : []),
            ...marked(name === "WRONG_KERNEL" ? "BAD" : "GOOD", report.banners.slice(0, 1)),
            ...marked("BAD", report.banners.slice(1, 3)),
        ];
        if (!report.banners.length) {
            found.push(detail("MISSING", "the kernel's banner"));
        }
        for (const problem of report.problems.slice(0, shown)) {
            const line = report.lines[problem.line - 1] ?? "";
            found.push(detail("BAD", `${line}   <- ${problem.text}`, problem.line));
        }
        for (const test of failures(report.tests).slice(0, shown)) {
            const first = Math.max(0, test.line - 1 - rules.context);
            report.lines.slice(first, test.line - 1).forEach((text, index) =>
                found.push(detail("NOTE", text, first + 1 + index)));
            found.push(detail("BAD", report.lines[test.line - 1], test.line));
        }
        found.push(...missingResults(report));
        if (!["FAIL", "SKIPPED", "MISSING"].includes(name)) {
            const first = Math.max(0, report.lines.length - 3);
            report.lines.slice(first).forEach((text, index) =>
                found.push(detail("NOTE", [...text].slice(0, 200).join(""), first + 1 + index)));
        }
        return found;
    }

    function missingResults(report) {
        if (report.plan === null) {
            return report.banners.length ? [detail("MISSING", "1..N (the test plan)")] : [];
        }
        const found = [];
        const last = report.tests.at(-1);
        if (last) {
            found.push(detail(last.ok ? "GOOD" : "BAD", report.lines[last.line - 1], last.line));
        }
        if (report.missing) {
            const there = new Set(report.tests.map((test) => test.number));
            const gone = [];
            for (let number = 1; report.plan < 10_000 && number <= report.plan; number += 1) {
                if (!there.has(number)) {
                    gone.push(number);
                }
            }
            const more = gone.length > rules.shown ? ", ..." : "";
            const named = gone.slice(0, rules.shown).join(", ") + more;
            const text = `${report.missing} of ${report.plan} results: ${named}`;
            found.push(detail("MISSING", text));
        }
        if (!report.finished) {
            found.push(detail("MISSING", `${rules.prefixes.finished}... (the last line)`));
        }
        return found;
    }

    // The verdict on a run: text, end (a name of builder.boot.transcript.End), phase, outcomeCode,
    // exitStatus, stderr, stoppedFor. The banner, unless empty, must match the expression `banner`.
    function judge(run, banner = "") {
        const report = parse(run.text);
        const [name, summary] = emulatorEnd(run) ?? guestCrash(run, report) ?? stopped(run, report)
            ?? incomplete(run, report) ?? judged(report, banner);
        return { name, ...rules.words[name], summary, details: details(name, run, report) };
    }

    Object.assign(tinygate, { decode, parse, judge, progress });
})();
