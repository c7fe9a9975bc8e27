import { optionError, readOptions } from "../platform"
import { taskError } from "./errors"
import {
    KEPT_OPTIONS,
    MAX_ITEMS,
    MAX_MS,
    Plan,
    PLAN_OPTIONS,
    TASK_OPTIONS,
    TaskOptions,
} from "./options"
import { parseTimeOfDay } from "./schedule"

const TIME_OF_DAY = '"HH:MM", "HH:MM:SS" or Unix time in ms'

/**
 * Reads the options of a task.
 * @param names the options that are allowed, each between spaces; all when left out
 * @param before options that hold besides
 * @returns a copy without undefined options
 * @throws OptionError with the task, the option, what was wanted and what was given
 */
export function readTaskOptions(
    task: string,
    given: TaskOptions | undefined,
    names?: string,
    before: TaskOptions = {}
): TaskOptions {
    const thing = `task "${task}"`
    const options: any = readOptions<TaskOptions>(
        thing,
        TASK_OPTIONS,
        given,
        before
    )
    for (const name of Object.keys(given || options)) {
        const value = options[name]
        if (names && names.indexOf(` ${name} `) < 0)
            throw optionError(thing, name, `one of${names}here`, value)
        if (Array.isArray(value)) checkList(thing, name, value)
    }
    const { at } = options
    if (at === undefined) return options
    const time = typeof at === "string" ? parseTimeOfDay(at) : at
    const isTime = time >= 0 && time < 1e15
    if (isTime && options.in === undefined) return options
    const wanted = isTime ? 'none beside "in"' : TIME_OF_DAY
    throw optionError(thing, "at", wanted, at)
}

function checkList(thing: string, name: string, list: any[]): void {
    if (list.length > MAX_ITEMS)
        throw optionError(thing, name, "at most 8 items", list)
    if (name === "args") return
    for (const item of list)
        if (typeof item !== "string")
            throw optionError(thing, name, "names of tasks", item)
}

/**
 * Checks options that are to be kept in flash.
 * @param at the plan of the task, which excludes "in"
 * @throws OptionError
 */
export function checkKeptOptions(
    task: string,
    options: TaskOptions,
    at?: Plan["at"]
): void {
    // of an undefined option only the name is checked: it removes what is kept
    readTaskOptions(task, options, KEPT_OPTIONS, { at })
}

/** Reads a plan. @throws OptionError for a bad option, TaskError for an empty plan */
export function readPlan(task: string, plan: Plan): Plan {
    const read = readTaskOptions(task, plan, PLAN_OPTIONS)
    if (!Object.keys(read).length)
        throw taskError(task, 'a plan needs "in", "every" or "at"')
    return read
}

/** Checks the length of a wait; a negative one counts as 0. @throws OptionError */
export function checkWait(task: string, ms: number): void {
    if (typeof ms !== "number" || !(ms <= MAX_MS))
        throw optionError(task, "wait", "a number of at most 2147483647 ms", ms)
}
