import { parseTimeOfDay } from "./at"
import { MAX_ITEMS, MAX_MS, MAX_RESTARTS, MIN_PERIOD_MS } from "./defaults"
import { taskError } from "./errors"
import { nearest } from "./near"
import { TaskOptions } from "./options"

/** All options with their kinds; one text, since a table would take heap. */
const KINDS =
    " restart:policy delay:number maxDelay:number healthy:number maxRestarts:number" +
    " window:number grace:number in:number every:number watchdog:number at:clock" +
    " autostart:boolean core:boolean notify:boolean requires:list after:list args:list" +
    " onStop:function onError:function "
/** The kinds that fit into flash. */
const STORABLE = "policy number"
/** The options that are periods: 0 makes no sense. */
const PERIODS = "every watchdog"
const POLICIES = "never or on-failure or always"

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
        throw taskError(task, "the options must be an object")
    for (const name of Object.keys(options)) {
        const kind = kindOf(name)
        if (!kind) throw taskError(task, unknownOption(name))
        if (onlyStorable && !STORABLE.includes(kind))
            throw taskError(task, `option "${name}" cannot be kept`)
        const value = (options as any)[name]
        const wanted = value === undefined ? "" : objection(name, kind, value)
        if (wanted)
            throw taskError(
                task,
                `option "${name}": ${wanted} wanted, got ${JSON.stringify(value)}`
            )
    }
    if (options.in !== undefined && options.at !== undefined)
        throw taskError(task, 'options "in" and "at": one of them wanted')
}

function unknownOption(name: string): string {
    const known = KINDS.trim()
        .split(" ")
        .map(word => word.split(":")[0])
    return `no option "${name}"; near: ${nearest(name, known).join(", ")}`
}

/** What is wanted instead of `value`, or "" when it will do. */
function objection(name: string, kind: string, value: any): string {
    const type = Array.isArray(value) ? "list" : typeof value
    if (kind === "policy")
        return POLICIES.split(" or ").includes(value) ? "" : POLICIES
    if (kind === "clock") {
        const isClock =
            type === "string"
                ? parseTimeOfDay(value) !== undefined
                : type === "number" && value > 0
        return isClock ? "" : '"HH:MM", "HH:MM:SS" or Unix ms'
    }
    if (kind === "number") {
        const min = PERIODS.includes(name) ? MIN_PERIOD_MS : 0
        const max = name === "maxRestarts" ? MAX_RESTARTS : MAX_MS
        const isMet = type === kind && value >= min && value <= max
        return isMet ? "" : `a number of ${min} to ${max}`
    }
    if (type === "list" && value.length > MAX_ITEMS)
        return `at most ${MAX_ITEMS} items`
    return type === kind ? "" : `a ${kind}`
}
