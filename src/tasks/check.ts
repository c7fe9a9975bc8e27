import { parseTimeOfDay } from "./at"
import {
    MAX_DEPENDENCIES,
    MAX_MS,
    MAX_RESTARTS,
    MIN_PERIOD_MS,
} from "./defaults"
import { TaskError } from "./errors"
import { nearest } from "./near"
import { TaskOptions } from "./options"

/** All options with their kinds; one text, since a table would take heap. */
const KINDS =
    " restart:policy delay:time maxDelay:time healthy:time maxRestarts:count window:time" +
    " grace:time in:time every:period watchdog:period at:clock autostart:flag core:flag" +
    " notify:flag requires:names after:names args:list onStop:function onError:function "
/** The kinds that fit into flash: numbers, and the restart policy. */
const STORABLE = "policy time count period"

/** The kind of an option, or "" for a name that is none. */
function kindOf(option: string): string {
    const start = KINDS.indexOf(` ${option}:`)
    if (start < 0) return ""
    const from = start + option.length + 2
    return KINDS.slice(from, KINDS.indexOf(" ", from))
}

/**
 * Checks options of a task, or the defaults of a registry.
 * @param onlyStorable whether options that cannot be kept in flash are refused
 * @throws TaskError naming the task, the option, what is wanted and what was given
 */
export function checkOptions(
    task: string,
    options: TaskOptions,
    onlyStorable?: boolean
): void {
    if (typeof options !== "object" || Array.isArray(options))
        throw new TaskError(task, "the options must be an object")
    for (const name of Object.keys(options)) {
        const kind = kindOf(name)
        if (!kind) throw new TaskError(task, unknownOption(name))
        if (onlyStorable && !STORABLE.includes(kind))
            throw new TaskError(task, `option "${name}" cannot be kept`)
        const value = (options as any)[name]
        const wanted = value === undefined ? "" : objection(kind, value)
        if (wanted)
            throw new TaskError(
                task,
                `option "${name}": ${wanted} wanted, got ${JSON.stringify(value)}`
            )
    }
    if (options.in !== undefined && options.at !== undefined)
        throw new TaskError(task, 'options "in" and "at": one of them wanted')
}

function unknownOption(name: string): string {
    const known = KINDS.trim()
        .split(" ")
        .map(word => word.split(":")[0])
    return `no option "${name}"; near: ${nearest(name, known).join(", ")}`
}

/** What is wanted instead of `value`, or "" when it will do. */
function objection(kind: string, value: any): string {
    const type = typeof value
    switch (kind) {
        case "time":
            return wantNumber(value, 0, MAX_MS)
        case "period":
            return wantNumber(value, MIN_PERIOD_MS, MAX_MS)
        case "count":
            return wantNumber(value, 0, MAX_RESTARTS)
        case "policy":
            return value === "never" ||
                value === "on-failure" ||
                value === "always"
                ? ""
                : "never or on-failure or always"
        case "clock":
            return (type === "number" && value > 0) ||
                (type === "string" && parseTimeOfDay(value) !== undefined)
                ? ""
                : '"HH:MM", "HH:MM:SS" or Unix ms'
        case "names":
            return Array.isArray(value) &&
                value.length <= MAX_DEPENDENCIES &&
                value.every((name: any) => typeof name === "string" && !!name)
                ? ""
                : `a list of at most ${MAX_DEPENDENCIES} names`
        case "list":
            return Array.isArray(value) ? "" : "a list"
        case "flag":
            return type === "boolean" ? "" : "true or false"
        default:
            return type === "function" ? "" : "a function"
    }
}

function wantNumber(value: any, min: number, max: number): string {
    return typeof value === "number" && value >= min && value <= max
        ? ""
        : `a number of ${min} to ${max}`
}
