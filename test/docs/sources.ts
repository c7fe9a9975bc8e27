// Reads what the docs are compared with: constants and options of sources, results of benchmarks.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"

/** A sentence with `{}` for each of its values. */
export type Fact = [sentence: string, ...values: (number | string)[]]

/** What `npm run bench` has measured last, as far as the docs tell it. */
interface Bench {
    flash: { results: Record<string, FlashWear> }
    heap: { results: Record<string, Record<string, Sample>> }
    throughput: {
        results: {
            "log call to collector": { median: number }
            byCpuTime: Record<string, { median: number }>
        }
    }
}

/** What some runs have measured. */
interface Sample {
    median: number
    min: number
    max: number
}

/** What some lines did to the flash. */
export interface FlashWear {
    lines: number
    bytes: number
    bytesAsRead: number
    segmentBytes: number
    programmed: number
    erases: number
}

const pages = new Map<string, string>()

/** The text of a page, its lines joined by blanks. */
export function textOf(page: string): string {
    const known = pages.get(page)
    if (known !== undefined) return known
    const text = readFileSync(page, "utf8").replaceAll(/\s+/g, " ")
    pages.set(page, text)
    return text
}

/** The number that a constant of a source file stands for. */
export function constant(file: string, name: string): number {
    const pattern = new RegExp(`^(?:export )?const ${name} = ([-\\w.]+)$`, "m")
    const [, value] = pattern.exec(readFileSync(file, "utf8")) ?? []
    assert.ok(value !== undefined, `${file}: no constant ${name}`)
    return Number(value.replaceAll("_", ""))
}

/** The number that a file has at the first group of `pattern`. */
export function literal(
    file: string,
    pattern: RegExp,
    read = (text: string) => Number(text.replaceAll(/[_,]/g, ""))
): number {
    const [, value] = pattern.exec(readFileSync(file, "utf8")) ?? []
    assert.ok(value !== undefined, `${file}: nothing matches ${pattern}`)
    return read(value)
}

/** An option of a table in a source file: default and limits. */
export function option(
    file: string,
    name: string
): RegExpExecArray["groups"] & {} {
    const pattern = new RegExp(
        `^ {4}${name}: (?<kind>\\S+)(?: (?<least>-?\\d+) (?<most>\\d+))?(?: \\S*\\|\\S*)?(?: = (?<fallback>\\S+))?$`,
        "m"
    )
    const match = pattern.exec(readFileSync(file, "utf8"))
    assert.ok(match?.groups, `${file}: no option ${name}`)
    return match.groups
}

export const fallback = (file: string, name: string) =>
    Number(option(file, name).fallback)
export const least = (file: string, name: string) =>
    Number(option(file, name).least)
export const most = (file: string, name: string) =>
    Number(option(file, name).most)

export const steps = JSON.parse(
    readFileSync("bench/steps.json", "utf8")
) as Record<string, number>
export const bench = JSON.parse(
    readFileSync("bench/results/latest.json", "utf8")
) as Bench
export const soak = JSON.parse(
    readFileSync("bench/results/soak.json", "utf8")
) as {
    panics: unknown[]
    balance: { unexplained: number }
}
/** Steps of a slice: the VM's own limit, by which the steps of calls are measured. */
export const SLICE = constant("bench/lib/count-steps.ts", "SLICE_STEPS")
