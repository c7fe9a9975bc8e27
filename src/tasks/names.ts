import { matches } from "../log"
import { MAX_FULL_NAME_CHARS, MAX_NAME_CHARS } from "./defaults"
import { TaskError, UnknownTaskError } from "./errors"
import { nearest } from "./near"
import type { Supervisor } from "./supervisor"
import type { Task } from "./task"

const NAME_CHARS =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

/** @throws TaskError unless `name` has 1 to `MAX_NAME_CHARS` letters, digits, `-` or `_` */
export function checkName(name: string): void {
    if (typeof name !== "string" || !name)
        throw new TaskError("" + name, "the name must be a text, not empty")
    if (name.length > MAX_NAME_CHARS)
        throw new TaskError(
            name.slice(0, MAX_NAME_CHARS),
            `name of ${name.length} characters, at most ${MAX_NAME_CHARS} allowed`
        )
    for (let i = 0; i < name.length; ++i)
        if (!NAME_CHARS.includes(name.charAt(i)))
            throw new TaskError(
                name,
                `"${name.charAt(i)}" in the name, only letters, digits, "-" and "_" allowed`
            )
}

/** `name`, or with `@1`, `@2`, ... behind it when that is taken. @throws TaskError if too long */
export function freeName(supervisor: Supervisor, name: string): string {
    if (name.length > MAX_FULL_NAME_CHARS)
        throw new TaskError(
            name,
            `name with its parents of ${name.length} characters, at most ${MAX_FULL_NAME_CHARS} allowed`
        )
    let free = name
    for (let i = 1; supervisor.find(free); ++i) free = `${name}@${i}`
    return free
}

/**
 * The tasks that match a name or a `*` pattern, in the order in which they were added.
 * @throws UnknownTaskError when there is none
 */
export function select(supervisor: Supervisor, pattern: string): Task[] {
    const { tasks } = supervisor
    if (typeof pattern !== "string" || !pattern)
        throw new UnknownTaskError("" + pattern, [])
    const found = tasks.filter(task => matches(pattern, task.name))
    if (!found.length) throw unknownTask(supervisor, pattern)
    return found
}

/** The error about a name or pattern that no task has. */
export function unknownTask(
    supervisor: Supervisor,
    pattern: string
): UnknownTaskError {
    const names = supervisor.tasks.map(task => task.name)
    return new UnknownTaskError(pattern, nearest(pattern, names))
}
