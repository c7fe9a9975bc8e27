/**
 * The child process of a `Lab`: the VM of the DeviceScript tool without a bus, a network or a
 * flash of its own. The tool offers no door for that, so its connection to the bus leads
 * nowhere, and the emscripten Module is caught when the VM asks it for `flashSize`.
 */
import { EventEmitter } from "node:events"
import { createRequire } from "node:module"
import type { LabAnswer, LabOrder } from "./lab.ts"

/** Bytes of an ESP32's flash store. */
const FLASH_BYTES = 262144
/** How many marks have their times reported (the first ones), and how many lines (the last). */
const TIMED_MARKS = 400
const LAST_LINES = 1000

/** What is used of the VM's emscripten Module. */
interface VmModule {
    flashLoad: (() => Uint8Array) | null
    flashSave: ((image: Uint8Array) => void) | null
    dmesg: (line: string) => void
    panicHandler: (code: number) => void
    devsDeploy(image: Uint8Array): number
}

const require = createRequire(import.meta.url)
const net = require("node:net") as {
    createConnection: (...args: unknown[]) => unknown
}

let vm: VmModule | undefined
let order: LabOrder | undefined
let marks = 0
let times: number[] = []
let lines: string[] = []
let timer: NodeJS.Timeout

/** A bus that discards every packet and never delivers one. */
class NoBus extends EventEmitter {
    write(): boolean {
        return true
    }
    end(): void {}
    setNoDelay(): void {}
}

function catchModule(found: (module: VmModule) => void): void {
    Object.defineProperty(Object.prototype, "flashSize", {
        configurable: true,
        get(this: VmModule) {
            if (!vm && typeof this.flashLoad === "function") found(this)
            return FLASH_BYTES
        },
        set(value: unknown) {
            Object.defineProperty(this, "flashSize", { value, writable: true })
        },
    })
}

function hook(module: VmModule): void {
    vm = module
    module.flashLoad = () => new Uint8Array(0)
    module.flashSave = () => {}
    module.dmesg = takeLine
    module.panicHandler = code => finish(code)
    setImmediate(() => process.send!("ready"))
}

function takeLine(line: string): void {
    if (!order) return
    if (line.endsWith(order.mark)) {
        if (++marks <= TIMED_MARKS) times.push(cpuTime())
    } else lines.push(line)
    if (line.endsWith(order.end)) finish(undefined)
}

/** CPU time of this process, in ms, without that of other processes. */
function cpuTime(): number {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1000
}

function finish(panic: number | undefined, isLate = false): void {
    if (!order) return
    order = undefined
    clearTimeout(timer)
    const last = lines.slice(-LAST_LINES)
    const answer: LabAnswer = { panic, marks, times, lines: last, isLate }
    process.send!(answer)
}

process.on("disconnect", () => process.exit(0))
process.on("message", (message: LabOrder) => {
    order = message
    marks = 0
    times = []
    lines = []
    timer = setTimeout(() => finish(undefined, true), message.timeoutMs)
    const code = vm!.devsDeploy(Buffer.from(message.image, "base64"))
    if (code) throw new Error(`the VM refuses the program: ${code}`)
})
net.createConnection = (...args) => {
    setImmediate(args[2] as () => void)
    return new NoBus()
}
catchModule(hook)
process.env.NO_UPDATE_NOTIFIER = "1"
process.argv = [process.execPath, "devs", "--quiet", "--no-colors", "vm"]
process.argv.push("--tcp")
const tool = require("@devicescript/cli/built/devicescript-cli.cjs") as {
    mainCli: () => Promise<void>
}
await tool.mainCli()
