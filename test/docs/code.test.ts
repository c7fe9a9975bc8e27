// rows: D4
import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { basename, join } from "node:path"
import { test, type TestContext } from "node:test"
import { promisify } from "node:util"
import { parseEnv } from "../../host/env/index.ts"
import { readScenario } from "../../host/scenario/index.ts"
import { cleanUp, tempFolder } from "../system/harness.ts"
import { allBlocks, type CodeBlock } from "./blocks.ts"

const BLOCKS = allBlocks()

/**
 * All kinds of blocks, and how many there are of those that no test runs, reads or compiles.
 * `sh` is run by commands.test.ts, `sh help` compared with the help of its commands, `ts` compiled
 * for the board, `ts host` for Node.
 */
const KINDS = ["sh", "sh help", "ts", "ts host", "yaml", "dotenv", "text"]
const SHOWN_ONLY = { text: 7 }

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

/** Compiles the programs in some blocks. */
async function compile(
    t: TestContext,
    blocks: CodeBlock[],
    base: string,
    config: object
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
