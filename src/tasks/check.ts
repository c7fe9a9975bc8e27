import { parseTimeOfDay } from "./at"
import {
    MAX_DEPENDENCIES,
    MAX_MS,
    MAX_RESTARTS,
    MIN_PERIOD_MS,
} from "./defaults"
import { TaskError } from "./errors"
import { nearest } from "./near"
import { RESTART_POLICIES, SupervisionOptions, TaskOptions } from "./options"

/** Kind of value that each option of supervision takes. */
const SUPERVISION: Record<string, string> = {
    restart: "policy",
    delay: "time",
    maxDelay: "time",
    healthy: "time",
    maxRestarts: "count",
    window: "time",
    grace: "time",
}

/** Kind of value that each further option of a task takes. */
const OPTIONS: Record<string, string> = {
    in: "time",
    every: "period",
    at: "clock",
    watchdog: "period",
    autostart: "flag",
    core: "flag",
    notify: "flag",
    requires: "names",
    after: "names",
    args: "list",
    onStop: "function",
    onError: "function",
}

/** @throws TaskError naming the task, the option, what is wanted and what was given */
export function checkOptions(task: string, options: TaskOptions): void {
    if (typeof options !== "object" || Array.isArray(options))
        throw new TaskError(task, "the options must be an object")
    for (const name of Object.keys(options))
        checkOption(task, name, (options as any)[name])
    if (options.in !== undefined && options.at !== undefined)
        throw new TaskError(task, 'options "in" and "at": one of them wanted')
}

/** Checks the defaults of a registry. @throws TaskError as for a task "defaults" */
export function checkDefaults(defaults: SupervisionOptions): void {
    for (const name of Object.keys(defaults)) {
        if (!SUPERVISION[name])
            throw unknownOption("defaults", name, Object.keys(SUPERVISION))
        checkOption("defaults", name, (defaults as any)[name])
    }
}

function checkOption(task: string, name: string, value: any): void {
    const kind = SUPERVISION[name] || OPTIONS[name]
    if (!kind) {
        const known = Object.keys(OPTIONS)
        known.pushRange(Object.keys(SUPERVISION))
        throw unknownOption(task, name, known)
    }
    if (value === undefined) return
    const wanted = objection(kind, value)
    if (wanted)
        throw new TaskError(
            task,
            `option "${name}": ${wanted} wanted, got ${JSON.stringify(value)}`
        )
}

function unknownOption(task: string, name: string, known: string[]): TaskError {
    const near = nearest(name, known)
    return new TaskError(task, `no option "${name}"; near: ${near.join(", ")}`)
}

/** What is wanted instead of `value`, or undefined when it will do. */
function objection(kind: string, value: any): string | undefined {
    switch (kind) {
        case "time":
            return wantNumber(value, 0, MAX_MS, "ms")
        case "period":
            return wantNumber(value, MIN_PERIOD_MS, MAX_MS, "ms")
        case "count":
            return wantNumber(value, 0, MAX_RESTARTS, "")
        case "flag":
            return want(typeof value === "boolean", "true or false")
        case "policy":
            return want(
                RESTART_POLICIES.includes(value),
                RESTART_POLICIES.join(" or ")
            )
        case "clock":
            return want(isClock(value), '"HH:MM", "HH:MM:SS" or Unix ms')
        case "names":
            return want(
                isNames(value),
                `a list of at most ${MAX_DEPENDENCIES} names`
            )
        case "list":
            return want(Array.isArray(value), "a list")
        default:
            return want(typeof value === "function", "a function")
    }
}

function want(isMet: boolean, wanted: string): string | undefined {
    return isMet ? undefined : wanted
}

function wantNumber(
    value: any,
    min: number,
    max: number,
    unit: string
): string | undefined {
    const isMet = typeof value === "number" && value >= min && value <= max
    return want(isMet, `a number of ${min} to ${max} ${unit}`)
}

function isClock(value: any): boolean {
    if (typeof value === "number") return value > 0
    return typeof value === "string" && parseTimeOfDay(value) !== undefined
}

function isNames(value: any): boolean {
    if (!Array.isArray(value) || value.length > MAX_DEPENDENCIES) return false
    return value.every((name: any) => typeof name === "string" && !!name)
}
