// rows: D3
import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import {
    existsSync,
    mkdirSync,
    readdirSync,
    readFileSync,
    symlinkSync,
    writeFileSync,
} from "node:fs"
import { join, resolve } from "node:path"
import { before, describe, test, type TestContext } from "node:test"
import { stripVTControlCharacters } from "node:util"
import { tempFolder } from "./harness.ts"

/** Longest run of one command, in ms: the machine may be busy. */
const TIMEOUT_MS = 600_000

/** Runs a program; it must end well. @returns what it printed */
function run(
    cwd: string,
    program: string,
    ...args: string[]
): Promise<{ code: number; output: string }> {
    return new Promise(done =>
        execFile(
            program,
            args,
            {
                cwd,
                timeout: TIMEOUT_MS,
                env: { ...process.env, NODE_TEST_CONTEXT: undefined },
            },
            (error, stdout, stderr) =>
                done({
                    code: error ? Number(error.code ?? -1) : 0,
                    output: stripVTControlCharacters(stdout + stderr),
                })
        )
    )
}

async function mustRun(cwd: string, program: string, ...args: string[]) {
    const { code, output } = await run(cwd, program, ...args)
    assert.equal(code, 0, `${program} ${args.join(" ")}\n${output}`)
    return output
}

/** A folder with the packed package and what it depends on, as `npm install` leaves it. */
async function install(t: TestContext): Promise<string> {
    const folder = tempFolder(t)
    const modules = join(folder, "node_modules")
    const own = join(modules, "fiberd")
    mkdirSync(own, { recursive: true })
    // with its dot files: the programs of packages are in one
    for (const name of readdirSync("node_modules"))
        if (name !== "fiberd")
            symlinkSync(resolve("node_modules", name), join(modules, name))
    const pack = ["pack", "--ignore-scripts", "--pack-destination", folder]
    await mustRun(".", "npm", ...pack)
    const [file] = readdirSync(folder).filter(name => name.endsWith(".tgz"))
    await mustRun(folder, "tar", "xzf", file!, "-C", own, "--strip=1")
    return folder
}

describe("the packed package", () => {
    before(() =>
        mustRun(
            ".",
            process.execPath,
            "--import",
            "./host/register.js",
            "host/package/build.ts"
        )
    )

    test("makes a project that builds, runs, tests and type-checks", async t => {
        const folder = await install(t)
        const tool = join(folder, "node_modules/fiberd/host/fiberctl.js")
        const fiberctl = (cwd: string, ...args: string[]) =>
            mustRun(cwd, process.execPath, tool, ...args)
        await fiberctl(folder, "new", "greenhouse")
        const project = join(folder, "greenhouse")
        mkdirSync(join(project, "node_modules"))
        for (const name of readdirSync(join(folder, "node_modules")))
            symlinkSync(
                join(folder, "node_modules", name),
                join(project, "node_modules", name)
            )
        const { scripts } = JSON.parse(
            readFileSync(join(project, "package.json"), "utf8")
        ) as { scripts: Record<string, string> }

        const sizes = await fiberctl(project, "build", "--sizes")
        assert.match(sizes, /^fiberd\/syslog +\d+ +\d+/m)
        const shown = await fiberctl(
            project,
            ...["sim", "--set", "MEASURE_EVERY=200ms"],
            ...["--expect", "average of 3: 22 degrees", "--fail-on", "panic"],
            ...["--timeout", "60"]
        )
        assert.match(shown, /\[measure\.service\] average of 3/)

        assert.equal(scripts.check, "tsc -p .")
        const tsc = join(project, "node_modules/typescript/bin/tsc")
        await mustRun(project, process.execPath, tsc, "-p", ".")

        const [, devs] = scripts.test!.split(" && ")
        const [program, ...args] = devs!.split(" ")
        assert.equal(program, "devicescript")
        const cli = "node_modules/@devicescript/cli/devicescript"
        const tested = await mustRun(project, process.execPath, cli, ...args)
        assert.match(tested, /tests: 2, pass: 2, error: 0/)
    })

    test("has a typed client for other programs", async t => {
        const folder = await install(t)
        writeFileSync(
            join(folder, "package.json"),
            JSON.stringify({ type: "module" })
        )
        writeFileSync(
            join(folder, "ask.ts"),
            `import { connect, NoBoardError } from "fiberd/client"
export async function names(): Promise<string[]> {
    const board = await connect({ bus: "127.0.0.1:1" })
    return (await board.tasks("*")).map(task => task.name)
}
// @ts-expect-error: a status has a name that is a text
export const wrong = async () => ((await (await connect()).tasks())[0]!.name = 5)
if (process.argv[2]) await names().catch(e => console.log(e instanceof NoBoardError))
`
        )
        const tsc = join(folder, "node_modules/typescript/bin/tsc")
        await mustRun(
            folder,
            process.execPath,
            ...[tsc, "--strict", "--skipLibCheck", "--module", "nodenext"],
            ...["--target", "es2022", "--types", "node", "ask.ts"]
        )
        const said = await mustRun(folder, process.execPath, "ask.js", "now")
        assert.equal(said, "true\n")
    })

    test("holds what users need, and no sources of the host", async t => {
        const own = join(await install(t), "node_modules/fiberd")
        const files = readdirSync(own, { recursive: true }) as string[]
        for (const file of [
            "src/index.ts",
            "src/main.ts",
            "template/src/main.ts",
        ])
            assert.ok(files.includes(file), file)
        for (const folder of ["test", "bench", "docs", "try"])
            assert.ok(!existsSync(join(own, folder)), folder)
        assert.deepEqual(
            files.filter(file => /^host\/.*\.ts$/.test(file)),
            []
        )
    })
})

test("`new` takes no folder that is in use, and no name that npm refuses", async t => {
    const folder = tempFolder(t)
    const tool = resolve("host/fiberctl.js")
    mkdirSync(join(folder, "used/src"), { recursive: true })
    for (const [name, reason] of [
        ["used", /"used" is not empty/],
        ["My Board", /"My Board" cannot be the name of a project/],
    ] as const) {
        const { code, output } = await run(
            folder,
            process.execPath,
            ...[tool, "new", name]
        )
        assert.equal(code, 2)
        assert.match(output, reason)
        assert.equal(output.trim().split("\n").length, 1)
    }
})
