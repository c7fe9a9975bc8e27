import { checkOption, optionError } from "../platform"
import { taskError } from "./errors"
import {
    KEPT_OPTIONS,
    MAX_ITEMS,
    MAX_MS,
    Plan,
    TASK_OPTIONS,
    TaskOptions,
} from "./options"
import { parseTimeOfDay } from "./schedule"

const TIME_OF_DAY = '"HH:MM", "HH:MM:SS" or Unix time in ms'

/**
 * Checks options of a task, or the defaults of a registry.
 * @throws OptionError naming the task, the option, what is wanted and what was given
 */
export function checkOptions(task: string, options: TaskOptions): void {
    const thing = `task "${task}"`
    if (typeof options !== "object" || !options || Array.isArray(options))
        throw optionError(thing, "options", "an object", options)
    for (const name of Object.keys(options)) {
        const value = (options as any)[name]
        if (value === undefined) continue
        if (name === "at") checkTime(thing, value)
        else checkOption(thing, TASK_OPTIONS, name, value)
        if (!Array.isArray(value)) continue
        if (value.length > MAX_ITEMS)
            throw optionError(thing, name, `at most ${MAX_ITEMS} items`, value)
        if (name !== "args") checkNames(thing, name, value)
    }
    if (options.in !== undefined && options.at !== undefined)
        throw optionError(thing, "at", 'none beside "in"', options.at)
}

/** Like `checkOptions`, for options that are to be kept in flash. */
export function checkKeptOptions(task: string, options: TaskOptions): void {
    checkOptions(task, options)
    for (const name of Object.keys(options))
        if (!KEPT_OPTIONS.includes(` ${name} `))
            throw optionError(
                `task "${task}"`,
                name,
                `one of${KEPT_OPTIONS}in what is kept in flash`,
                (options as any)[name]
            )
}

/** Checks a plan on its own. */
export function checkPlan(task: string, plan: Plan): void {
    checkOptions(task, plan)
    for (const name of Object.keys(plan))
        if (name !== "in" && name !== "every" && name !== "at")
            throw taskError(task, `no "${name}" in a plan`)
    if (
        plan.in === undefined &&
        plan.every === undefined &&
        plan.at === undefined
    )
        throw taskError(task, 'a plan needs "in", "every" or "at"')
}

/** Checks the length of a wait; less than nothing counts as 0. */
export function checkWait(task: string, ms: number): void {
    if (typeof ms !== "number" || !(ms <= MAX_MS))
        throw optionError(
            `task "${task}"`,
            "wait",
            `a number of at most ${MAX_MS} ms`,
            ms
        )
}

function checkTime(thing: string, value: string | number): void {
    const isTime =
        typeof value === "string"
            ? parseTimeOfDay(value) !== undefined
            : typeof value === "number" && value > 0 && value < 1e15
    if (!isTime) throw optionError(thing, "at", TIME_OF_DAY, value)
}

function checkNames(thing: string, option: string, names: string[]): void {
    for (const name of names)
        if (typeof name !== "string" || !name)
            throw optionError(thing, option, "names of tasks", name)
}
