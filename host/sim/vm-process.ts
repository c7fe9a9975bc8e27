/**
 * The child process that is the board: the VM of the DeviceScript tool, with its bus, its network,
 * its flash and its log given by us.
 */
import net from "node:net"
import { unregister } from "../register.js"
import { ESP32_STORE_SIZE, type FlashCounts } from "../flash/index.ts"
import { loadVm, type VmModule } from "../tool/index.ts"
import { loadForBoard } from "./board-network.ts"
import { FlashFile } from "./flash-file.ts"
import { readConsoleLine } from "./console.ts"
import type { VmGo, VmMessage } from "./protocol.ts"

const HOST = "127.0.0.1"

/** How long the VM waits before it starts the program, so that devices can announce themselves. */
const BOOT_DELAY_MS = 1100

/** Most time of a program's waits before its first line that is skipped, in ms. */
const MAX_SPARED_MS = 1000

/** How often the process adds to its run time, in ms; a late look adds at most twice that. */
const LOOK_MS = 20
/** How often it reports that time, in ms of it. */
const TELL_MS = 200

/**
 * Between these addresses nothing of the VM lies: what is not 0 there was written through a null pointer.
 */
const NULL_BEGIN = 4
const NULL_END = 1024

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

/** Gives the VM its flash and its log. */
function equip(vm: VmModule, go: VmGo): void {
    const flash = new FlashFile(go.flashFile)
    let failed = false
    vm.flashSize = ESP32_STORE_SIZE
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
    if (go.spareWaits) spareWaits(vm)
    vm.panicHandler = code => {
        flushLines()
        report({ type: "panic", code })
        // the VM goes on to the end of what it does
        setImmediate(() => resetIfDamaged(vm))
    }
}

/**
 * Out of heap, the VM may write through a null pointer. A board's chip resets then; here it would damage
 * the VM, and each start after it, so the board is reset as well.
 */
function resetIfDamaged(vm: VmModule): void {
    const words = vm.HEAPU32.subarray(NULL_BEGIN / 4, NULL_END / 4)
    if (words.some(word => word !== 0) && process.connected)
        process.disconnect()
}

/** Says why the board cannot go on, and ends it. */
function fail(problem: string): void {
    flushLines()
    const message: VmMessage = { type: "fault", problem }
    if (process.connected) process.send!(message, () => process.exit(1))
    else process.exit(1)
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

// the board ends with the simulator, which is what a signal to all processes of a terminal or a service means
process.on("disconnect", () => process.exit(0))
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => {})
// nothing is loaded from now on but the VM, which needs no TypeScript
await unregister()

const vm = await loadVm(loadForBoard, {
    now: () => Math.floor(Date.now() + ahead),
})
process.once("message", (go: VmGo) => void boot(go))
report({ type: "ready" })

async function boot(go: VmGo): Promise<void> {
    tellProgress()
    equip(vm, go)
    // the bus is no network
    await vm.setupNodeTcpSocketTransport(() => net, HOST, go.busPort)
    vm.devsSetDeviceId(go.deviceId)
    vm.devsStart()
    // the VM has taken the time of its start
    if (go.fastBoot) ahead += BOOT_DELAY_MS
}
