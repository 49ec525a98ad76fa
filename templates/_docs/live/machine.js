"use strict";
// One machine in the page: v86, which loads the kernel as a Multiboot loader does, without a BIOS.
// It has the outcome device, a serial line, and no clock but that of the computer.

(() => {
    const rules = tinygate.rules;
    const STATUS_EMULATOR = 2; // of v86, as builder/boot/emulator/v86_driver.mjs has it
    const MULTIBOOT_MAGIC = 0x1badb002, MULTIBOOT_SEARCH_BYTES = 8192;
    const FLAG_MEMORY = 1, MEM_LOWER_KIB = 640;
    const STOPPED_FOR_GOOD = "the CPU is halted and takes no interrupts";

    class Ended {
        constructor(end, more = {}) {
            Object.assign(this, { end, ...more });
        }
    }

    const bytesOf = (base64) => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));

    // What a script of this site holds: base64 of gzip.
    async function unpack(base64) {
        const packed = new Blob([bytesOf(base64)]).stream();
        const whole = packed.pipeThrough(new DecompressionStream("gzip"));
        return new Response(whole).arrayBuffer();
    }

    // Loads a script of this site, which works from a disk, too, where nothing can be fetched.
    const loaded = new Map();
    function load(path) {
        if (!loaded.has(path)) {
            loaded.set(path, new Promise((resolve, reject) => {
                const script = document.createElement("script");
                script.src = path;
                script.onload = resolve;
                script.onerror = () => {
                    loaded.delete(path);
                    reject(new Error(`${path} cannot be loaded`));
                };
                document.head.append(script);
            }));
        }
        return loaded.get(path);
    }

    // An image of this site by its name; what is kept there is unpacked anew each time.
    async function image(root, name) {
        await load(`${root}images/${name}.js`);
        return unpack(tinygate.images[name]);
    }

    let compiled = null;
    function v86Module(root) {
        compiled ??= Promise.all([load(`${root}libv86.js`), image(root, "v86")])
            .then(([, wasm]) => WebAssembly.compile(wasm));
        return compiled;
    }

    function isMultiboot(kernel) {
        const view = new DataView(kernel);
        const end = Math.min(kernel.byteLength, MULTIBOOT_SEARCH_BYTES) - 12;
        for (let at = 0; at <= end; at += 4) {
            const [magic, flags, sum] = [0, 4, 8].map((more) => view.getUint32(at + more, true));
            if (magic === MULTIBOOT_MAGIC && (magic + flags + sum) % 2 ** 32 === 0) {
                return true;
            }
        }
        return false;
    }

    class Machine {
        // kernel: an ArrayBuffer; initrd: likewise, or null; commandLine; memoryMib; isShell: its
        // output is not judged; waitsForKeys. heard(bytes) is told of output, one character for
        // each byte, over(run) of the end.
        constructor(root, options) {
            Object.assign(this, { root, ...options });
            this.bytes = "";
            this.line = "";
            this.typed = 0;
            this.phases = new tinygate.Phases();
            this.watcher = new tinygate.Watcher(this.waitsForKeys);
            this.effort = { instructions: 0, asleep_s: 0, busy_s: 0 };
            this.run = null;
        }

        async start() {
            const module = await v86Module(this.root);
            if (this.run) {
                return;
            }
            const emulator = new V86({
                wasm_fn: async (env) => (await WebAssembly.instantiate(module, env)).exports,
                memory_size: this.memoryMib << 20,
                vga_memory_size: 1 << 20,
                multiboot: { buffer: this.kernel },
                ...(this.initrd ? { initrd: { buffer: this.initrd } } : {}),
                cmdline: this.commandLine,
                disable_keyboard: true,
                disable_mouse: true,
                disable_speaker: true,
                log_level: 0,
                autostart: false,
            });
            emulator.add_listener("serial0-output-byte", (byte) => this.hear(byte));
            emulator.add_listener("cpu-event-halt", () => {
                throw new Ended("TIMED_OUT", { stoppedFor: STOPPED_FOR_GOOD });
            });
            await new Promise((resolve) => {
                emulator.add_listener("emulator-loaded", resolve);
            });
            if (this.run) { // it has been stopped before it began
                emulator.destroy();
                return;
            }
            this.emulator = emulator;
            this.prepare(emulator.v86.cpu);
            emulator.run();
        }

        prepare(cpu) {
            // v86 hands over a map of the memory; the first steps want the two older fields.
            const at = cpu.reg32[3];
            const info = new DataView(this.emulator.read_memory(at, 12).slice().buffer);
            info.setUint32(0, info.getUint32(0, true) | FLAG_MEMORY, true);
            info.setUint32(4, MEM_LOWER_KIB, true);
            info.setUint32(8, (this.memoryMib - 1) << 10, true);
            this.emulator.write_memory(new Uint8Array(info.buffer), at);
            cpu.io.register_write(rules.outcomePort, cpu, (outcomeCode) => {
                throw new Ended("OUTCOME", { outcomeCode });
            });
            cpu.reboot_internal = () => {
                throw new Ended("RESET");
            };
            const mainLoop = cpu.main_loop;
            cpu.main_loop = () => this.tick(() => mainLoop.call(cpu));
        }

        // One turn of the emulator: milliseconds that it wants to sleep. What ends the machine is
        // thrown through it, so that nothing runs after that.
        tick(turn) {
            if (this.run) {
                return 0;
            }
            const began = performance.now();
            if (this.slept) {
                const most = began - this.slept.since;
                this.effort.asleep_s += Math.min(this.slept.wanted, most) / 1000;
            }
            const said = [];
            const { error } = console;
            console.error = (...words) => said.push(words.join(" "));
            let wanted = 0;
            try {
                wanted = turn();
            } catch (thrown) {
                this.finish(thrown instanceof Ended ? thrown : new Ended("EMULATOR_ERROR", {
                    stderr: this.complaint(said.length ? said.join("\n") : String(thrown)),
                    exitStatus: STATUS_EMULATOR,
                }));
            } finally {
                console.error = error;
            }
            const now = performance.now();
            this.effort.busy_s += (now - began) / 1000;
            this.slept = { wanted, since: now };
            if (!this.run) {
                this.count();
            }
            return wanted;
        }

        // What v86 has to say of an end of its own, without its places in files.
        complaint(text) {
            const isPlace = (line) => /^wasm:|^panicked at/.test(line);
            return text.split("\n").filter((line) => line.trim() && !isPlace(line)).join("\n");
        }

        count() {
            const counter = this.emulator?.get_instruction_counter() ?? 0;
            this.effort.instructions += (counter - (this.counter ?? 0)) >>> 0;
            this.counter = counter;
        }

        hear(byte) {
            if (this.run) {
                return;
            }
            const char = String.fromCharCode(byte);
            this.bytes += char;
            this.heard(char);
            if (this.isShell) {
                return;
            }
            this.line = char === "\n" ? this.line : this.line + char;
            if (char === "\n") {
                const again = this.phases.see(this.line);
                this.line = "";
                if (again) {
                    throw new Ended("SECOND_BANNER");
                }
            }
            if (this.bytes.length >= rules.maxOutputBytes) {
                throw new Ended("TOO_MUCH_OUTPUT");
            }
        }

        type(bytes) {
            if (!this.run && this.emulator?.is_running()) {
                this.typed += bytes.length;
                this.emulator.serial_send_bytes(0, bytes);
            }
        }

        // To be called now and then: ends a machine that makes no progress any more.
        look() {
            if (this.run || this.isShell || !this.emulator?.is_running()) {
                return;
            }
            const progress = this.bytes.length + this.typed;
            const stoppedFor = this.watcher.see(this.phases.now, progress, { ...this.effort });
            if (stoppedFor) {
                this.finish(new Ended("TIMED_OUT", { stoppedFor }));
            }
        }

        stop() {
            if (!this.run) {
                this.finish(new Ended("KILLED"));
            }
        }

        finish(ended) {
            this.phases.see(this.line);
            this.count();
            this.run = {
                outcomeCode: null, exitStatus: null, stderr: "", stoppedFor: "",
                ...ended,
                text: tinygate.decode(this.bytes),
                phase: this.phases.now,
            };
            this.emulator?.destroy();
            this.over(this.run);
        }
    }

    Object.assign(tinygate, { Machine, image, isMultiboot, images: {} });
})();
