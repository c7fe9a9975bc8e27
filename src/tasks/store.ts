import { MAX_VALUE_BYTES, TASKS_SLOT } from "../platform"
import { checkOptions } from "./check"
import { taskError } from "./errors"
import { TaskOptions } from "./options"
import { DISABLED } from "./states"
import type { Supervisor } from "./supervisor"
import type { Task } from "./task"

/** What is kept about one task: changed options, and `off` when it is disabled. */
type Kept = Record<string, number | string>

// What is kept about tasks across resets: which are disabled, and options set while running. One
// flash slot of at most `MAX_VALUE_BYTES` bytes, as JSON, with the tasks that differ from the
// program: `{"net":{"off":1},"poll":{"every":5000}}`. What is kept about tasks that are not there
// (yet) stays. Written only when the text changes. Without a flash nothing outlives a reset.

/** Reads the slot. Without one, or with one that does not parse, nothing is known. */
export async function loadKept(supervisor: Supervisor): Promise<void> {
    const { flash } = supervisor
    const value = flash && (await flash.read(TASKS_SLOT))
    if (!value) return
    supervisor.written = value.toString()
    if (typeof parse(supervisor.written) === "object")
        supervisor.kept = supervisor.written
}

/** Puts into force what is kept about a task. */
export function applyKept(task: Task): void {
    const { supervisor, name } = task
    if (!supervisor.kept && !task.ownOptions) return
    const kept = tableOf(supervisor)[name] || {}
    if (kept["off"] !== undefined) task.flags |= DISABLED
    delete kept["off"]
    try {
        checkOptions(name, kept, true)
        override(task, kept)
    } catch (e: any) {
        supervisor.reports.exception("what was kept", e)
    }
}

/**
 * Notes changes of several tasks, all or none; `saveKept` writes them.
 * @param changes options, and `off` with 1 or undefined; undefined takes one away
 * @throws TaskError when they do not fit into the slot
 */
export function noteKept(tasks: Task[], changes: Record<string, any>): void {
    const { supervisor } = tasks[0]
    const table = tableOf(supervisor)
    for (const task of tasks) {
        const { name } = task
        const kept = Object.assign(table[name] || {}, changes)
        for (const option of Object.keys(changes))
            if (changes[option] === undefined) delete kept[option]
        if (Object.keys(kept).length) table[name] = kept
        else delete table[name]
    }
    const text = Object.keys(table).length ? JSON.stringify(table) : ""
    if (text.byteLength > MAX_VALUE_BYTES)
        throw taskError(
            tasks[0].name,
            `${text.byteLength} bytes to be kept about all tasks, at most ${MAX_VALUE_BYTES} fit`
        )
    supervisor.kept = text
}

/**
 * Writes the slot, if anything has changed, and reads it back.
 * @throws FlashError, TaskError when it could not be kept
 */
export async function saveKept(supervisor: Supervisor): Promise<void> {
    const { flash } = supervisor
    const text = supervisor.kept || ""
    if (!flash || text === (supervisor.written || "")) return
    await flash.write(TASKS_SLOT, Buffer.from(text))
    const read = await flash.read(TASKS_SLOT)
    if ((read ? read.toString() : "") !== text)
        throw taskError("*", "the flash did not keep the states")
    supervisor.written = text
}

function tableOf(supervisor: Supervisor): Record<string, Kept> {
    return supervisor.kept ? parse(supervisor.kept) : {}
}

/** The table in a text, or undefined for a text that is none. */
function parse(text: string): Record<string, Kept> {
    try {
        return JSON.parse(text)
    } catch (e: any) {
        return undefined
    }
}

/** Puts options in force in place of those of `add`, which come back when there are none. */
export function override(task: Task, options: TaskOptions): void {
    if (task.ownOptions) task.options = task.ownOptions
    if (!Object.keys(options).length) return
    task.ownOptions = task.options
    task.options = Object.assign(Object.assign({}, task.options), options)
}
