// rows: B4
import assert from "node:assert/strict"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { test } from "node:test"

/** Which parts each part of src/ may import: docs/architecture.md shows the direction. */
const LOWER = ["log", "net", "platform"]
const MIDDLE = ["tasks", "syslog", "flashlog", "heartbeat", "settings"]
const MAY_IMPORT: Record<string, string[]> = {
    platform: [],
    log: ["platform"],
    net: ["log", "platform"],
    settings: LOWER,
    heartbeat: LOWER,
    flashlog: LOWER,
    syslog: [...LOWER, "flashlog"],
    tasks: LOWER,
    ota: [...MIDDLE, ...LOWER],
    remote: [...MIDDLE, ...LOWER],
    firmware: ["ota", "remote", ...MIDDLE, ...LOWER],
    testing: ["platform"],
}

/** The sources below a folder. */
function sourcesIn(folder: string): string[] {
    return (readdirSync(folder, { recursive: true }) as string[])
        .filter(name => /\.tsx?$/.test(name) && !name.endsWith(".d.ts"))
        .map(name => join(folder, name))
}

/** Host tools read this file, and cannot load the natives behind the door. */
const PAST_THE_DOOR = ["src/settings/text.ts imports src/platform/split.ts"]

const ANY_IMPORT = /^(?:import|export) [^"';]*? from "(\.[^"]*)"/gm
const VALUE_IMPORT = /^(?:import|export) (?!type\b)[^"';]*? from "(\.[^"]*)"/gm

/**
 * The files of this project that a file imports. In host/ those of which it only has types are left
 * out; on the device all count, since types tell what knows what.
 */
function importsOf(file: string): string[] {
    const text = readFileSync(file, "utf8")
    const imports = file.startsWith("src/") ? ANY_IMPORT : VALUE_IMPORT
    return [...text.matchAll(imports)].map(([, path]) => {
        const base = join(dirname(file), path!)
        const candidates = [
            base,
            `${base}.ts`,
            `${base}.tsx`,
            `${base}/index.ts`,
        ]
        const found = candidates.find(
            candidate => /\.[jt]sx?$/.test(candidate) && existsSync(candidate)
        )
        return found ?? assert.fail(`${file}: nothing at "${path}"`)
    })
}

const partOf = (file: string) => /^src\/(\w+)\//.exec(file)?.[1]

test("parts import each other through their doors, and in one direction", () => {
    const files = sourcesIn("src").filter(file => partOf(file))
    assert.ok(files.length > 90)
    const faults = files.flatMap(file =>
        importsOf(file)
            .filter(target => partOf(target) !== partOf(file))
            .filter(
                target =>
                    !MAY_IMPORT[partOf(file)!]!.includes(partOf(target)!) ||
                    target !== `src/${partOf(target)}/index.ts`
            )
            .map(target => `${file} imports ${target}`)
    )
    assert.deepEqual(faults, PAST_THE_DOOR)
})

for (const folder of ["src", "host"])
    test(`no files of ${folder}/ import each other in a circle`, () => {
        const done = new Set<string>()
        const visit = (file: string, path: string[]): void => {
            assert.ok(!path.includes(file), [...path, file].join(" -> "))
            if (done.has(file)) return
            for (const next of importsOf(file)) visit(next, [...path, file])
            done.add(file)
        }
        for (const file of sourcesIn(folder)) visit(file, [])
        assert.ok(done.size > 90)
    })
