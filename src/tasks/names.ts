import { matches } from "../log"
import { checkOption, OptionTable } from "../platform"
import { taskError, unknownTaskError } from "./errors"
import { MAX_FULL_NAME_CHARS } from "./options"
import { find, Supervisor, TaskRecord } from "./state"
import { checkPresent } from "./waits"

/** The states that a selection may name. */
const STATES: OptionTable =
    " state: one-of disabled|scheduled|waiting|starting|running|stopping|done|stopped|failed"
/** The characters of a name. */
export const NAME_CHARS =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

/** `name`, with `@1`, `@2`, ... appended when it is taken. @throws TaskError if it is too long */
export function freeName(supervisor: Supervisor, name: string): string {
    if (name.length > MAX_FULL_NAME_CHARS)
        throw taskError(
            name,
            "name with its parents has more than 48 characters"
        )
    let free = name
    for (let i = 1; find(supervisor, free); ++i) free = `${name}@${i}`
    return free
}

/**
 * The tasks of a selection, in the order in which they were added. A selection is a name, a pattern
 * with `*`, a state as `:failed`, or both as `net-*:failed`. A state may have no tasks,
 * and a registry, too.
 * @throws UnknownTaskError when no task matches the name or pattern, OptionError for a state that
 *     does not exist, TaskStopped in a run left behind
 */
export function select(
    supervisor: Supervisor,
    selection: string
): TaskRecord[] {
    checkPresent(supervisor)
    const text = "" + selection
    const colon = text.indexOf(":")
    let pattern = text
    let state = ""
    if (colon >= 0) {
        pattern = text.slice(0, colon) || "*"
        state = text.slice(colon + 1)
        checkOption("selection", STATES, "state", state)
    }
    const named = supervisor.tasks.filter(task => matches(pattern, task.name))
    if (!named.length && pattern !== "*") throw unknownTaskError(pattern)
    return state ? named.filter(task => task.state === state) : named
}

/** The task of this name; patterns are not allowed. @throws UnknownTaskError */
export function get(supervisor: Supervisor, name: string): TaskRecord {
    const task = find(supervisor, name)
    if (!task) throw unknownTaskError(name)
    return task
}
