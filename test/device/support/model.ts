import * as ds from "@devicescript/core"
import { LogSystem } from "../../../src/log"
import { FlashSlots, FlashStats, SystemClock } from "../../../src/platform"
import {
    Task,
    TaskOptions,
    TaskRegistry,
    TaskState,
    TaskStopped,
} from "../../../src/tasks"
import { TaskRecord } from "../../../src/tasks/state"
import { Random } from "../../vectors/random"

// A model of the registry, driven beside the real one by random commands and events. The model
// knows the last command to each task and what its bodies do. Invariants of the real one are
// checked after each step, and more of them whenever all tasks are at rest.

/** Tasks of the model; the last ones require those before them, and the first one has children. */
const NAMES = [
    "root",
    "base",
    "mid",
    "top",
    "poll",
    "crash",
    "hang",
    "keep",
    "hour",
]
/** Tasks whose bodies are made to throw, return or hang. */
const MOODY = [
    "root",
    "root.a",
    "root.b",
    "base",
    "mid",
    "top",
    "poll",
    "crash",
    "hang",
    "hour",
]
/** Tasks whose options are set: flash has no room for those of all. */
const SET = ["base", "poll", "keep"]
/** Steps between two moments of rest. */
const STEPS_PER_ROUND = 30
/** In one of this many the flash is checked first: its waits would hide races of `stop`. */
const ROUNDS_PER_CHECK = 5
/** Most commands that wait at a time: on a busy machine the heap would be full of their fibers. */
const MAX_PENDING = 16
/** Longest that a command or a rest may take, in ms. */
const PATIENCE_MS = 20_000

const OPTIONS: Record<string, TaskOptions> = {
    root: { grace: 500 },
    base: { grace: 500, restart: "always", delay: 1, maxRestarts: 100 },
    mid: { grace: 500, requires: ["base"] },
    top: { grace: 500, requires: ["mid", "base"], after: ["poll"] },
    poll: {
        grace: 500,
        every: 7,
        restart: "on-failure",
        delay: 2,
        maxRestarts: 2,
    },
    crash: { grace: 500, restart: "on-failure", delay: 1, maxRestarts: 3 },
    hang: { grace: 3, watchdog: 30, restart: "on-failure", delay: 1 },
    keep: { grace: 500, autostart: false },
    hour: { grace: 500, at: "00:30", every: 3_600_000 },
}

/** Flash that may be slow, and may fail. */
class WildFlash implements FlashSlots {
    readonly stats: FlashStats = { reads: 0, writes: 0, bytes: 0 }
    readonly slots: Record<string, Buffer> = {}
    slow = 0
    broken = false

    async read(key: string): Promise<Buffer | undefined> {
        await ds.sleep(this.slow)
        if (this.broken) throw new Error("flash does not answer")
        const value = this.slots[key]
        return value && value.length > 0 ? value : undefined
    }

    async write(key: string, value: Buffer): Promise<void> {
        await ds.sleep(this.slow)
        if (this.broken) throw new Error("flash does not answer")
        this.slots[key] = value.slice()
    }
}

/** What the bodies of a task do when they next wake. */
type Mood = "idle" | "throw" | "return" | "hang"

/**
 * The registry and its model.
 * @devsWhenUsed
 */
export class Model {
    readonly flash = new WildFlash()
    readonly clock = new SystemClock()
    readonly tasks: TaskRegistry
    private readonly random: Random
    /** Runs of each task that are in their bodies now, by name. */
    private readonly inside: Record<string, number> = {}
    private readonly moods: Record<string, Mood> = {}
    /** Tasks that the last command disabled or enabled. */
    private readonly disabled: Record<string, boolean> = {}
    /** Commands that wait for the registry. */
    private pending = 0
    private steps = 0
    private problem: string
    /** Transitions that were seen, as `from to`. */
    readonly seen: Record<string, boolean> = {}
    private readonly states: Record<string, TaskState> = {}

    constructor(seed: number) {
        const self = this
        this.random = new Random(seed)
        this.tasks = new TaskRegistry({
            log: new LogSystem(this.clock, "none"),
            clock: this.clock,
            flash: this.flash,
            safeModeMs: 0,
        })
        self.tasks.onChange(task => self.note(task))
    }

    /**
     * Takes `steps` random steps.
     * @throws Error when something does not hold
     */
    async run(steps: number): Promise<void> {
        const self = this
        for (const name of NAMES) self.add(name)
        await self.tasks.boot()
        for (let i = 0; i < steps; ++i) {
            self.steps = i
            self.step()
            if (self.random.below(3) === 0) await ds.sleep(self.random.below(4))
            self.check()
            await self.until(
                "a command returns",
                () => self.pending < MAX_PENDING
            )
            if (self.steps % STEPS_PER_ROUND === STEPS_PER_ROUND - 1)
                await self.rest()
        }
        await self.rest()
        await self.tasks.delete("*")
        self.expect(self.tasks.names().length === 0, "tasks left over")
        const left = () => self.tasks.deviceStats().left === 0
        await self.until("runs left behind end", left)
        await self.tasks.dispose()
    }

    private add(name: string): void {
        const self = this
        self.moods[name] = "idle"
        self.tasks.add(name, async task => await self.body(task), OPTIONS[name])
    }

    /** The body of all tasks. */
    private async body(task: Task): Promise<void> {
        const self = this
        const { name } = task
        const parent = task.parent
        self.enter(name, 1)
        task.defer(() => self.enter(name, -1))
        if (parent)
            self.expect(parent.state === "running", `${name} without parent`)
        for (const required of task.options.requires || [])
            self.expect(self.isUp(required), `${name} without ${required}`)
        if (name === "root")
            for (const child of ["a", "b"])
                task.child(child, async child => await self.body(child), {
                    grace: 500,
                    restart: child === "a" ? "on-failure" : "never",
                    delay: 1,
                })
        try {
            while (true) {
                const mood = self.moods[name]
                self.moods[name] = "idle"
                if (mood === "throw") throw new Error("asked to")
                if (mood === "return") return
                // in a wait that is not the task's own
                if (mood === "hang") await ds.sleep(60)
                task.feed()
                await task.sleep(5)
            }
        } catch (e: any) {
            if (e instanceof TaskStopped && e.taskName === name)
                self.stopped(name)
            throw e
        }
    }

    /**
     * Whether dependents of a task may run: a task that had returned may be starting again, and one
     * that ends by itself stops them only at its end.
     */
    private isUp(name: string): boolean {
        const self = this
        if (!self.tasks.names().includes(name)) return false
        const { state } = self.tasks.get(name)
        return !self.isAtRest(state) ? state !== "waiting" : state === "done"
    }

    /**
     * A stop has reached the body of a task: its dependents and children have ended before. Not
     * called for a run that was left behind: it may go on beside later runs of all tasks, and gets a
     * `TaskStopped` that names no task, up to 1 s later. So a dependent that runs then, in the
     * place of one that did end first, outlives nothing.
     */
    private stopped(name: string): void {
        const self = this
        for (const other of NAMES) {
            const { requires } = OPTIONS[other]
            if (requires && requires.includes(name))
                self.expectOutside(other, name)
        }
        if (name !== "root") return
        self.expectOutside("root.a", name)
        self.expectOutside("root.b", name)
    }

    private expectOutside(name: string, before: string): void {
        const self = this
        self.expect(!(self.inside[name] > 0), `${name} outlives ${before}`)
    }

    private enter(name: string, by: number): void {
        const self = this
        const before = self.inside[name]
        const count = (before === undefined ? 0 : before) + by
        self.inside[name] = count
        self.expect(count >= 0 && count <= 1, `${count} runs of ${name}`)
    }

    private note(task: Task): void {
        const self = this
        const { name, state } = task
        const from = self.states[name]
        self.states[name] = state
        if (from !== undefined && from !== state)
            self.seen[[from, state].join(" ")] = true
    }

    /** One random command or event. */
    private step(): void {
        const self = this
        const { random } = this
        const name = random.pick(NAMES)
        const pattern = random.below(6) === 0 ? "*" : name
        const kind = random.below(18)
        if (kind < 4)
            self.moods[random.pick(MOODY)] = (
                ["throw", "return", "hang"] as Mood[]
            )[random.below(3)]
        else if (kind < 7) self.command("start", pattern)
        else if (kind < 9) self.command("stop", pattern)
        else if (kind === 9) self.command("restart", pattern)
        else if (kind === 10) self.command("disable", pattern)
        else if (kind === 11 || kind === 12) self.command("enable", pattern)
        else if (kind === 13) self.command("options", random.pick(SET))
        else if (kind === 14) self.command("delete", name)
        else if (kind === 15) self.command("wait", pattern)
        else if (kind === 16)
            self.clock.setWall(1.8e12 + random.below(1000) * 3_600_000)
        else {
            self.flash.slow = random.below(4)
            self.flash.broken = random.below(8) === 0
        }
    }

    /** Runs a command in a new fiber; it must return. */
    private command(what: string, pattern: string): void {
        const self = this
        self.pending += 1
        const body = async () => {
            try {
                await self.give(what, pattern)
            } catch (e: any) {
                self.expect(
                    self.isExcused(e),
                    `${what} ${pattern}: ${e.name} ${e.message}`
                )
            }
            self.pending -= 1
        }
        body.start()
    }

    private isExcused(error: any): boolean {
        // deleted meanwhile, or the flash fails as it was set to
        return (
            error.name === "UnknownTaskError" ||
            error.message === "flash does not answer"
        )
    }

    private async give(what: string, pattern: string): Promise<void> {
        const self = this
        const { tasks } = this
        if (what === "start") tasks.start(pattern)
        else if (what === "stop")
            await tasks.stop(pattern, self.random.below(3) === 0)
        else if (what === "restart") await tasks.restart(pattern)
        else if (what === "wait") await tasks.wait(pattern, 10)
        else if (what === "disable" || what === "enable")
            await self.keep(what, pattern)
        else if (what === "options")
            await tasks.setOptions(pattern, {
                every:
                    self.random.below(2) === 0
                        ? undefined
                        : 5 + self.random.below(20),
                delay: 1 + self.random.below(10),
            })
        else {
            await tasks.delete(pattern)
            // it comes back, as a program would add it at the next boot
            if (!tasks.names().includes(pattern)) self.add(pattern)
        }
    }

    private async keep(what: string, pattern: string): Promise<void> {
        const self = this
        const { tasks } = this
        const names = tasks.names(pattern)
        for (const name of names) self.disabled[name] = what === "disable"
        if (what === "disable") await tasks.disable(pattern)
        else await tasks.enable(pattern)
    }

    /** What must hold at any time. */
    private check(): void {
        const self = this
        if (self.problem !== undefined) throw new Error(self.problem)
    }

    /** Waits until all tasks are at rest, and checks what must hold then. */
    private async rest(): Promise<void> {
        const self = this
        const { flash, tasks } = this
        flash.broken = false
        await self.until("every command returns", () => self.pending === 0)
        const steps = STEPS_PER_ROUND * ROUNDS_PER_CHECK
        if ((self.steps + 1) % steps === 0) await self.keptAsAsked()
        await tasks.stop("*")
        const restless = tasks
            .status()
            .filter(status => !self.isAtRest(status.state))
            .map(({ name, state }) => `${name} is ${state}`)
        self.expect(restless.length === 0, restless.join())
        const live = Object.keys(self.inside).filter(
            name => self.inside[name] !== 0
        )
        self.expect(live.length === 0, `bodies left: ${live.join()}`)
        const { supervisor } = tasks.get("root") as TaskRecord
        self.expect(supervisor.timers.length === 0, "a timer left")
        self.expect(supervisor.watchers.length === 0, "a watcher left")
        await self.until(
            "runs left behind end",
            () => supervisor.left.length === 0
        )
        self.check()
        for (const name of NAMES) self.moods[name] = "idle"
        tasks.start("*")
    }

    private isAtRest(state: TaskState): boolean {
        return (
            state === "stopped" ||
            state === "disabled" ||
            state === "done" ||
            state === "failed"
        )
    }

    /** Checks that the flash holds what the last commands asked for, once it answers. */
    private async keptAsAsked(): Promise<void> {
        const self = this
        await self.tasks.setOptions("keep", { maxDelay: 1000 + self.steps })
        const texts = Object.keys(self.flash.slots).map(key =>
            self.flash.slots[key].toString()
        )
        for (const status of self.tasks.status()) {
            const { name } = status
            const isDisabled = self.disabled[name] === true
            self.expect(
                (status.disabled === true) === isDisabled,
                `${name} disabled`
            )
            const entry = entryIn(texts, name)
            self.expect(isOff(entry) === isDisabled, `${name} in flash`)
        }
    }

    private async until(what: string, holds: () => boolean): Promise<void> {
        const self = this
        const end = ds.millis() + PATIENCE_MS
        while (!holds()) {
            self.check()
            if (ds.millis() > end)
                throw new Error(
                    `step ${self.steps}: never came: ${what}; ${self.shown()}`
                )
            await ds.sleep(2)
        }
    }

    /** What the tasks do, for a message. */
    private shown(): string {
        const flags = this.tasks.status().map(s => {
            const { name, state, waitsFor } = s
            return waitsFor
                ? `${name} ${state} for ${waitsFor}`
                : `${name} ${state}`
        })
        return flags.join(", ")
    }

    private expect(holds: boolean, what: string): void {
        const self = this
        if (!holds && self.problem === undefined)
            self.problem = `step ${self.steps}: ${what}`
    }
}

function entryIn(texts: string[], name: string): any {
    for (const text of texts) {
        const entry = entryOf(text, name)
        if (entry !== undefined) return entry
    }
    return undefined
}

function entryOf(text: string, name: string): any {
    const table: any = text ? JSON.parse(text) : {}
    return Object.keys(table).includes(name) ? table[name] : undefined
}

function isOff(entry: any): boolean {
    if (entry === undefined) return false
    return typeof entry === "number" || entry["off"] !== undefined
}
