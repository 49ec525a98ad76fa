"use strict";
// How far a machine has come, and when there is no more sense in waiting for it: as
// builder/boot/console.py and patience.py have it, with their figures (tinygate.rules).

(() => {
    const rules = tinygate.rules;

    // The phase, from the lines seen so far.
    class Phases {
        constructor() {
            this.now = "BOOT";
        }

        // Take one line without its end. True if the kernel has started a second time.
        see(line) {
            const { banner, panic, loader, finished } = rules.prefixes;
            if (line.startsWith(banner)) {
                if (this.now !== "BOOT") {
                    return true;
                }
                this.now = "SUITE";
            } else if (line.startsWith(panic)
                || (line.startsWith(loader) && this.now === "BOOT")
                || (line.startsWith(finished) && this.now === "SUITE")) {
                this.now = "ENDING";
            }
            return false;
        }
    }

    // Tells when a limit has been used up, counted from the first reading on.
    class Meter {
        constructor(kind, phase, waitsForKeys) {
            this.amounts = rules.limits[phase][kind].filter(
                ({ unit }) => !(waitsForKeys && unit === "asleep_s"));
            this.stalled = rules.stalled[kind];
            this.first = null;
        }

        add(now) {
            const effort = now.busy_s + now.asleep_s;
            this.first ??= now;
            if (now.instructions !== this.last?.instructions
                || now.asleep_s !== this.last.asleep_s) {
                this.movedAt = effort;
            }
            this.last = now;
            if (effort - this.movedAt >= rules.stalled.most) {
                return this.stalled;
            }
            const spent = this.amounts.find(
                ({ unit, most }) => now[unit] - this.first[unit] >= most);
            return spent?.words ?? "";
        }
    }

    // Follows one machine. One whose program waits for the reader's keys may sleep for ever.
    class Watcher {
        constructor(waitsForKeys = false) {
            this.waitsForKeys = waitsForKeys;
            this.phase = null;
        }

        // Take a reading: instructions, asleep_s, busy_s. Why it is to be stopped, or nothing.
        // `progress` is another number if there was output or input since the last call.
        see(phase, progress, now) {
            if (phase !== this.phase) {
                this.phase = phase;
                this.whole = new Meter("whole", phase, this.waitsForKeys);
                this.progress = null;
            }
            if (progress !== this.progress) {
                this.progress = progress;
                this.silent = new Meter("silent", phase, this.waitsForKeys);
            }
            return this.silent.add(now) || this.whole.add(now);
        }
    }

    Object.assign(tinygate, { Phases, Watcher });
})();
