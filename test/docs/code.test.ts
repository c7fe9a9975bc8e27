// rows: D4
import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import {
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    rmSync,
    writeFileSync,
} from "node:fs"
import { basename, join } from "node:path"
import { test, type TestContext } from "node:test"
import { promisify } from "node:util"
import { parseEnv } from "../../host/env/index.ts"
import { readScenario } from "../../host/scenario/index.ts"
import { cleanUp, tempFolder } from "../system/harness.ts"
import { allBlocks, type CodeBlock } from "./blocks.ts"

const BLOCKS = allBlocks()

/** A comment before something that is exported, and its name. */
const DOC_COMMENT =
    /^\/\*\*\n((?:(?!\*\/)[^])*?)\n \*\/\nexport (?:async )?(?:class|function|const|let|interface|type) (\w+)/gm
/** A paragraph of it that is code. */
const EXAMPLE = /^ \* {5}[a-z]\w*[ (.]/

/**
 * All kinds of blocks, and how many there are of those that no test runs, reads or compiles.
 * `sh` is run by commands.test.ts, `sh help` compared with the help of its commands, `ts` compiled
 * for the board, `ts host` for Node.
 */
const KINDS = ["sh", "sh help", "ts", "ts host", "yaml", "dotenv", "text"]
const SHOWN_ONLY = { text: 7 }

/** Declarations of names that the examples in doc comments use without declaring them. */
const STAND_INS = `import { startCore, LogPipe, TaskBody } from "fiberd"
export { startBoard } from "fiberd/boards"
export const PUMP_SETTINGS = \`# settings
PUMP_EVERY: duration 100ms 1d = 1h | how often\`
const OWN = \`# settings
DISPLAY_LEVEL: level = info | of the display
HB_LEVEL: level = info | of the LED\`
export const settings = await startCore([OWN])
export let pump: TaskBody
export let { arbiter } = undefined as LogPipe
export const host = "broker"
export const clientId = "board"
`
/** Least number of examples: fewer would mean that the search for them is broken. */
const LEAST_EXAMPLES = 7

const of = (kind: string) => BLOCKS.filter(block => kindOf(block) === kind)
const kindOf = ({ language, mark }: CodeBlock) => `${language} ${mark}`.trim()

test("every code block of the docs says what it is", () => {
    for (const block of BLOCKS)
        assert.ok(
            KINDS.includes(kindOf(block)),
            `${block.place}: "${kindOf(block)}" is none of ${KINDS.join(", ")}`
        )
})

test("few code blocks of the docs are only shown", () => {
    const shown = { text: of("text").length }
    assert.deepEqual(shown, SHOWN_ONLY)
})

test("programs for the board in the docs compile", t =>
    compile(t, of("ts"), "../../tsconfig.json", {
        include: ["*.ts", "../../node_modules/@devicescript/core/src/*.d.ts"],
    }))

test("examples in the doc comments of the door compile", async t => {
    const examples = docExamples()
    assert.ok(examples.length >= LEAST_EXAMPLES)
    await compile(
        t,
        examples.map(example => ({
            ...example,
            code: importsOf(example.code) + example.code,
        })),
        "../../tsconfig.json",
        {
            include: [
                "*.ts",
                "../../node_modules/@devicescript/core/src/*.d.ts",
            ],
        },
        { "stand-ins.ts": STAND_INS }
    )
})

test("programs for Node in the docs compile", t =>
    compile(t, of("ts host"), "../../host/tsconfig.json", {
        include: ["*.ts"],
        exclude: [],
    }))

test("scenarios in the docs are scenarios", async t => {
    const folder = tempFolder(t)
    const scenarios = of("yaml")
    assert.ok(scenarios.length > 0)
    for (const { code } of scenarios) {
        const file = join(folder, "scenario.yaml")
        writeFileSync(file, code)
        const steps = await readScenario(file)
        assert.ok(Array.isArray(steps) && steps.length > 0)
    }
})

test("settings files in the docs are settings files", () => {
    const files = of("dotenv")
    assert.ok(files.length > 0)
    for (const { code, place } of files)
        assert.ok(Object.keys(parseEnv(code, place)).length > 0, place)
})

/** The programs in some blocks: one begins where something is imported, others continue it. */
function programsOf(blocks: CodeBlock[]): CodeBlock[] {
    const programs: CodeBlock[] = []
    for (const block of blocks) {
        const last = programs.at(-1)
        if (last?.page !== block.page || block.code.startsWith("import "))
            programs.push({ ...block })
        else last.code += block.code
    }
    return programs
}

/** The examples in the doc comments of what the door exports. */
function docExamples(): CodeBlock[] {
    const exported = doorNames()
    const files = readdirSync("src", { recursive: true, encoding: "utf8" })
    return files
        .filter(name => name.endsWith(".ts"))
        .flatMap(name => {
            const page = join("src", name)
            const text = readFileSync(page, "utf8")
            return [...text.matchAll(DOC_COMMENT)]
                .filter(([, , name]) => exported.has(name!))
                .flatMap(({ 1: comment, index }) =>
                    comment!
                        .split(/\n \*\n/)
                        .filter(part => EXAMPLE.test(part))
                        .map(part => ({
                            place: `${page}:${text.slice(0, index).split("\n").length}`,
                            page,
                            language: "ts",
                            mark: "",
                            code: part.replaceAll(/^ \* {5}/gm, "") + "\n",
                        }))
                )
        })
}

/** The names that the door exports, by its API report. */
function doorNames(): Set<string> {
    const report = readFileSync("src/index.api.txt", "utf8")
    const names = /^(?:\w+ )*(?:class|function|const|interface|type) (\w+)/gm
    return new Set([...report.matchAll(names)].map(([, name]) => name!))
}

/** Imports of what a program names, from stand-ins where it does not say what it is. */
function importsOf(code: string): string {
    const named = new Set(code.match(/\b[A-Za-z]\w*/g))
    const own = new Set([...code.matchAll(/const (\w+) =/g)].map(m => m[1]!))
    const stands = /^export (?:const|let)? ?\{? ?(\w+)/gm
    const standIns = [...STAND_INS.matchAll(stands)]
        .map(([, name]) => name!)
        .filter(name => named.has(name) && !own.has(name))
    const door = [...doorNames()].filter(
        name => named.has(name) && !own.has(name) && !standIns.includes(name)
    )
    return `import { ${door.join(", ")} } from "fiberd"
import { ${standIns.join(", ")} } from "./stand-ins"
`
}

/** Compiles the programs in some blocks, with some files beside them. */
async function compile(
    t: TestContext,
    blocks: CodeBlock[],
    base: string,
    config: object,
    beside: Record<string, string> = {}
): Promise<void> {
    assert.ok(blocks.length > 0)
    mkdirSync(".devicescript", { recursive: true })
    const folder = mkdtempSync(".devicescript/docs-")
    cleanUp(t, () => rmSync(folder, { recursive: true }))
    for (const { place, page, code } of programsOf(blocks))
        writeFileSync(
            join(folder, `${basename(page, ".md")}-${place.split(":")[1]}.ts`),
            // as a user's project names them
            code
                .replaceAll(/"\.\.?\/src"/g, '"fiberd"')
                .replaceAll(/"\.\.?\/(boards|host\/)/g, '"fiberd/$1') +
                "\nexport {}\n"
        )
    for (const [name, text] of Object.entries(beside))
        writeFileSync(join(folder, name), text)
    const paths = {
        fiberd: ["../../src/index.ts"],
        "fiberd/client": ["../../host/client/index.ts"],
        "fiberd/boards": ["../../boards/index.ts"],
        "fiberd/host/*": ["../../host/*"],
        "jacdac-ts": [
            "../../node_modules/jacdac-ts/dist/types/src/jacdac.d.ts",
        ],
    }
    const compilerOptions = { paths, noUnusedLocals: false }
    writeFileSync(
        join(folder, "tsconfig.json"),
        JSON.stringify({ extends: base, compilerOptions, ...config })
    )
    const tsc = "node_modules/typescript/bin/tsc"
    await promisify(execFile)(process.execPath, [tsc, "-p", folder]).catch(
        ({ stdout }: { stdout: string }) => assert.fail(stdout)
    )
}
