import * as ds from "@devicescript/core"
import { Signal } from "../../../src/platform"
import { Task, TaskRegistry } from "../../../src/tasks"

/** Failures and hangs of one round, each of another kind. */
export const KINDS = 14
/** Grace period of the tasks that ignore their stop, in ms. */
const GRACE_MS = 4
/** Tasks whose timing nothing may disturb. */
const WITNESSES = 3
/** Period of these, in ms. */
const PERIOD_MS = 5
/** How long a body, a cleanup or a hook hangs: longer than any grace period. */
const HANG_MS = 30

const never = new Signal()

/** Throws by turns an error, a string, and nothing at all. */
function fail(task: Task): void {
    const turn = task.runs % 3
    if (turn === 0) throw "just text"
    if (turn === 1) throw new RangeError("injected")
    throw undefined
}

async function failing(task: Task): Promise<void> {
    fail(task)
}

async function waiting(task: Task): Promise<void> {
    await task.wait(never)
}

async function deaf(): Promise<void> {
    await ds.sleep(HANG_MS)
}

function addFailures(tasks: TaskRegistry): void {
    const throwing = () => {
        throw undefined
    }
    const hanging = async () => await ds.sleep(HANG_MS)
    const grace = GRACE_MS
    tasks.add("x-throw", failing)
    tasks.add("x-string", async () => {
        throw "text"
    })
    tasks.add("x-undefined", async () => {
        throw undefined
    })
    tasks.add("x-restart", failing, {
        restart: "on-failure",
        delay: 1,
        maxRestarts: 2,
    })
    tasks.add("x-scheduled", failing, { every: 3 })
    tasks.add("x-onerror", failing, { onError: throwing })
    tasks.add("x-onstop", waiting, { onStop: throwing })
    tasks.add("x-hook-hangs", waiting, { onStop: hanging, grace })
    tasks.add("x-wait", waiting)
    tasks.add("x-deaf", deaf, { grace })
    tasks.add("x-silent", deaf, { watchdog: 3, grace })
}

function addNested(tasks: TaskRegistry): void {
    tasks.add("x-child", async task => {
        task.child("bad", failing)
        task.child("deaf", deaf, { grace: GRACE_MS })
        await task.sleep(1)
        fail(task)
    })
    tasks.add("x-cleanup", async task => {
        task.defer(() => fail(task))
        task.defer(() => {
            throw "cleanup"
        })
        fail(task)
    })
    tasks.add(
        "x-cleanup-hangs",
        async task => {
            task.defer(async () => await ds.sleep(HANG_MS))
            await task.sleep(60_000)
        },
        { grace: GRACE_MS }
    )
}

/** What the witnesses measured. */
export interface Testimony {
    /** How often they ran. */
    beats: number
    /** By how many ms they were late at worst. */
    latest: number
}

/**
 * Injects failures and hangs, round after round, beside tasks that must not notice.
 * @param rounds each of them injects `KINDS` failures or hangs, at least
 * @throws Error when a witness was disturbed or a task was left over
 */
export async function soak(
    tasks: TaskRegistry,
    rounds: number
): Promise<Testimony> {
    const seen: Testimony = { beats: 0, latest: 0 }
    for (let i = 0; i < WITNESSES; ++i)
        tasks.add("witness", async task => {
            while (true) {
                const due = ds.millis() + PERIOD_MS
                await task.sleep(PERIOD_MS)
                seen.beats++
                seen.latest = Math.max(seen.latest, ds.millis() - due)
            }
        })
    for (let round = 0; round < rounds; ++round) {
        addFailures(tasks)
        addNested(tasks)
        await ds.sleep(8)
        await tasks.delete("x-*")
        check(tasks, round)
    }
    await tasks.delete("witness*")
    return seen
}

function check(tasks: TaskRegistry, round: number): void {
    const names = tasks.names()
    if (names.length !== WITNESSES)
        throw new Error(`round ${round}: left over ${names.join()}`)
    for (const name of names) {
        const { state, runs } = tasks.get(name)
        if (state !== "running" || runs !== 1)
            throw new Error(`round ${round}: ${name} ${state}, run ${runs}`)
    }
}
