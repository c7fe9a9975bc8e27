import { matches } from "../log"
import { taskError, unknownTaskError } from "./errors"
import {
    MAX_FULL_NAME_CHARS,
    MAX_NAME_CHARS,
    MAX_NEAR_NAMES,
    TaskState,
} from "./options"
import { find, Supervisor, TaskRecord } from "./state"

/** The states that a selection may name. */
const STATES =
    " disabled scheduled waiting starting running stopping done stopped failed "

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
    for (let i = 1; find(supervisor, free); ++i) free = `${name}@${i}`
    return free
}

/**
 * The tasks of a selection, in the order in which they were added: a name, a pattern with `*`,
 * a state as `:failed`, or both as `net-*:failed`. A state may have none.
 * @throws UnknownTaskError for a name, pattern or state that is none
 */
export function select(
    supervisor: Supervisor,
    selection: string
): TaskRecord[] {
    const { tasks } = supervisor
    if (typeof selection !== "string" || !selection)
        throw unknownTaskError(selection, [])
    const colon = selection.indexOf(":")
    if (colon < 0) return selectNames(supervisor, selection)
    const state = selection.slice(colon + 1) as TaskState
    if (!state || state.includes(" ") || !STATES.includes(` ${state} `))
        throw unknownTaskError(selection, [":failed", ":running"])
    const named =
        colon > 0 ? selectNames(supervisor, selection.slice(0, colon)) : tasks
    return named.filter(task => task.state === state)
}

function selectNames(supervisor: Supervisor, pattern: string): TaskRecord[] {
    const { tasks } = supervisor
    if (pattern === "*" && tasks.length > 0) return tasks.slice()
    if (!pattern.includes("*")) return [get(supervisor, pattern)]
    const found = tasks.filter(task => matches(pattern, task.name))
    if (!found.length) throw unknownTask(supervisor, pattern)
    return found
}

/** The task of this very name. @throws UnknownTaskError */
export function get(supervisor: Supervisor, name: string): TaskRecord {
    const task = find(supervisor, name)
    if (!task) throw unknownTask(supervisor, name)
    return task
}

function unknownTask(supervisor: Supervisor, pattern: string): Error {
    const names = supervisor.tasks.map(task => task.name)
    const near = names.filter(name => isAlike(pattern, name))
    return unknownTaskError(
        pattern,
        (near.length ? near : names).slice(0, MAX_NEAR_NAMES)
    )
}

/** Whether two names begin alike, or share a pair of letters. */
function isAlike(a: string, b: string): boolean {
    const end = Math.min(a.length, MAX_FULL_NAME_CHARS) - 1
    for (let i = 0; i < end; ++i) if (b.includes(a.slice(i, i + 2))) return true
    return b.startsWith(a.slice(0, 1))
}
