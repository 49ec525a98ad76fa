// Runs v86 without a browser: COM1 is standard input and output, and an end of the machine is one of
// this process, as v86.py reads it. Arguments: library, WebAssembly file, BIOS, VGA BIOS, disk image,
// MiB of memory, port of the outcome device.

import { readFileSync, writeSync } from "node:fs";
import { pathToFileURL } from "node:url";

const STATUS_RESET = 0;
const STATUS_EMULATOR = 2; // not 1, with which node ends for reasons of its own

const [library, wasm, bios, vgaBios, disk, memoryMib, outcomePort] = process.argv.slice(2);

// v86 wants an ArrayBuffer, and writes to it: the file itself is only read.
function contents(path) {
    const file = readFileSync(path);
    return { buffer: file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength) };
}

// What v86 does not emulate is an exception out of one of its timers.
process.on("uncaughtException", (error) => {
    console.error(`v86: ${error?.message ?? error}`);
    process.exit(STATUS_EMULATOR);
});

const { V86 } = await import(pathToFileURL(library).href);
const emulator = new V86({
    wasm_path: wasm,
    memory_size: Number(memoryMib) << 20,
    vga_memory_size: 2 << 20,
    bios: contents(bios),
    vga_bios: contents(vgaBios),
    hda: contents(disk),
    disable_speaker: true,
    log_level: 0,
    autostart: false,
});
emulator.add_listener("serial0-output-byte", (byte) => writeSync(1, Uint8Array.of(byte)));
emulator.add_listener("emulator-loaded", () => {
    const cpu = emulator.v86.cpu;
    cpu.io.register_write(Number(outcomePort), cpu, (code) => process.exit((code << 1) | 1));
    cpu.reboot_internal = () => process.exit(STATUS_RESET);
    process.stdin.on("data", (bytes) => emulator.serial_send_bytes(0, bytes));
    emulator.run();
});
