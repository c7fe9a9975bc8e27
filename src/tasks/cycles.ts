import * as ds from "@devicescript/core"
import { ADMITTED, CORE, FAILED, HELD, WANTED } from "./states"
import { reversed } from "./slices"
import type { Supervisor } from "./supervisor"
import type { Task } from "./task"

/** After so many tasks looked at, the search yields: a slice has a limited number of steps. */
const TASKS_PER_SLICE = 8

/**
 * Checks the tasks that have not been checked yet: makes core what core tasks require, and fails
 * the tasks of a cycle, with one line that names its path.
 */
export async function admitNewTasks(supervisor: Supervisor): Promise<void> {
    if (!supervisor.unchecked) return
    supervisor.unchecked = false
    for (const task of supervisor.tasks.slice()) {
        if (task.flags & ADMITTED) continue
        task.flags |= ADMITTED
        const { requires, after } = task.options
        if (!requires && !after) continue
        const cycle = await findCycle(task)
        if (cycle) failCycle(cycle)
        else if (task.flags & CORE) spreadCore(task)
        warnOfMissing(task)
    }
}

/** A path from `task` along `requires` and `after` back to itself, or undefined. */
async function findCycle(task: Task): Promise<Task[]> {
    const seen = [task]
    const from = [-1]
    for (let i = 0; i < seen.length; ++i) {
        if (i % TASKS_PER_SLICE === TASKS_PER_SLICE - 1) await ds.sleep(0)
        for (const other of named(seen[i])) {
            if (other === task) return pathTo(seen, from, i)
            if (seen.includes(other)) continue
            seen.push(other)
            from.push(i)
        }
    }
    return undefined
}

/** The tasks that `task` names, as far as there are such. */
function named(task: Task): Task[] {
    const { requires, after } = task.options
    const found: Task[] = []
    for (const names of [requires, after])
        for (const name of names || []) {
            const other = task.supervisor.find(name)
            if (other) found.push(other)
        }
    return found
}

function pathTo(seen: Task[], from: number[], last: number): Task[] {
    const path: Task[] = []
    for (let i = last; i >= 0; i = from[i]) path.push(seen[i])
    return reversed(path)
}

function failCycle(path: Task[]): void {
    const { supervisor } = path[0]
    const names = path.map(task => task.name)
    names.push(names[0])
    const text = `cycle of dependencies: ${names.join(" -> ")}`
    for (const task of path) {
        task.flags = (task.flags & ~(WANTED | HELD)) | FAILED | ADMITTED
        task.error = { name: "Dependency", message: text, stack: undefined }
        supervisor.timers.disarm(task)
        supervisor.setState(task, "failed")
    }
    supervisor.journal.error(text)
}

/** What a core task requires has to be core as well: the others wait for all core tasks. */
function spreadCore(task: Task): void {
    const core = [task]
    for (let i = 0; i < core.length; ++i)
        for (const name of core[i].options.requires || []) {
            const other = task.supervisor.find(name)
            if (!other || other.flags & CORE) continue
            other.supervisor.makeCore(other)
            core.push(other)
        }
}

/** A name in `after` that nobody has is passed over, as systemd does, but not without a word. */
function warnOfMissing(task: Task): void {
    const { supervisor } = task
    for (const name of task.options.after || [])
        if (!supervisor.find(name))
            supervisor.journal.warning(
                'task "{0}": after "{1}" is passed over, no such task',
                task.name,
                name
            )
}
