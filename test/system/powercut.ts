import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { FlashStore } from "../../host/flash/index.ts"
import { type LogFile, readLogFiles } from "../../host/flash/log.ts"
import { Simulator } from "../../host/sim/index.ts"
import {
    POWERCUT_MAX_SIZE,
    POWERCUT_NAMES,
    powercutLine,
} from "../vectors/powercut-lines.ts"

const PROGRAM = "test/system/programs/powercut.ts"
/** Settings of the board, which no cut may touch. */
const SETTINGS = { HOSTNAME: "cut-board", LOG_LEVEL: "debug net@info" }
/** A run takes some seconds; on a busy machine it may take minutes, in ms. */
const TIMEOUT_MS = 1_200_000
/** Writes before the first start, so that the store is compacted in the middle of the run. */
const USED_WRITES = 55

/** What a campaign has done so far. */
export interface CutCounts {
    /** Power cuts, each right after one flash write. */
    cuts: number
    /** Stored lines that were compared, over all cuts. */
    lines: number
    /** Flushed lines that were not there. */
    lost: number
    /** Faults of lines, files or settings, one text each. */
    faults: string[]
}

/** Counts that are all zero. */
export function noCuts(): CutCounts {
    return { cuts: 0, lines: 0, lost: 0, faults: [] }
}

/** One board that runs the power-cut program and loses its power again and again. */
export class CutBoard {
    private readonly state = mkdtempSync(join(tmpdir(), "fiberd-cut-"))
    private readonly counts: CutCounts
    private readonly sim: Simulator
    private started = false
    /** Number of the last line of each log that the program said is flushed. */
    private readonly flushed: number[]
    private readonly settings: Record<string, string>

    /**
     * @param counts what the board finds is added to it
     * @param logs how many flash logs it has
     * @param write flash write after which the power goes in the first run
     */
    constructor(counts: CutCounts, logs: number, write?: number) {
        this.counts = counts
        this.flushed = Array.from({ length: logs }, () => -1)
        this.settings = { ...SETTINGS, CUT_LOGS: `${logs} logs` }
        writeFileSync(join(this.state, "flash.bin"), usedStore())
        this.sim = new Simulator({
            main: PROGRAM,
            state: this.state,
            settings: this.settings,
            collector: false,
            clock: false,
            fastBoot: true,
            cutAfterWrite: write,
        })
        this.sim.onEvent(event => {
            if (event.event !== "console") return
            const [word, log, number] = event.text.split(" ")
            if (word === "flushed") this.flushed[Number(log)] = Number(number)
        })
    }

    /**
     * Switches the power on, waits until it is cut or the program has ended, and checks what is
     * stored.
     * @param write flash write after which the power goes; the first run has the constructor's
     * @returns false when the program ended before that write
     */
    async run(write?: number): Promise<boolean> {
        const ended = this.programEnd()
        if (this.started) await this.sim.restart({ cutAfterWrite: write })
        else await this.sim.start()
        this.started = true
        const off = this.sim.waitForPowerOff().then(() => true)
        const cut = await Promise.race([off, ended])
        if (cut) this.counts.cuts++
        this.check()
        return cut
    }

    /** Ends the board and removes its state. */
    async close(): Promise<void> {
        await this.sim.stop()
        rmSync(this.state, { recursive: true, force: true })
    }

    private programEnd(): Promise<false> {
        return new Promise((resolve, reject) => {
            const timer = setTimeout(
                () =>
                    reject(new Error("the program neither ended nor was cut")),
                TIMEOUT_MS
            )
            timer.unref()
            const stop = this.sim.onEvent(event => {
                if (event.event !== "console" || !event.text.startsWith("done"))
                    return
                clearTimeout(timer)
                stop()
                resolve(false)
            })
        })
    }

    private check(): void {
        const store = this.sim.readFlash()
        for (const [key, value] of Object.entries(this.settings))
            if (store.get(`:${key}`)?.toString() !== JSON.stringify(value))
                this.counts.faults.push(`setting ${key} has changed`)
        const slots = new Map(store.keys().map(key => [key, store.get(key)!]))
        const files = readLogFiles(slots)
        this.flushed.forEach((flushed, log) => {
            const name = POWERCUT_NAMES[log]
            const own = files.filter(file => file.name.startsWith(name))
            this.checkLines(name, own, flushed)
        })
    }

    private checkLines(name: string, files: LogFile[], flushed: number): void {
        const { counts } = this
        const lines = files.toReversed().flatMap(textsOf)
        const first = numberOf(lines[0] ?? powercutLine(name, 0))
        lines.forEach((line, i) => {
            if (line !== powercutLine(name, first + i))
                counts.faults.push(`${name}: line ${first + i} reads "${line}"`)
        })
        counts.lines += lines.length
        counts.lost += Math.max(0, flushed - (first + lines.length - 1))
        for (const { problems } of files)
            for (const problem of problems)
                if (!problem.includes("cut short"))
                    counts.faults.push(`${name}: ${problem}`)
        const fault = olderFileFault(files)
        if (fault) counts.faults.push(fault)
        else if (!files[1] && first > 0)
            counts.faults.push(`${name}: lines before ${first} are gone`)
    }
}

/** Whether the file before the current one was rotated away too early, or is not whole. */
function olderFileFault([current, older]: LogFile[]): string | undefined {
    if (!older || !current.lines[0]) return undefined
    const size = textsOf(older).reduce((sum, text) => sum + sizeOf(text), 0)
    if (size > POWERCUT_MAX_SIZE) return `${older.name} has ${size} bytes`
    if (size + sizeOf(textsOf(current)[0]) <= POWERCUT_MAX_SIZE)
        return `${older.name} has ${size} bytes only`
    return undefined
}

/** The lines without the time and level that they are read with. */
const textsOf = ({ lines }: LogFile) =>
    lines.map(line => line.replace(/^\d+ \[[A-Z]+\] /, ""))
const sizeOf = (line: string) => Buffer.byteLength(line) + 1
const numberOf = (line: string) => Number(line.split(" ")[1])

/** The flash of a board that has been in use for a while. */
function usedStore(): Buffer {
    const store = FlashStore.format()
    for (let i = 0; i < USED_WRITES; ++i)
        store.set(":fd.boot", Buffer.alloc(200, i))
    return store.serialize()
}
