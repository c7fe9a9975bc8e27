/**
 * The child process that is the board: the VM of the DeviceScript tool, with its bus, its flash
 * and its log redirected to ours. The tool has no interface for that, so the process hooks what it
 * uses: `net.createConnection` (its bus port 8082 is fixed) and the emscripten Module, which is
 * caught when the VM asks it for `flashSize`.
 */
import { createRequire } from "node:module"
import { unregister } from "../register.js"
import { ESP32_STORE_SIZE, type FlashCounts } from "../flash/index.ts"
import { loadTool, moveToolFolder } from "../tool/index.ts"
import { FlashFile } from "./flash-file.ts"
import { readConsoleLine } from "./console.ts"
import type { VmGo, VmMessage } from "./protocol.ts"

/** The bus port that the tool connects to. */
const TOOL_BUS_PORT = 8082

/** How long the VM waits before it starts the program, so that devices can announce themselves. */
const BOOT_DELAY_MS = 1100

/** Most time of a program's waits before its first line that is skipped, in ms. */
const MAX_SPARED_MS = 1000

/** What a board reads of its socket in one piece, in bytes. */
const READ_SIZE = 1024
/** What a board takes from the network at most before its program runs on, in bytes. */
const TCP_WINDOW = 5744
/** How long the program then runs, in ms. */
const TURN_MS = 10

/** How often the process adds to its run time, in ms; a late look adds at most twice that. */
const LOOK_MS = 20
/** How often it reports that time, in ms of it. */
const TELL_MS = 200

/** The part of the VM's emscripten Module that is hooked. */
interface VmModule {
    flashLoad: () => Uint8Array
    flashSave: (image: Uint8Array) => void
    dmesg: (line: string) => void
    panicHandler: (code: number) => void
    /** Does what is due. @returns the time until something else is due, in microseconds */
    _jd_em_process: () => number
}

/** What is hooked of a socket: any event, whatever it brings. */
interface VmSocket {
    on(event: string, listener: (data: Buffer) => void): unknown
    once(event: string, listener: () => void): unknown
    read(size: number): Buffer | null
    readonly readableLength: number
}

const require = createRequire(import.meta.url)
const net = require("node:net") as {
    createConnection: (...args: unknown[]) => VmSocket
    connect: (...args: unknown[]) => VmSocket
}

const tls = require("node:tls") as {
    connect: (...args: unknown[]) => VmSocket
}

let lines: string[] = []
/** How far the VM's clock is ahead of this machine's, in ms. */
let ahead = 0

function report(message: VmMessage): void {
    if (process.connected) process.send!(message)
}

/** Lines of one VM slice go in one message; whoever must be exact flushes first. */
function reportLine(line: string): void {
    if (lines.length === 0) queueMicrotask(flushLines)
    lines.push(line)
}

function flushLines(): void {
    if (lines.length === 0) return
    const batch = lines
    lines = []
    report({ type: "lines", lines: batch })
}

function redirectBus(busPort: number): void {
    const { createConnection } = net
    const redirected = (...args: unknown[]) => {
        if (args[0] === TOOL_BUS_PORT) args[0] = busPort
        const socket = createConnection.apply(net, args)
        // the bus is no network
        if (args[0] !== busPort) readAsBoard(socket)
        return socket
    }
    net.createConnection = redirected
    net.connect = redirected
}

/**
 * The tool tells the VM that a TLS socket is open at the TCP connect; a board's mbedTLS tells it
 * after the handshake, and only when the certificate is trusted.
 */
function openAfterHandshake(): void {
    const { connect } = tls
    tls.connect = (...args) => {
        const socket = connect.apply(tls, args)
        readAsBoard(socket)
        const { once } = socket
        socket.once = (event, listener) => {
            if (event !== "connect") return once.call(socket, event, listener)
            // Node's own waits for the TCP connect come later, and have to be left alone
            socket.once = once
            return once.call(socket, "secureConnect", listener)
        }
        return socket
    }
}

/**
 * The tool hands the VM whatever Node read, up to 64 KB in one piece, for which no heap has room. A
 * board reads 1 KB at a time, and at most what fits its TCP window before the VM runs again
 * (devicescript-esp32, main/sock.c and lwIP's TCP_WND).
 */
function readAsBoard(socket: VmSocket): void {
    const { on } = socket
    socket.on = (event: string, listener) => {
        if (event !== "data") return on.call(socket, event, listener)
        let waiting = false
        const read = () => {
            if (waiting) return
            for (let left = TCP_WINDOW; left > 0;) {
                const size = Math.min(READ_SIZE, left, socket.readableLength)
                const piece = size > 0 && socket.read(size)
                if (!piece) {
                    // finds the end of the stream, or asks for more
                    socket.read(0)
                    return
                }
                left -= piece.length
                listener(piece)
            }
            waiting = true
            setTimeout(() => {
                waiting = false
                read()
            }, TURN_MS)
        }
        return on.call(socket, "readable", read)
    }
}

function hookModule(go: VmGo): void {
    let hooked = false
    Object.defineProperty(Object.prototype, "flashSize", {
        configurable: true,
        get(this: VmModule) {
            if (!hooked && typeof this.flashLoad === "function") {
                hooked = true
                hookVm(this, go)
            }
            return ESP32_STORE_SIZE
        },
        set(value: unknown) {
            Object.defineProperty(this, "flashSize", {
                value,
                writable: true,
                configurable: true,
                enumerable: true,
            })
        },
    })
}

function hookVm(vm: VmModule, go: VmGo): void {
    const flash = new FlashFile(go.flashFile)
    let failed = false
    vm.flashLoad = () => flash.image
    vm.flashSave = image => {
        if (failed) return
        let counts: FlashCounts
        try {
            counts = flash.save(image)
        } catch (error) {
            failed = true
            fail(`the flash ${(error as Error).message}`)
            return
        }
        flushLines()
        report({ type: "flash", ...counts })
        if (counts.writes === go.cutAfterWrite)
            process.kill(process.pid, "SIGKILL")
    }
    vm.dmesg = reportLine
    if (go.fastBoot) skipBootDelay()
    if (go.spareWaits) spareWaits(vm)
    vm.panicHandler = code => {
        flushLines()
        report({ type: "panic", code })
    }
}

/** Says why the board cannot go on, and ends it. */
function fail(problem: string): void {
    flushLines()
    const message: VmMessage = { type: "fault", problem }
    if (process.connected) process.send!(message, () => process.exit(1))
    else process.exit(1)
}

/** Sets the VM's clock on, once it has taken the time of its start. */
function skipBootDelay(): void {
    setTimeout(() => (ahead += BOOT_DELAY_MS), 0)
}

/**
 * Skips the program's waits until it prints its first line: those for the flash, which takes some
 * 20 ms for each answer, are most of a start. The VM's clock goes on as if it had waited.
 */
function spareWaits(vm: VmModule): void {
    const { dmesg, _jd_em_process: step } = vm
    let left = MAX_SPARED_MS
    vm.dmesg = line => {
        if (readConsoleLine(line)) left = 0
        dmesg(line)
    }
    vm._jd_em_process = () => {
        const us = step()
        if (left <= 0) return us
        left -= us / 1000
        ahead += us / 1000
        return 0
    }
}

/** Makes the VM read a clock that is `ahead` of this machine's. */
function setClockAhead(): void {
    const { now } = Date
    Date.now = () => Math.floor(now() + ahead)
}

/** Reports how long the VM has run, so that the host does not take a slow machine for a hang. */
function tellProgress(): void {
    let seen = performance.now()
    let ran = 0
    setInterval(() => {
        const now = performance.now()
        ran += Math.min(now - seen, 2 * LOOK_MS)
        seen = now
        if (ran < TELL_MS) return
        report({ type: "ran", ms: ran, memory: process.memoryUsage.rss() })
        ran = 0
    }, LOOK_MS).unref()
}

// the board ends with the simulator
process.on("disconnect", () => process.exit(0))
process.on("SIGINT", () => {})
process.env.NO_UPDATE_NOTIFIER = "1"
moveToolFolder()
// what the tool itself imports needs no TypeScript, and loads faster without
await unregister()

const tool = loadTool()
process.once("message", (go: VmGo) => {
    redirectBus(go.busPort)
    openAfterHandshake()
    setClockAhead()
    hookModule(go)
    tellProgress()
    process.argv = [process.execPath, "devs", "--quiet", "--no-colors", "vm"]
    process.argv.push("--tcp", "--device-id", go.deviceId)
    void tool.mainCli()
})
report({ type: "ready" })
