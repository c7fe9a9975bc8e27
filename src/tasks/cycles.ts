import * as ds from "@devicescript/core"
import { failTask } from "./fail"
import { ADMITTED, HELD } from "./states"
import { makeCore, UNCHECKED } from "./supervisor"
import type { Supervisor } from "./supervisor"
import type { Task } from "./task"

/** After so many tasks looked at, the search yields: a slice has a limited number of steps. */
const TASKS_PER_SLICE = 8

/**
 * Checks the tasks that have not been checked yet: fails the tasks of a cycle, with one line that
 * names its path, and makes core what core tasks require, for the others wait for these.
 */
export async function admitNewTasks(supervisor: Supervisor): Promise<void> {
    if (!(supervisor.flags & UNCHECKED)) return
    supervisor.flags &= ~UNCHECKED
    for (const task of supervisor.tasks.slice()) {
        if (task.flags & ADMITTED) continue
        task.flags |= ADMITTED
        const { requires, after } = task.options
        if (requires || after) await checkForCycle(task)
    }
    // the list grows on the way
    const { core, byName } = supervisor
    for (let i = 0; i < core.length; ++i)
        for (const name of core[i].options.requires || [])
            if (byName[name]) makeCore(byName[name])
}

/**
 * Follows `requires` and `after` from `task` on; a way that leads back to it is a cycle. A name in
 * `after` that nobody has is passed over, as systemd does, but not without a word.
 */
async function checkForCycle(task: Task): Promise<void> {
    const seen = [task]
    const from = [-1]
    for (let i = 0; i < seen.length; ++i) {
        if (i % TASKS_PER_SLICE === TASKS_PER_SLICE - 1) await ds.sleep(0)
        const { requires, after } = seen[i].options
        for (const names of [requires, after])
            for (const name of names || []) {
                const other = task.supervisor.byName[name]
                if (other === task) return failCycle(seen, from, i)
                if (!other && i === 0 && names === after)
                    task.supervisor.reports.warning(
                        'task "{0}": after "{1}" is passed over, no such task',
                        task.name,
                        name
                    )
                if (!other || seen.includes(other)) continue
                seen.push(other)
                from.push(i)
            }
    }
}

/** Fails the tasks of the cycle that ends with `seen[last]`, and says so once. */
function failCycle(seen: Task[], from: number[], last: number): void {
    const { name, supervisor } = seen[0]
    let path = name
    for (let i = last; i >= 0; i = from[i]) path = `${seen[i].name} -> ${path}`
    const text = `cycle of dependencies: ${path}`
    for (let i = last; i >= 0; i = from[i]) {
        seen[i].flags = (seen[i].flags & ~HELD) | ADMITTED
        failTask(seen[i], text)
    }
    supervisor.reports.error(text)
}
