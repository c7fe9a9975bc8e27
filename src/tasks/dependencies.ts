import * as ds from "@devicescript/core"
import {
    CORE,
    DISABLED,
    FAILED,
    find,
    HAS_LEAVING,
    HELD,
    isLive,
    TaskRecord,
    TASKS_PER_SLICE,
    UNREADY,
} from "./state"

// Dependencies between tasks (T11): which are up, and which wait for which. This file only answers
// questions; it changes nothing.

/**
 * Whether `task` is up for those that require it: its body runs, or has returned without an
 * error. A running task with the option `notify` is up once it has called `ready()`.
 */
export function isUp(task: TaskRecord): boolean {
    const { state } = task
    if (state === "running") return (task.flags & UNREADY) === 0
    if (state === "done") return true
    return state === "scheduled" && task.runs > 0 && (task.flags & FAILED) === 0
}

/** Whether `task` has been started and is not up yet. */
export function isComing(task: TaskRecord): boolean {
    const { state } = task
    if (state === "running") return (task.flags & UNREADY) !== 0
    return (
        state === "starting" ||
        (state === "waiting" && (task.flags & HELD) !== 0)
    )
}

/** Whether `task` names `other` in `requires`. */
export function requires(task: TaskRecord, other: TaskRecord): boolean {
    const names = task.options.requires
    return names !== undefined && names.indexOf(other.name) >= 0
}

/** The first name in `requires` whose task is not up, or undefined. */
export function missingName(task: TaskRecord): string | undefined {
    const names = task.options.requires
    if (names)
        for (const name of names) {
            const other = find(task.supervisor, name)
            if (!other || !isUp(other)) return name
        }
    return undefined
}

/** Why a required task that is not up will not come up by itself, or undefined. */
export function obstacle(required: TaskRecord | undefined): string | undefined {
    if (!required) return "no such task"
    if (isLive(required)) return undefined
    if ((required.flags & DISABLED) !== 0) return "disabled"
    return required.state === "failed" ? "failed" : undefined
}

/**
 * The name of a task that must start before `task`, or undefined: one that it names in `after`,
 * or a core task that is about to start. A core task that itself waits for others delays no task.
 */
export function nameAhead(task: TaskRecord): string | undefined {
    const isCore = (task.flags & CORE) !== 0
    const { after } = task.options
    if (after)
        for (const name of after) {
            const other = find(task.supervisor, name)
            if (!other || !isComing(other)) continue
            // a core task never waits for a task that is not core, since that waits for core tasks
            if (!isCore || (other.flags & CORE) !== 0) return name
        }
    if (isCore || task.parent) return undefined
    for (const core of task.supervisor.core)
        if (isAboutToStart(core)) return core.name
    return undefined
}

function isAboutToStart(core: TaskRecord): boolean {
    if (core.state === "starting") return true
    if (core.state !== "waiting" || (core.flags & HELD) === 0) return false
    if ((core.flags & HAS_LEAVING) !== 0 || missingName(core) !== undefined)
        return false
    return nameAhead(core) === undefined
}

/** What `task` waits for, in a few words; undefined for a task that does not wait. */
export function waitsFor(task: TaskRecord): string | undefined {
    const { state } = task
    if (state === "scheduled" && task.next === undefined) return "wall clock"
    if (state !== "waiting") return undefined
    if ((task.flags & HELD) === 0) return "restart"
    if ((task.flags & HAS_LEAVING) !== 0) return "its dependents"
    return missingName(task) || nameAhead(task) || "boot"
}

/**
 * Follows `requires` and `after` from `task` on; a path that leads back to it is a cycle.
 * @returns the tasks of the cycle, `task` first, or undefined
 */
export async function findCycle(
    task: TaskRecord
): Promise<TaskRecord[] | undefined> {
    const seen: TaskRecord[] = []
    const path: TaskRecord[] = []
    // names still to be followed; undefined where all from the last task of the path have been
    const names = [task.name]
    while (names.length > 0) {
        const name = names.pop()
        if (name === undefined) {
            path.pop()
            continue
        }
        const other = find(task.supervisor, name)
        if (other === task && seen.length > 0) return path
        if (!other || seen.indexOf(other) >= 0) continue
        seen.push(other)
        path.push(other)
        const { requires, after } = other.options
        names.push(undefined)
        if (after) names.pushRange(after)
        if (requires) names.pushRange(requires)
        if (seen.length % TASKS_PER_SLICE === 0) await ds.sleep(0)
    }
    return undefined
}
