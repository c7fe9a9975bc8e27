import { MAX_DEPENDENCIES, MAX_MS, MIN_PERIOD_MS } from "./defaults"
import { TaskError } from "./errors"
import { TaskOptions } from "./options"

/** Kind of value that each option takes. */
const KINDS: Record<string, string> = {
    args: "list",
    autostart: "flag",
    core: "flag",
    notify: "flag",
    in: "time",
    every: "period",
    at: "clock",
    watchdog: "period",
    grace: "time",
    delay: "time",
    maxDelay: "time",
    healthy: "time",
    window: "time",
    maxRestarts: "count",
    restart: "policy",
    requires: "names",
    after: "names",
    onStop: "function",
    onError: "function",
}

/** @throws TaskError naming the task, the option and what is wanted */
export function checkOptions(task: string, options: TaskOptions): void {
    if (typeof options !== "object")
        throw new TaskError(task, "the options must be an object")
    for (const name of Object.keys(options)) {
        const kind = KINDS[name]
        if (!kind)
            throw new TaskError(
                task,
                `there is no option "${name}"; there are: ${Object.keys(KINDS).join(", ")}`
            )
        const value = (options as any)[name]
        if (value === undefined) continue
        const wanted = objection(kind, value)
        if (wanted)
            throw new TaskError(
                task,
                `option "${name}": ${wanted} wanted, got ${JSON.stringify(value)}`
            )
    }
}

function isNumber(value: any, min: number, max: number): boolean {
    return typeof value === "number" && value >= min && value <= max
}

/** What is wanted instead of `value`, or undefined when it will do. */
function objection(kind: string, value: any): string | undefined {
    switch (kind) {
        case "flag":
            return typeof value === "boolean" ? undefined : "true or false"
        case "time":
            return isNumber(value, 0, MAX_MS) ? undefined : `0 to ${MAX_MS} ms`
        case "period":
            return isNumber(value, MIN_PERIOD_MS, MAX_MS)
                ? undefined
                : `${MIN_PERIOD_MS} to ${MAX_MS} ms`
        case "count":
            return isNumber(value, 0, 100) ? undefined : "0 to 100"
        case "policy":
            return ["never", "on-failure", "always"].includes(value)
                ? undefined
                : '"never", "on-failure" or "always"'
        case "function":
            return typeof value === "function" ? undefined : "a function"
        case "list":
            return Array.isArray(value) ? undefined : "a list"
        case "names":
            return isNames(value)
                ? undefined
                : `a list of at most ${MAX_DEPENDENCIES} names`
        default:
            return undefined
    }
}

function isNames(value: any): boolean {
    if (!Array.isArray(value) || value.length > MAX_DEPENDENCIES) return false
    return value.every((name: any) => typeof name === "string" && !!name)
}
