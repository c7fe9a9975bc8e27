import { existsSync } from "node:fs"
import { SerialPort } from "serialport"
import { UsageError } from "../errors.ts"
import { statsOf } from "../files.ts"
import { printable } from "../printable.ts"

/** USB makers of what boards have on them: Espressif, Silicon Labs, WCH, FTDI, Adafruit. */
const VENDORS = ["303a", "10c4", "1a86", "0403", "239a"]
/** How often the file of an open port is looked for, in ms. */
const LOOK_MS = 500

/**
 * The serial port to use: the named one, or the only one with a board on it.
 * @throws UsageError when there is none, or several
 */
export async function findPort(asked: string | undefined): Promise<string> {
    if (asked !== undefined) return asked
    const ports = await list()
    const boards = ports.filter(({ vendorId }) =>
        VENDORS.includes((vendorId ?? "").toLowerCase())
    )
    const [only, other] = boards.length ? boards : ports
    if (!only)
        throw new UsageError(
            "no serial port with a board was found: plug it in, or name one with --port"
        )
    if (other)
        throw new UsageError(
            `several serial ports were found: name one with --port, of ${[only, other].map(({ path }) => path).join(", ")}`
        )
    return only.path
}

async function list(): ReturnType<typeof SerialPort.list> {
    try {
        return await SerialPort.list()
    } catch (error) {
        throw new UsageError(
            `serial ports cannot be listed (${(error as Error).message}): name one with --port`
        )
    }
}

/**
 * Opens a serial port.
 * @throws UsageError naming it and what is missing
 */
export function openPort(path: string, baudRate: number): Promise<SerialPort> {
    return new Promise((resolve, reject) => {
        if (path === "")
            return reject(
                new UsageError("a serial port is wanted, as /dev/ttyUSB0")
            )
        const stats = statsOf(path)
        if (stats && !stats.isCharacterDevice())
            return reject(new UsageError(`"${path}" is no serial port`))
        const port = new SerialPort({ path, baudRate, autoOpen: false })
        port.open(error => {
            if (error)
                return reject(new UsageError(openFailure(path, error.message)))
            closeWhenGone(port)
            resolve(port)
        })
    })
}

/**
 * Closes a port whose file is gone: a device that was pulled out may read as one that is at its
 * end, which serialport reads again and again, for ever.
 */
function closeWhenGone(port: SerialPort): void {
    if (process.platform === "win32") return
    const timer = setInterval(() => {
        if (!existsSync(port.path) && port.isOpen) port.close()
    }, LOOK_MS)
    timer.unref()
    port.once("close", () => clearInterval(timer))
}

function openFailure(path: string, message: string): string {
    if (/permission denied|access denied/i.test(message))
        return `"${path}" may not be used: join the group that owns it (on Debian: sudo usermod -a -G dialout $USER, then log in again)`
    if (/no such file/i.test(message))
        return `there is no serial port "${path}": is the board plugged in?`
    if (/inappropriate ioctl/i.test(message))
        return `"${path}" is no serial port`
    if (/busy|lock/i.test(message))
        return `"${path}" is in use by another program`
    return `"${path}" cannot be opened: ${printable(message)}`
}
