// A scenario as it is written: a list of steps, in YAML or as the default export of a TypeScript
// file, which may be a function instead.
import { extname, resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { tsImport } from "tsx/esm/api"
import { parseDocument } from "yaml"
import type { Settings } from "../env/index.ts"
import { thrownText, UsageError } from "../errors.ts"
import { readInput, readTextInput } from "../files.ts"
import { type Matcher, parseMatcher } from "../matcher.ts"
import { nearest } from "../nearest.ts"
import { parseDuration } from "../words.ts"
import type { Simulator } from "../sim/index.ts"

/** Largest file that is taken, in bytes. */
const MAX_BYTES = 65_536
/** Most steps of a scenario. */
const MAX_STEPS = 1000
/** Files that are programs. */
const PROGRAMS = new Set([".ts", ".mts", ".js", ".mjs"])

/** What a step does. */
export type Action =
    | { kind: "power"; to: "cut" | "off" | "on" }
    | { kind: "collector" | "link"; to: "down" | "up" }
    | { kind: "button"; to: "press" | "down" | "up" }
    /** A time, or ms by which the clock is moved. */
    | { kind: "clock"; to: Date | number }
    | { kind: "set"; to: Settings }
    | { kind: "end" }

/** One step: when, and what. */
export interface Step {
    /** Ms since the program's first start. */
    at?: number
    /** A log line that comes after the step before. */
    on?: Matcher
    /** Ms to wait after that, or after the step before. */
    after?: number
    action: Action
}

/** Steps, or a function that plays a scenario on its own. */
export type Scenario = Step[] | ((sim: Simulator) => unknown)

/** Words that a step may do something with, and what it may do. */
const ACTIONS: Record<string, readonly string[] | undefined> = {
    power: ["cut", "off", "on"],
    collector: ["down", "up"],
    link: ["down", "up"],
    button: ["press", "down", "up"],
    clock: undefined,
    set: undefined,
    end: undefined,
}
const TIMES = ["at", "on", "after"]
const DATE = /^\d{4}-\d\d-\d\d/

/** @throws UsageError naming the file, the step and what is wanted */
export async function readScenario(file: string): Promise<Scenario> {
    if (PROGRAMS.has(extname(file))) return importScenario(file)
    const text = readTextInput(file, MAX_BYTES)
    return readSteps(parseYaml(text.replace(/^\uFEFF/, ""), file), file)
}

/** @throws UsageError naming the file */
function parseYaml(text: string, file: string): unknown {
    // what it only warns of, as of a tag, would be read as something else; it must not print that itself
    const document = parseDocument(text, { logLevel: "error" })
    const [error] = [...document.errors, ...document.warnings]
    try {
        if (error) throw error
        // an alias is looked up only here
        return document.toJS() as unknown
    } catch (error) {
        const [reason] = thrownText(error).split("\n")
        throw new UsageError(`"${file}": ${reason!.replace(/:$/, "")}`)
    }
}

async function importScenario(file: string): Promise<Scenario> {
    readInput(file, MAX_BYTES)
    const path = resolve(file)
    // what follows it would be a query to tsx, and no TypeScript then
    if (path.includes("?"))
        throw new UsageError(
            `"${file}" does not load: "${path}" has a "?", rename it`
        )
    const url = pathToFileURL(path).href
    const program = (await tsImport(url, import.meta.url).catch(
        (error: unknown) => {
            // tsx's own address of the file follows
            const [reason] = thrownText(error).split("\nRequire stack:")
            throw new UsageError(`"${file}" does not load: ${reason}`)
        }
    )) as { default?: unknown }
    const exported = unwrap(program)
    if (typeof exported === "function")
        return exported as (sim: Simulator) => unknown
    return readSteps(exported, file)
}

/** The default export; outside a package of ES modules it lies in another one. */
function unwrap({ default: exported }: { default?: unknown }): unknown {
    return isObject(exported) && "default" in exported
        ? exported.default
        : exported
}

function readSteps(value: unknown, file: string): Step[] {
    if (!Array.isArray(value))
        throw new UsageError(`"${file}": a list of steps is wanted`)
    if (value.length > MAX_STEPS)
        throw new UsageError(
            `"${file}": ${value.length} steps, at most ${MAX_STEPS} are taken`
        )
    return value.map((step: unknown, i) => {
        try {
            return readStep(step)
        } catch (error) {
            if (!(error instanceof UsageError)) throw error
            throw new UsageError(`"${file}", step ${i + 1}: ${error.message}`)
        }
    })
}

function readStep(value: unknown): Step {
    if (!isObject(value)) throw new UsageError("an object is wanted")
    const names = Object.keys(value)
    const known = [...TIMES, ...Object.keys(ACTIONS)]
    for (const name of names)
        if (!known.includes(name)) {
            const near = nearest(name, known)
            const hint = near ? ` (did you mean "${near}"?)` : ""
            throw new UsageError(`unknown "${name}"${hint}`)
        }
    const actions = names.filter(name => !TIMES.includes(name))
    if (actions.length !== 1)
        throw new UsageError(
            `one of ${Object.keys(ACTIONS).join(", ")} is wanted`
        )
    if (value.at !== undefined && value.on !== undefined)
        throw new UsageError(`"at" and "on" exclude each other`)
    const [kind] = actions as [string]
    return {
        at: value.at === undefined ? undefined : readTime(value.at, "at"),
        on: value.on === undefined ? undefined : readLine(value.on),
        after:
            value.after === undefined
                ? undefined
                : readTime(value.after, "after"),
        action: readAction(kind, value[kind]),
    }
}

function readAction(kind: string, value: unknown): Action {
    const words = ACTIONS[kind]
    if (words) {
        if (typeof value === "string" && words.includes(value))
            return { kind, to: value } as Action
        throw new UsageError(`${kind}: ${words.join(", ")} is wanted`)
    }
    if (kind === "clock") return { kind, to: readClock(value) }
    if (kind === "set") return { kind, to: readSettings(value) }
    if (value !== true) throw new UsageError("end: true is wanted")
    return { kind: "end" }
}

function readLine(value: unknown): Matcher {
    // of nothing and of a list JavaScript would make some text
    if (typeof value === "object" && !(value instanceof RegExp))
        throw new UsageError("on: a text is wanted")
    return parseMatcher(String(value), "on")
}

/** `5`, `5s`, `200ms`, `2m`, `1h`, in ms. */
function readTime(value: unknown, name: string): number {
    const ms = parseDuration(String(value))
    if (ms === undefined)
        throw new UsageError(`${name}: a time is wanted, as 5s or 2m`)
    return ms
}

/** A time, or by how much the clock is moved: `+1h`, `-90s`. */
function readClock(value: unknown): Date | number {
    const text = value instanceof Date ? value.toISOString() : String(value)
    if (/^[+-]/.test(text)) {
        const by = readTime(text.slice(1), "clock")
        return text.startsWith("-") ? -by : by
    }
    // of what is no date, and of one that does not exist, JavaScript makes some other one
    const [date] = DATE.exec(text) ?? []
    const time = new Date(date ? text : NaN)
    if (
        Number.isNaN(time.getTime()) ||
        !new Date(date!).toISOString().startsWith(date!)
    )
        throw new UsageError(
            "clock: a time as 2026-01-31T06:30:00Z, or +1h or -90s, is wanted"
        )
    return time
}

function readSettings(value: unknown): Settings {
    if (!isObject(value))
        throw new UsageError("set: settings are wanted, as { KEY: value }")
    return Object.fromEntries(
        Object.entries(value).map(([key, text]) => {
            if (typeof text === "object" && text !== null)
                throw new UsageError(`set: ${key}: a text is wanted`)
            return [key, String(text ?? "")]
        })
    )
}

function isObject(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null && !Array.isArray(value)
}
