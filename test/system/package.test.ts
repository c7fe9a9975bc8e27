// rows: D3
import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import {
    existsSync,
    mkdirSync,
    readdirSync,
    readFileSync,
    writeFileSync,
} from "node:fs"
import { basename, join, relative, resolve } from "node:path"
import { test, type TestContext } from "node:test"
import { stripVTControlCharacters } from "node:util"
import { parse } from "yaml"
import { BOARDS } from "../../host/boards/index.ts"
import { makeProject } from "../../host/commands/new-run.ts"
import { runCli, tempFolder } from "./harness.ts"

/** Longest run of one command, in ms: the machine may be busy. */
const TIMEOUT_MS = 600_000

/** The environment without what npm hands to the scripts that it runs, which other npms obey. */
function userEnv(): NodeJS.ProcessEnv {
    const inner = /^npm_(?!config_(cache|registry)$)/
    return Object.fromEntries(
        Object.entries(process.env).filter(([name]) => !inner.test(name))
    )
}

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
                env: { ...userEnv(), NODE_TEST_CONTEXT: undefined },
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

/** A package-lock.json, as far as this file reads it. */
interface Lock {
    lockfileVersion: number
    packages: Record<string, Record<string, unknown>>
}

/** Makes the file that a registry would serve. @returns its path */
async function pack(folder: string): Promise<string> {
    await mustRun(
        ".",
        "npm",
        ...["pack", "--ignore-scripts", "--pack-destination", folder]
    )
    const [file] = readdirSync(folder).filter(name => name.endsWith(".tgz"))
    return join(folder, file!)
}

/**
 * Lets `npm install` work without a registry in a project that depends on the packed file: npm takes
 * from its cache, which `npm ci` has filled, what a lock file names, so the project gets one with
 * the versions of this checkout. It also holds the install to the versions that are tested.
 */
function lockVersions(project: string, file: string): void {
    const own = JSON.parse(readFileSync("package-lock.json", "utf8")) as Lock
    const root = JSON.parse(
        readFileSync(join(project, "package.json"), "utf8")
    ) as Record<string, unknown>
    const fiberd = {
        ...own.packages[""],
        devDependencies: undefined,
        resolved: `file:${relative(project, file)}`,
    }
    const { lockfileVersion } = own
    const packages = {
        ...own.packages,
        "": root,
        "node_modules/fiberd": fiberd,
    }
    writeFileSync(
        join(project, "package-lock.json"),
        JSON.stringify({ lockfileVersion, requires: true, packages })
    )
}

/** A folder in which the packed package is installed, and nothing else is. */
async function install(t: TestContext): Promise<string> {
    const folder = tempFolder(t)
    const file = await pack(folder)
    const start = join(folder, "start")
    mkdirSync(start)
    writeFileSync(
        join(start, "package.json"),
        JSON.stringify({
            type: "module",
            dependencies: { fiberd: "file:../" + basename(file) },
            devDependencies: TYPES,
        })
    )
    lockVersions(start, file)
    await mustRun(start, "npm", ...INSTALL)
    return start
}

/** What a program in TypeScript needs to be compiled. */
const { devDependencies } = JSON.parse(
    readFileSync("package.json", "utf8")
) as Record<string, Record<string, string>>
const TYPES = {
    typescript: devDependencies!["typescript"],
    "@types/node": devDependencies!["@types/node"],
}
const INSTALL = ["install", "--offline", "--no-audit", "--no-fund"]

/** Where npm may have a package from, and what a project of `new` then depends on. */
const PLACES = [
    [
        "git+ssh://git@example.com/me/fiberd.git#9c97562",
        "git+ssh://git@example.com/me/fiberd.git#9c97562",
    ],
    ["https://example.com/fiberd.tgz", "https://example.com/fiberd.tgz"],
    ["https://registry.example/fiberd/-/fiberd-0.1.0.tgz", /^\^\d+\.\d+\.\d+$/],
] as const

/** Has `new` make a project for each of them, by what npm keeps of where it has the package from. */
async function checkPlaces(start: string) {
    const list = join(start, "node_modules/.package-lock.json")
    const kept = readFileSync(list, "utf8")
    const lock = JSON.parse(kept) as Lock
    for (const [index, [resolved, wanted]] of PLACES.entries()) {
        lock.packages["node_modules/fiberd"]!["resolved"] = resolved
        writeFileSync(list, JSON.stringify(lock))
        await mustRun(start, "npx", "--no", "fiberctl", "new", `from-${index}`)
        const { dependencies } = JSON.parse(
            readFileSync(join(start, `from-${index}/package.json`), "utf8")
        ) as Record<string, Record<string, string>>
        if (typeof wanted === "string")
            assert.equal(dependencies!["fiberd"], wanted)
        else assert.match(dependencies!["fiberd"]!, wanted)
    }
    writeFileSync(list, kept)
}

test("the packed package", async t => {
    await mustRun(".", "npm", "run", "prepack")
    const start = await install(t)

    await t.test(
        "makes a project whose CI passes: it builds, runs, tests and type-checks",
        async () => {
            await mustRun(start, "npx", "--no", "fiberctl", "new", "greenhouse")
            const project = join(start, "greenhouse")
            const [file] = readdirSync(join(start, "..")).filter(name =>
                name.endsWith(".tgz")
            )
            lockVersions(project, join(start, "..", file!))

            const ci = parse(
                readFileSync(join(project, ".github/workflows/ci.yml"), "utf8")
            ) as { jobs: { test: { steps: { run?: string }[] } } }
            const commands = ci.jobs.test.steps.flatMap(({ run }) => run ?? [])
            const outputs = new Map<string, string>()
            for (const command of commands) {
                const [program, ...args] = command.startsWith("npm install")
                    ? ["npm", ...INSTALL]
                    : ["sh", "-c", command]
                outputs.set(command, await mustRun(project, program!, ...args))
            }
            assert.deepEqual(
                commands.map(command => command.split(" --")[0]),
                [
                    "npm install",
                    "npm run check",
                    "npm run build",
                    "npm test",
                    "npx fiberctl sim",
                ]
            )
            assert.match(
                outputs.get("npm run build")!,
                /^fiberd\/syslog +\d+ +\d+/m
            )
            assert.match(
                outputs.get("npm test")!,
                /tests: 2, pass: 2, error: 0/
            )
            assert.match(
                outputs.get(commands.at(-1)!)!,
                /\[measure\.service\] average of 3/
            )
        }
    )

    await t.test("makes a project that has fiberd from the same place", () =>
        checkPlaces(start)
    )

    await t.test("has a typed client for other programs", async () => {
        writeFileSync(
            join(start, "ask.ts"),
            `import { connect, type FollowOptions, NoBoardError } from "fiberd/client"
export async function names(): Promise<string[]> {
    const board = await connect({ bus: "127.0.0.1:1" })
    return (await board.tasks("*")).map(task => task.name)
}
export const chosen = () => connect({ state: process.env["STATE"], device: process.env["DEVICE"] })
export const options = (signal?: AbortSignal, from?: number): FollowOptions => ({ signal, from })
// @ts-expect-error: a status has a name that is a text
export const wrong = async () => ((await (await connect()).tasks())[0]!.name = 5)
if (process.argv[2]) await names().catch(e => console.log(e instanceof NoBoardError))
`
        )
        const tsc = join(start, "node_modules/typescript/bin/tsc")
        await mustRun(
            start,
            process.execPath,
            // those of the package are checked, too
            ...[tsc, "--strict", "--module", "nodenext"],
            ...["--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess"],
            ...["--verbatimModuleSyntax", "--isolatedModules"],
            ...["--target", "es2022", "--types", "node", "ask.ts"]
        )
        const said = await mustRun(start, process.execPath, "ask.js", "now")
        assert.equal(said, "true\n")
    })

    await t.test("holds what users need, and no sources of the host", () => {
        const own = join(start, "node_modules/fiberd")
        const files = readdirSync(own, { recursive: true }) as string[]
        for (const file of [
            "src/index.ts",
            "src/main.ts",
            "template/src/main.ts",
            "docs/board.md",
        ])
            assert.ok(files.includes(file), file)
        assert.ok(!files.some(file => file.endsWith(".png")))
        for (const folder of ["test", "bench", "try"])
            assert.ok(!existsSync(join(own, folder)), folder)
        assert.deepEqual(
            files.filter(file => /^host\/.*\.ts$/.test(file)),
            []
        )
    })
})

test("a program of `new` can be built for each board", async t => {
    const folder = tempFolder(t)
    const cwd = join(folder, "mine")
    makeProject(cwd)
    // of a workspace
    mkdirSync(join(folder, "node_modules/fiberd"), { recursive: true })
    for (const { id } of BOARDS) {
        const args = ["image", "--board", id, "--runtime", "none.bin"]
        const { code, stderr } = await runCli(args, { cwd })
        assert.equal(code, 2)
        // only the VM is missing, which is not shipped
        assert.match(stderr, /none\.bin/)
    }
})

test("an image is for the board of boards/index.ts, unless --board names another", async t => {
    const cwd = join(tempFolder(t), "mine")
    makeProject(cwd)
    mkdirSync(join(cwd, "node_modules/fiberd"), { recursive: true })
    const index = join(cwd, "boards/index.ts")
    const text = readFileSync(index, "utf8")
    const image = (...args: string[]) => runCli(["image", ...args], { cwd })
    const { stderr } = await image()
    assert.match(stderr, /the VM for esp32_devkit_c is wanted/)

    writeFileSync(index, text.replace("./esp32_devkit_c", "./feather_s2"))
    for (const command of ["image", "flash", "up"]) {
        const { code, stderr } = await runCli([command], { cwd })
        assert.match(stderr, /the VM for feather_s2 is wanted/)
        assert.equal(code, 2)
    }
    const other = await image("--board", "esp32s3_devkit_m")
    assert.match(other.stderr, /the VM for esp32s3_devkit_m is wanted/)

    // pins of somebody's own must not be replaced by those of another board
    writeFileSync(index, text.replace("./esp32_devkit_c", "./mine"))
    const own = await image()
    assert.equal(
        own.stderr,
        'fiberctl: "boards/index.ts" names none of the boards that `fiberctl boards` lists: --board is wanted\n'
    )
    assert.equal(own.code, 2)
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
