"use strict";
// The verdict on what a machine in the page printed: builder/boot/verdict.py in JavaScript. What
// that knows as data comes from it (tinygate.rules, made by builder/boot/page_rules.py), and a test
// holds every verdict, word by word, against its own.

(() => {
    const { rules, parse, failures } = tinygate;
    const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

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

    Object.assign(tinygate, { judge, progress });
})();
