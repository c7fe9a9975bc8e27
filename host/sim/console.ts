/** A line of the VM's log that comes from the program's console. */
export interface ConsoleLine {
    /** `>` log, `?` debug, `*` info and warning, `!` error and the VM's own exceptions. */
    marker: string
    text: string
}

const CONSOLE_LINE = /^\s*([>?*!]) (.*)$/s
/** Lines that the device manager itself prints with a console marker. */
const MANAGER_LINE =
    /^\* (start: |stop program$|DeviceScript Simulator \(WASM\) v)/
/** The VM looks for drivers of the board's pins, and the simulated board has none. */
const NO_DRIVER_LINE = /^[>?*!] service \w+:\d+ not found$/
const COLOURS = /\x1b\[[0-9;]*m/g

/** Takes the marker and colours off a console line; undefined for the VM's own log lines. */
export function readConsoleLine(line: string): ConsoleLine | undefined {
    if (MANAGER_LINE.test(line) || NO_DRIVER_LINE.test(line)) return undefined
    const match = CONSOLE_LINE.exec(line)
    if (!match) return undefined
    return { marker: match[1], text: match[2].replace(COLOURS, "") }
}

/** Whether the device manager says with this line that it starts the program. */
export function isProgramStart(line: string): boolean {
    return line.startsWith("* start: ")
}
