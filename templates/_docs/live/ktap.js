"use strict";
// What a machine in the page printed, as lines that are ours: builder/boot/ktap.py in JavaScript.
// The patterns are those of that file (tinygate.rules).

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

    Object.assign(tinygate, { decode, parse, failures });
})();
