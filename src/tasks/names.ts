import { matches } from "../log"
import { MAX_FULL_NAME_CHARS, MAX_NAME_CHARS, MAX_NEAR_NAMES } from "./defaults"
import { TaskError, UnknownTaskError } from "./errors"
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
            `the name has ${name.length} characters, at most ${MAX_NAME_CHARS} are allowed`
        )
    for (let i = 0; i < name.length; ++i)
        if (!NAME_CHARS.includes(name.charAt(i)))
            throw new TaskError(
                name,
                `"${name.charAt(i)}" in the name: letters, digits, "-" and "_" are allowed`
            )
}

/** `name`, or with `@1`, `@2`, ... behind it when that is taken. */
export function freeName(supervisor: Supervisor, name: string): string {
    if (name.length > MAX_FULL_NAME_CHARS)
        throw new TaskError(
            name,
            `the name with those of its parents has ${name.length} characters, at most ${MAX_FULL_NAME_CHARS} are allowed`
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
    if (typeof pattern !== "string" || !pattern)
        throw new UnknownTaskError("" + pattern, [])
    const found = supervisor.tasks.filter(task => matches(pattern, task.name))
    if (!found.length)
        throw new UnknownTaskError(pattern, nearNames(supervisor, pattern))
    return found
}

/** Names that somebody who wrote `wanted` may have meant, nearest first. */
function nearNames(supervisor: Supervisor, wanted: string): string[] {
    const names = supervisor.tasks.map(task => task.name)
    const near: string[] = []
    while (names.length && near.length < MAX_NEAR_NAMES) {
        let best = 0
        for (let i = 1; i < names.length; ++i)
            if (likeness(wanted, names[i]) > likeness(wanted, names[best]))
                best = i
        near.push(names[best])
        names.insert(best, -1)
    }
    return near
}

/** How alike two names are: pairs of letters they share, counted once each. */
function likeness(a: string, b: string): number {
    let shared = 0
    for (let i = 0; i + 1 < a.length; ++i)
        if (b.includes(a.slice(i, i + 2))) shared++
    if (a.charAt(0) === b.charAt(0)) shared++
    return shared
}
