// Commands, changes of settings, updates, outages and power cuts at random against the whole firmware, from
// a printed seed. A model says what the board has acknowledged: that must be in flash whatever comes
// next, and never half of it. Run in full by `npm run test:chaos`.
import assert from "node:assert/strict"
import { join } from "node:path"
import { writeFileSync } from "node:fs"
import type { TestContext } from "node:test"
import { setTimeout as pause } from "node:timers/promises"
import {
    type Board,
    connect,
    RemoteError,
    TimedOutError,
} from "../../host/client/index.ts"
import { signFile } from "../../host/ota/index.ts"
import { readKey } from "../../host/ota/keys.ts"
import type { Simulator } from "../../host/sim/index.ts"
import { cleanUp, startSimulator, tempFolder } from "./harness.ts"
import { Random } from "../vectors/random.ts"

const main = "test/system/programs/chaos.ts"
const KEY = "5a".repeat(32)
const WRONG_KEY = "11".repeat(32)
/** Texts of settings: good ones, empty ones and such as are refused. */
const TEXTS: Record<string, string[]> = {
    HOSTNAME: ["roof-9", "shed", "a..b"],
    LOG_LEVEL: ["debug", "info", "info debug@net", "warning", "what"],
    LOG_BURST: ["0", "5", "100", "-1"],
    SYSLOG_FRAME: ["lf", "octet"],
    SYSLOG_LEVEL: ["debug", "info", "err", ""],
    SYSLOG_APP: ["greenhouse", ""],
    SYSLOG_MAX: ["480", "1KB", "2KB"],
    FILE_LEVEL: ["info", "warning"],
    FLUSH_BYTES: ["64", "256", "384", "385"],
    FLUSH_TIME: ["1s", "10s", "soon"],
    QUEUE_DROP: ["50", "80", "90"],
    BACKOFF_MIN: ["100ms", "1s"],
}
/** Tasks that `disable` is remembered of. */
const TASKS = ["chatty", "flaky", "parent"]
const TARGETS = [...TASKS, "*", "parent.child", "network", "nobody"]
/** Most ms between two actions. */
const MOST_PAUSE_MS = 400
/** A board that was cut off may leave requests unanswered that were sent this long after it, ms. */
const ABSENT_MS = 12_000
/** How long an update may go on after it was offered, without its probation, ms. */
const UPDATE_MS = 5000
/** Most lines of what was done last. */
const MAX_TRAIL = 400
/** How long everything may take to be back in the end, ms. */
const RECOVERY_MS = 60_000

/** A settings file, by key. */
type File = ReadonlyMap<string, string>

/** What a campaign has done. */
export interface ChaosResult {
    seed: number
    /** How often the settings file was held against the model. */
    checks: number
    faults: string[]
}

/** Carries out actions until there are as many, or faults. */
export async function runChaos(
    t: TestContext,
    seed: number,
    actions: number
): Promise<ChaosResult> {
    t.diagnostic(`seed ${seed}, ${actions} actions`)
    const folder = tempFolder(t)
    const faults: string[] = []
    const sim = await startSimulator(t, {
        main,
        settings: { OTA_KEY: KEY, OTA_PROBATION: "10s" },
        onMalformed: problem => faults.push(`malformed frame: ${problem}`),
    })
    const board = await connect({ state: sim.stateFolder })
    cleanUp(t, () => board.disconnect())
    const chaos = new Chaos(sim, board, folder, new Random(seed), faults)
    await chaos.run(actions)
    await chaos.recover()
    for (const { code } of sim.past("panic")) faults.push(`panic ${code}`)
    const { counts, checks, trail } = chaos
    if (faults.length) for (const line of trail) t.diagnostic(line)
    t.diagnostic(`${checks} checks, ${JSON.stringify(counts)}`)
    return { seed, checks, faults }
}

class Chaos {
    readonly counts: Record<string, number> = {}
    checks = 0
    /** What was done last, and what came of it. */
    readonly trail: string[] = []
    private readonly sim: Simulator
    private readonly board: Board
    private readonly folder: string
    private readonly random: Random
    private readonly faults: string[]
    /** The settings files that the board may have: more than one after a change without an answer. */
    private files: File[] = [new Map()]
    /** The tasks that are disabled; undefined: a command had no answer. */
    private readonly disabled = new Map<string, boolean | undefined>(
        TASKS.map(name => [name, false])
    )
    private version = 0
    private offeredAt = -Infinity
    /** Whether the last update may be under way, or on probation. */
    private isUpdating = false
    private absentAt = -Infinity
    private isCollectorUp = true

    constructor(
        sim: Simulator,
        board: Board,
        folder: string,
        random: Random,
        faults: string[]
    ) {
        this.sim = sim
        this.board = board
        this.folder = folder
        this.random = random
        this.faults = faults
        writeFileSync(join(folder, KEY), KEY)
        writeFileSync(join(folder, WRONG_KEY), WRONG_KEY)
        sim.onEvent(({ event }) => {
            if (event !== "boot") return
            this.absentAt = performance.now()
            this.note("boot")
        })
    }

    async run(actions: number): Promise<void> {
        const all: [string, () => Promise<unknown>][] = [
            ["set", () => this.set(false)],
            ["set", () => this.set(false)],
            ["unset", () => this.set(true)],
            ["check", () => this.check()],
            ["command", () => this.command()],
            ["command", () => this.command()],
            ["disable", () => this.able("disable")],
            ["enable", () => this.able("enable")],
            ["tasks", () => this.checkTasks()],
            ["handlers", () => this.checkHandlers()],
            ["query", () => this.query()],
            ["query", () => this.query()],
            ["crowd", () => this.crowd()],
            ["collector", () => this.moveCollector()],
            ["link", async () => this.moveLink()],
            ["clock", async () => this.moveClock()],
            ["update", () => this.offer(KEY)],
            ["forged update", () => this.offer(WRONG_KEY)],
            ["safe mode", () => this.board.safeMode(this.random.happens(40))],
        ]
        const ends: [string, () => Promise<unknown>][] = [
            ["reboot", () => this.board.reboot()],
            ["power cut", () => this.cutPower()],
        ]
        for (let i = 0; i < actions && !this.faults.length; i++) {
            const isEnd = this.random.happens(4)
            const [name, act] = this.random.pick(isEnd ? ends : all)
            this.counts[name] = (this.counts[name] ?? 0) + 1
            await this.attempt(name, act)
            await pause(this.random.below(MOST_PAUSE_MS))
        }
    }

    /** Ends all outages, and sees that tasks, log and syslog work again. */
    async recover(): Promise<void> {
        const { sim, faults } = this
        sim.setNetwork(true)
        if (!this.isCollectorUp) await sim.collector.start()
        await sim.restart()
        const end = performance.now() + RECOVERY_MS
        let wrong = "nothing was tried"
        while (wrong && performance.now() < end) {
            await pause(1000)
            wrong = await this.revive().catch((error: Error) => error.message)
        }
        if (wrong) faults.push(`in the end: ${wrong}`)
        else
            await sim
                .waitFor("syslog", ({ line }) =>
                    / chatty .* line \d+$/.test(line)
                )
                .catch(() => faults.push("no line at the collector"))
        await this.attempt("check", () => this.check())
    }

    /** @returns what is not as it should be yet */
    private async revive(): Promise<string> {
        const { board } = this
        await board.safeMode(false)
        await board.set({ LOG_LEVEL: "info", SYSLOG_LEVEL: "info" })
        this.change({ LOG_LEVEL: "info", SYSLOG_LEVEL: "info" })
        await board.enable("*")
        await board.start("*")
        for (const name of TASKS) this.disabled.set(name, false)
        const states = await board.tasks("chatty", "parent", "parent.child")
        const handlers = await board.handlers()
        const syslog = handlers.find(({ name }) => name === "syslog")
        return [
            ...states
                .filter(({ state }) => state !== "running")
                .map(({ name, state }) => `${name} is ${state}`),
            ...(syslog?.account.connected ? [] : ["syslog has no connection"]),
        ].join(", ")
    }

    private note(text: string): void {
        this.trail.push(`${(performance.now() / 1000).toFixed(2)} ${text}`)
        if (this.trail.length > MAX_TRAIL) this.trail.shift()
    }

    /** What the board refuses is no fault, nor is silence while it is away. */
    private async attempt(
        name: string,
        act: () => Promise<unknown>
    ): Promise<void> {
        const from = performance.now()
        this.note(name)
        try {
            await act()
        } catch (error) {
            this.note(`${name}: ${String(error)}`)
            if (error instanceof RemoteError) return
            const isAway = this.absentAt > from - ABSENT_MS
            if (error instanceof TimedOutError && isAway) return
            this.faults.push(`${name}: ${(error as Error).stack}`)
        }
    }

    private async set(isUnset: boolean): Promise<void> {
        const changes: Record<string, string | undefined> = {}
        for (let left = 1 + this.random.below(4); left > 0; left--) {
            const key = this.random.pick(Object.keys(TEXTS))
            changes[key] = isUnset ? undefined : this.random.pick(TEXTS[key]!)
        }
        const before = this.files
        for (const [key, text] of Object.entries(changes))
            this.note(`  ${key}=${text ?? "(default)"}`)
        try {
            await this.board.set(changes)
            this.change(changes)
        } catch (error) {
            const { message } = error as Error
            if (message.includes("kept, but ")) this.change(changes)
            if (error instanceof TimedOutError) {
                this.change(changes)
                this.files.push(...before)
            }
            throw error
        }
    }

    /**
     * Makes a change in all files that the board may have. One that would change nothing in a file on
     * probation is not refused, and not made in the file before it.
     */
    private change(changes: Record<string, string | undefined>): void {
        const entries = Object.entries(changes)
        const before = this.files
        const isIdle = (file: File) =>
            entries.every(
                ([key, text]) => (file.get(key) ?? "") === (text ?? "")
            )
        this.files = before.map(file => {
            const next = new Map(file)
            for (const [key, text] of entries)
                if (text) next.set(key, text)
                else next.delete(key)
            return next
        })
        if (this.isUpdating && before.some(isIdle)) this.files.push(...before)
        const distinct = new Map(this.files.map(file => [shown(file), file]))
        this.files = [...distinct.values()]
    }

    /** Holds the board's settings file against those that it may have: it must be one of them, whole. */
    private async check(): Promise<void> {
        const { board } = this
        const listed = await board.settings()
        const { state } = (await board.config()) as { state: string }
        const found = listed.filter(
            ({ key, origin }) => origin === "file" && key !== "OTA_KEY"
        )
        const isFound = (file: File) =>
            file.size === found.length &&
            found.every(({ key, text }) => file.get(key) === text)
        this.checks++
        const fitting = this.files.filter(isFound)
        if (!fitting.length) {
            this.faults.push(
                `the settings file is ${shown(found.map(({ key, text }) => [key, text]))}, may be ${this.files.map(shown).join(" or ")}`
            )
        }
        // an update may be under way, or be taken back; `refused` is said of a later one, too
        if (
            (state === "active" || state === "rolled-back") &&
            performance.now() - this.offeredAt > UPDATE_MS
        )
            this.isUpdating = false
        if (!this.isUpdating) this.files = fitting.slice(0, 1)
    }

    private async offer(key: string): Promise<void> {
        const { board, folder, random } = this
        const isOld = random.happens(20)
        const version = Math.max(this.version + (isOld ? 0 : 1), 1)
        const time = `${1 + random.below(9)}s`
        const { bytes } = await signFile({
            text: Buffer.from(`LOG_LEVEL=info\nFLUSH_TIME=${time}\n`),
            name: "update",
            version,
            target: { device: board.device },
            keys: [readKey(join(folder, key))],
        })
        if (key === KEY) {
            this.version = version
            const file = { LOG_LEVEL: "info", FLUSH_TIME: time }
            this.files.push(new Map(Object.entries(file)))
            this.offeredAt = performance.now()
            this.isUpdating = true
        }
        await board.offer(bytes)
    }

    private async command(): Promise<void> {
        const command = this.random.pick(["start", "stop", "restart"] as const)
        await this.board[command](this.random.pick(TARGETS))
    }

    private async able(command: "enable" | "disable"): Promise<void> {
        const target = this.random.pick(TARGETS)
        const named = target === "*" ? TASKS : [target]
        const known = named.filter(name => this.disabled.has(name))
        for (const name of known) this.disabled.set(name, undefined)
        await this.board[command](target)
        for (const name of known) this.disabled.set(name, command === "disable")
    }

    private async checkTasks(): Promise<void> {
        for (const { name, disabled } of await this.board.tasks(...TASKS)) {
            const wanted = this.disabled.get(name)
            const is = disabled === true
            if (wanted !== undefined && wanted !== is)
                this.faults.push(
                    `${name} is ${is ? "" : "not "}disabled, and was told otherwise`
                )
        }
    }

    private async checkHandlers(): Promise<void> {
        for (const {
            name,
            state,
            error,
            account,
        } of await this.board.handlers()) {
            const { received, delivered, queued, dropped } = account
            if (received !== delivered + queued + dropped)
                this.faults.push(`${name}: ${JSON.stringify(account)}`)
            if (state !== "running" || error !== undefined)
                this.faults.push(`${name} is ${state}: ${error}`)
        }
    }

    private async query(): Promise<void> {
        const { board, random } = this
        const queries: (() => Promise<unknown>)[] = [
            () => board.info(),
            () => board.stats(),
            () => board.options(),
            () => board.levels(),
            () => board.lines(-random.below(50)),
            async () => {
                for (const { name } of await board.files())
                    await board.file(name)
            },
            () => board.setLevels(random.pick(["info", "debug@net info"])),
        ]
        await random.pick(queries)()
    }

    /** Many requests at once: all are answered. */
    private async crowd(): Promise<void> {
        await Promise.all(Array.from({ length: 20 }, () => this.board.tasks()))
    }

    private async moveCollector(): Promise<void> {
        const { collector } = this.sim
        if (this.isCollectorUp) await collector.stop()
        else await collector.start()
        this.isCollectorUp = !this.isCollectorUp
    }

    private moveLink(): void {
        this.sim.setNetwork(this.random.happens(70))
    }

    private moveClock(): void {
        const hour = 3_600_000
        this.sim.setClock(
            this.random.pick([hour, -hour, 24 * hour, 5000, -5000])
        )
    }

    private async cutPower(): Promise<void> {
        await this.sim.kill()
        await pause(this.random.below(200))
        await this.sim.restart()
    }
}

function shown(file: Iterable<readonly [string, string]>): string {
    return JSON.stringify([...file].sort())
}

/** @throws AssertionError with all faults of a campaign */
export function assertUnharmed({ seed, checks, faults }: ChaosResult): void {
    assert.deepEqual(faults, [], `seed ${seed}`)
    assert.ok(checks > 0, "nothing was checked")
}
