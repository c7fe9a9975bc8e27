import { parse } from "dotenv"
import { UsageError } from "../errors.ts"
import { readTextInput } from "../files.ts"
import {
    isSettingKey as isFileKey,
    MAX_KEY_LENGTH,
} from "../../src/settings/schema.ts"
import { type EnvAssignment, scanEnv } from "./scan.ts"

/** Settings by key, as text; an empty text means "no such setting". */
export type Settings = Record<string, string>

/** Longest key that the board's settings service takes. */
export const MAX_KEY = 13
/** Longest value in flash, as JSON text in bytes: above about 228 the VM itself panics. */
export const MAX_VALUE_BYTES = 200

/** Largest settings file that is read: far more than fits in flash. */
export const MAX_ENV_BYTES = 256 << 10

const KEY = /^[A-Z][A-Z0-9_]*$/

/** A setting of a dotenv file and its place. */
export interface EnvEntry extends EnvAssignment {
    value: string
}

/** Whether `key` is one of the settings that dotenv files manage (the firmware's own are lower case). */
export function isSettingKey(key: string): boolean {
    return key.length <= MAX_KEY && KEY.test(key)
}

/**
 * How a setting lies in flash, as the DeviceScript tool writes it: JSON. A number, `true`, `false`,
 * a list or an object is stored bare when that keeps its text as it is, all else as a string.
 */
export function encodeSetting(value: string): Buffer {
    return Buffer.from(isPlainJson(value) ? value : JSON.stringify(value))
}

function isPlainJson(value: string): boolean {
    try {
        const parsed: unknown = JSON.parse(value)
        const isBare = parsed !== null && typeof parsed !== "string"
        return isBare && JSON.stringify(parsed) === value
    } catch {
        return false
    }
}

/**
 * Reads a dotenv file with the npm package `dotenv`, and refuses lines that it would skip.
 * @param check what is wrong with a setting; `checkFileSetting` for the settings file of a board
 * @throws UsageError naming file, line and reason
 */
export function readEnvFile(file: string, check = checkSetting): EnvEntry[] {
    return parseEnv(readTextInput(file, MAX_ENV_BYTES), file, check)
}

/** Like `readEnvFile`, for the text of a file called `name`. */
export function parseEnv(
    text: string,
    name: string,
    check = checkSetting
): EnvEntry[] {
    const { assignments, problems } = scanEnv(text)
    const refuse = (line: number, reason: string) => {
        throw new UsageError(`${name}:${line}: ${reason}`)
    }
    for (const { line, reason } of problems) refuse(line, reason)
    const values = parse(text.replace(/^\uFEFF/, ""))
    const lines = new Map<string, number>()
    return assignments.map(assignment => {
        const { key, line } = assignment
        const value = values[key]
        const problem = check(key, value)
        if (problem) refuse(line, problem)
        if (lines.has(key))
            refuse(line, `this key is set in line ${lines.get(key)} already`)
        lines.set(key, line)
        return { ...assignment, value }
    })
}

/**
 * Splits `KEY=VALUE`; the value is taken as it is.
 * @param option what gave the text, with a space behind it; empty for an argument
 * @throws UsageError
 */
export function parseSet(
    text: string,
    option: "" | "--set ",
    check = checkSetting
): [key: string, value: string] {
    const at = text.indexOf("=")
    // without the text, which may be a secret
    if (at <= 0) throw new UsageError(`${option}KEY=VALUE is wanted`)
    const key = text.slice(0, at)
    const value = text.slice(at + 1)
    const problem = check(key, value)
    if (problem) throw new UsageError(`${option}${key}: ${problem}`)
    return [key, value]
}

/**
 * What is wrong with a setting, if anything; without key and value, since in a damaged file each may
 * be a piece of a secret.
 */
export function checkSetting(key: string, value: string): string | undefined {
    if (!KEY.test(key))
        return "wanted a key of upper-case letters, digits and _"
    if (key.length > MAX_KEY)
        return `a key of ${key.length} characters, at most ${MAX_KEY} fit`
    if (value === undefined) return "the value cannot be read"
    const { length } = encodeSetting(value)
    if (length > MAX_VALUE_BYTES)
        return `the value takes ${length} bytes, at most ${MAX_VALUE_BYTES} fit`
    return undefined
}

/** The same for the settings file of a board; what a value may be is in the schema of its program. */
export function checkFileSetting(
    key: string,
    value: string
): string | undefined {
    if (!isFileKey(key))
        return `wanted a key of at most ${MAX_KEY_LENGTH} upper-case letters, digits and _`
    return value === undefined ? "the value cannot be read" : undefined
}

/** The warning about a value that an unquoted `#` ends, as `dotenv` has it. */
export function hashWarning(place: string): string {
    return `${place}: the value ends before the "#"; put it in quotes to keep the rest`
}
