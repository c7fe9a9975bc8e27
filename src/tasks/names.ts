import { matches } from "../log"
import { MAX_FULL_NAME_CHARS, MAX_NAME_CHARS } from "./defaults"
import { taskError, unknownTaskError } from "./errors"
import { nearest } from "./near"
import type { Supervisor } from "./supervisor"
import type { Task } from "./task"

/** @throws TaskError unless `name` has 1 to `MAX_NAME_CHARS` letters, digits, `-` or `_` */
export function checkName(name: string): void {
    if (typeof name !== "string" || !name)
        throw taskError("" + name, "the name must be a text, not empty")
    if (name.length > MAX_NAME_CHARS)
        throw taskError(
            name.slice(0, MAX_NAME_CHARS),
            `name of ${name.length} characters, at most ${MAX_NAME_CHARS} allowed`
        )
    for (let i = 0; i < name.length; ++i)
        if (!isNameChar(name.charCodeAt(i)))
            throw taskError(
                name,
                `"${name.charAt(i)}" in the name, only letters, digits, "-" and "_" allowed`
            )
}

/** Letters first: this is done for each character of each task. */
function isNameChar(code: number): boolean {
    const lower = code | 0x20
    if (lower >= 0x61 && lower <= 0x7a) return true
    return (code >= 0x30 && code <= 0x39) || code === 0x2d || code === 0x5f
}

/** `name`, or with `@1`, `@2`, ... behind it when that is taken. @throws TaskError if too long */
export function freeName(supervisor: Supervisor, name: string): string {
    if (name.length > MAX_FULL_NAME_CHARS)
        throw taskError(
            name,
            `name with its parents of ${name.length} characters, at most ${MAX_FULL_NAME_CHARS} allowed`
        )
    let free = name
    for (let i = 1; supervisor.byName[free]; ++i) free = `${name}@${i}`
    return free
}

/**
 * The tasks that match a name or a `*` pattern, in the order in which they were added.
 * @throws UnknownTaskError when there is none
 */
export function select(supervisor: Supervisor, pattern: string): Task[] {
    const { tasks } = supervisor
    if (typeof pattern !== "string" || !pattern)
        throw unknownTaskError("" + pattern, [])
    const found = tasks.filter(task => matches(pattern, task.name))
    if (!found.length) throw unknownTask(supervisor, pattern)
    return found
}

/** The error about a name or pattern that no task has. */
export function unknownTask(supervisor: Supervisor, pattern: string): Error {
    const names = supervisor.tasks.map(task => task.name)
    return unknownTaskError(pattern, nearest(pattern, names))
}
