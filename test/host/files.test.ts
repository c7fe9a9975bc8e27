// rows: A2 B2 B3c
import assert from "node:assert/strict"
import { execFile, execFileSync } from "node:child_process"
import fs, {
    chmodSync,
    existsSync,
    mkdirSync,
    readdirSync,
    readFileSync,
    rmSync,
    statSync,
    symlinkSync,
    writeFileSync,
} from "node:fs"
import { syncBuiltinESMExports } from "node:module"
import { join, resolve } from "node:path"
import { before, describe, test, type TestContext } from "node:test"
import { createOutputs, makeFolder, writeOutput } from "../../host/files.ts"
import { unpackLibraries } from "../../host/sim/index.ts"
import { Cli, type CliRun, runCli, tempFolder } from "../system/harness.ts"

before(unpackLibraries)

/** Prints for ever, at a pace that any reader keeps up with. */
const PROGRAM = `console.log("hello")
setInterval(async () => console.log("alive"), 100)
`
const STATE = ".devicescript/fiberctl/state"
/** Permissions do not stop root: the tool then runs as another user. */
const NOBODY = process.getuid?.() === 0 ? 65_534 : undefined

/** A project with a small program, and a pipe that nobody writes to. */
function project(t: TestContext): string {
    const folder = tempFolder(t)
    mkdirSync(join(folder, "src"))
    symlinkSync(resolve("node_modules"), join(folder, "node_modules"))
    writeFileSync(join(folder, "devsconfig.json"), "{}")
    writeFileSync(join(folder, "src/main.ts"), PROGRAM)
    execFileSync("mkfifo", [join(folder, "fifo")])
    return folder
}

/** Runs a line of bash in which `fiberctl` is the tool. */
function shell(cwd: string, line: string): Promise<CliRun> {
    const tool = `${process.execPath} ${resolve("host/fiberctl.js")}`
    const script = `fiberctl() { ${tool} "$@"; }; ${line}`
    return new Promise(done =>
        execFile("bash", ["-c", script], { cwd }, (error, stdout, stderr) =>
            done({ code: Number(error?.code ?? 0), stdout, stderr })
        )
    )
}

/** The one line that a failed run says on stderr. */
function complaint({ stderr, stdout }: CliRun): string {
    const lines = stderr.trimEnd().split("\n")
    assert.equal(lines.length, 1, stderr + stdout)
    assert.match(lines[0]!, /^fiberctl: /)
    return lines[0]!
}

test("bytes that are no UTF-8 text are refused by each reader of texts", async t => {
    const cwd = project(t)
    // é as a Windows editor may write it
    const bytes = Buffer.from("# caf\xe9\nHOSTNAME=roof\n", "latin1")
    writeFileSync(join(cwd, "latin.env"), bytes)
    for (const [args, file] of [
        ["settings check latin.env", "latin.env"],
        ["sim --env latin.env", "latin.env"],
        ["sim --scenario latin.env", "latin.env"],
        ["build", ".env.defaults"],
    ] as const) {
        if (args === "build") writeFileSync(join(cwd, file), bytes)
        const run = await runCli(args.split(" "), { cwd })
        assert.equal(complaint(run), `fiberctl: "${file}" is not UTF-8 text`)
        assert.equal(run.code, 2)
    }
})

const INPUTS: Record<string, string[]> = {
    "a program": ["build", "--main"],
    settings: ["sim", "--env"],
    "settings of a board": ["image", "--board", "esp32_devkit_c", "--env"],
    "settings to check": ["settings", "check"],
    "settings to compare": ["settings", "diff"],
    "a scenario": ["sim", "--scenario"],
    "an image to boot": ["sim", "--image"],
    "a VM": ["image", "--board", "esp32_devkit_c", "--runtime"],
    "a dump": ["flash", "read"],
    "a text to decode": ["decode"],
    "a file to sign": [
        "ota",
        "sign",
        "--key",
        "key",
        "--version",
        "1",
        "--share",
        "1",
    ],
    "a key": ["ota", "verify", "devsconfig.json", "--key"],
    "a signed file": ["ota", "verify", "--key", "key"],
}

describe("a pipe or a device is no input", { concurrency: 2 }, () => {
    for (const [what, args] of Object.entries(INPUTS))
        test(what, async t => {
            const cwd = project(t)
            writeFileSync(join(cwd, "key"), "ab".repeat(32))
            for (const input of ["fifo", "/dev/zero"]) {
                const run = await runCli([...args, input], { cwd })
                assert.equal(run.code, 2)
                assert.match(
                    complaint(run),
                    /"(fifo|\/dev\/zero)" is no (regular )?file$/
                )
            }
        })
})

test("an empty serial port is said to be none", async () => {
    for (const words of [
        ["status", "--serial", ""],
        ["monitor", "--port", ""],
    ])
        assert.equal(
            complaint(await runCli(words)),
            `fiberctl: option '${words[1]} <path>' argument '' is invalid. a value is wanted.`
        )
})

test("a pipe, a device, a file or a folder is no serial port", async t => {
    const cwd = project(t)
    chmodSync(join(cwd, "src/main.ts"), 0)
    chmodSync(cwd, 0o755)
    for (const port of ["fifo", "/dev/zero", "src", "src/main.ts"]) {
        const run = await new Cli(["monitor", "--port", port], {
            cwd,
            uid: NOBODY,
        }).done
        assert.equal(complaint(run), `fiberctl: "${port}" is no serial port`)
        assert.equal(run.code, 2)
    }
})

test("a pipe is no module of a program", async t => {
    const cwd = project(t)
    writeFileSync(join(cwd, "src/main.ts"), 'import { a } from "./pipe"\na()\n')
    execFileSync("mkfifo", [join(cwd, "src/pipe.ts")])
    const run = await runCli(["build"], { cwd })
    assert.equal(run.code, 1)
    assert.match(run.stderr, /^src.main\.ts.*Cannot find module '\.\/pipe'/m)
})

test("a module that may not be read is named, and waited for", async t => {
    const cwd = project(t)
    const file = join(cwd, "src/part.ts")
    writeFileSync(
        join(cwd, "src/main.ts"),
        'import { part } from "./part"\nconsole.log(part)\n'
    )
    writeFileSync(file, 'export const part = "the part"\n', { mode: 0 })
    chmodSync(cwd, 0o777)
    const sim = new Cli(["sim", "--watch", "--expect", "the part"], {
        cwd,
        uid: NOBODY,
    })
    await sim.waitForError(/\n$/)
    chmodSync(file, 0o644)
    const run = await sim.done
    assert.equal(
        complaint({ ...run, stdout: "" }),
        'fiberctl: "src/part.ts" may not be used (permission denied)'
    )
    assert.equal(run.code, 0)
})

test("decode takes no more memory for a text without an end", async t => {
    const cwd = tempFolder(t)
    const endless = await shell(
        cwd,
        "export NODE_OPTIONS=--max-old-space-size=80; yes | tr -d '\\n' | fiberctl decode | head -c 250000000 | wc -c"
    )
    assert.equal(endless.stdout.trim(), "250000000", endless.stderr)
    const lines = await shell(cwd, "yes 0123456789 | fiberctl decode | head -2")
    assert.equal(lines.stdout, "0123456789\n0123456789\n")
})

describe("a disk that is full is one line that names the file", () => {
    test("a build", async t => {
        const cwd = project(t)
        mkdirSync(join(cwd, ".devicescript"))
        // the tool writes it; the device has no space
        symlinkSync("/dev/full", join(cwd, ".devicescript/services.json"))
        for (const args of [["build"], ["sim", "--for", "1"]]) {
            const run = await runCli(args, { cwd })
            assert.equal(run.code, 2)
            assert.match(
                complaint(run),
                /"\.devicescript\/\S+" cannot be written: no space is left$/
            )
        }
        assert.deepEqual(
            readdirSync(join(cwd, ".devicescript/fiberctl/build")),
            []
        )
    })

    test("a build whose files get too large", async t => {
        const cwd = project(t)
        const run = await shell(cwd, "ulimit -f 16; fiberctl build")
        assert.equal(run.code, 2)
        assert.match(
            complaint(run),
            /"\.devicescript\/\S+" cannot be written: it gets larger than is allowed$/
        )
        assert.equal((await runCli(["build"], { cwd })).code, 0)
    })

    test("a board's state", async t => {
        const cwd = project(t)
        assert.equal((await runCli(["build"], { cwd })).code, 0)
        const run = await shell(cwd, "ulimit -f 200; fiberctl sim --for 1")
        assert.equal(run.code, 2)
        assert.match(
            complaint(run),
            /flash\.bin" cannot be written: it gets larger than is allowed$/
        )
        const [board] = readdirSync(join(cwd, STATE))
        const folder = join(cwd, STATE, board!)
        assert.deepEqual(readdirSync(folder), ["device-id"])
        symlinkSync("/dev/full", join(folder, "bus.json"))
        const full = await runCli(["sim", "--for", "1"], { cwd })
        assert.equal(full.code, 2)
        assert.match(
            complaint(full),
            /bus\.json" cannot be written: no space is left$/
        )
        rmSync(join(folder, "bus.json"))
        const again = await runCli(["sim", "--for", "1"], { cwd })
        assert.equal(again.code, 0, again.stderr)
    })

    test("an image", async t => {
        const cwd = project(t)
        writeFileSync(
            join(cwd, "vm"),
            Buffer.concat([Buffer.from([0xe9]), Buffer.alloc(99)])
        )
        const image = "fiberctl image --board esp32_devkit_c --runtime vm --out"
        const quiet = (run: CliRun) => ({
            ...run,
            stderr: run.stderr.replace(/^.*WIFI_SSID is not set.*\n/m, ""),
        })
        const full = quiet(await shell(cwd, `${image} /dev/full`))
        assert.equal(full.code, 2)
        assert.match(
            complaint(full),
            /"\/dev\/full" cannot be written: no space/
        )
        assert.ok(statSync("/dev/full").isCharacterDevice())
        writeFileSync(join(cwd, "out.bin"), "old")
        const large = quiet(await shell(cwd, `ulimit -f 500; ${image} out.bin`))
        assert.equal(large.code, 2)
        assert.match(complaint(large), /"out\.bin" cannot be written: it gets/)
        assert.equal(readFileSync(join(cwd, "out.bin"), "utf8"), "old")
        assert.deepEqual(
            readdirSync(cwd).filter(name => /out/.test(name)),
            ["out.bin"]
        )
        const pipe = quiet(await shell(cwd, `${image} fifo`))
        assert.equal(pipe.code, 2)
        assert.match(complaint(pipe), /"fifo" is no regular file$/)
    })

    test("a signed file, and the count in a key", async t => {
        const cwd = project(t)
        writeFileSync(join(cwd, "a.env"), "LOG_LEVEL=info\n")
        const keygen = await shell(
            cwd,
            "fiberctl ota keygen --lms --height 5 --out key"
        )
        assert.equal(keygen.code, 0, keygen.stderr)
        const sign =
            "fiberctl ota sign a.env --key key --version 1 --share 1 --out"
        const key = readFileSync(join(cwd, "key"), "utf8")
        // the key would fit, the signed file does not
        writeFileSync(join(cwd, "b.env"), `#${"x".repeat(1300)}\n`)
        for (const [line, file] of [
            ["ulimit -f 0; fiberctl ota sign a.env", "key"],
            ["ulimit -f 2; fiberctl ota sign b.env --out out", "out"],
        ]) {
            const options = "--key key --version 1 --share 1"
            const large = await shell(cwd, `${line} ${options} | cat`)
            const problem = new RegExp(
                `"${file}\\S*" cannot be written: it gets`
            )
            assert.match(complaint(large), problem)
            assert.equal(readFileSync(join(cwd, "key"), "utf8"), key)
            assert.ok(!existsSync(join(cwd, "key.lock")))
        }
        assert.deepEqual(
            readdirSync(cwd).filter(name => /out|new/.test(name)),
            []
        )
        const full = await shell(cwd, `${sign} /dev/full`)
        assert.equal(full.code, 2)
        assert.match(
            complaint(full),
            /"\/dev\/full" cannot be written: no space/
        )
        assert.ok(statSync("/dev/full").isCharacterDevice())
    })

    test("what is printed", async t => {
        const cwd = project(t)
        for (const args of ["build --json", "sim --json", "sim"]) {
            const run = await shell(cwd, `fiberctl ${args} > /dev/full`)
            assert.equal(run.code, 1)
            assert.match(
                run.stderr,
                /^(fiberctl: building .*\n)?fiberctl: stdout: .*no space left.*\n$/
            )
        }
    })
})

test("a file is replaced as a whole, through a link", t => {
    const folder = tempFolder(t)
    const file = join(folder, "file")
    writeOutput(file, "one", { mode: 0o600, isSynced: true })
    assert.equal(statSync(file).mode & 0o777, 0o600)
    symlinkSync("file", join(folder, "link"))
    writeOutput(join(folder, "link"), "two")
    assert.equal(readFileSync(file, "utf8"), "two")
    assert.equal(statSync(file).mode & 0o777, 0o600)
    assert.throws(() => writeOutput(folder, "x"), /" is a folder$/)
    assert.throws(() => writeOutput(join(file, "x"), "x"), /" not found$/)
    assert.deepEqual(readdirSync(folder), ["file", "link"])
})

/** Ends what this process does with files at one of its steps, as if it was killed there. */
function killAt(step: number): () => void {
    const { openSync, writeFileSync, fsyncSync, linkSync, rmSync } = fs
    const known = { openSync, writeFileSync, fsyncSync, linkSync, rmSync }
    let left = step
    const dying = Object.entries(known).map(([name, call]) => [
        name,
        (...args: unknown[]) => {
            if (left-- > 0) return Reflect.apply(call, fs, args)
            throw new Error("killed")
        },
    ])
    Object.assign(fs, Object.fromEntries(dying))
    syncBuiltinESMExports()
    return () => {
        Object.assign(fs, known)
        syncBuiltinESMExports()
    }
}

test("new files are there as a whole or not at all, whoever ends the process", t => {
    const texts: Record<string, string> = { pub: "one\n", key: "two\n" }
    for (let step = 0, isMade = false; !isMade; step++) {
        const folder = tempFolder(t)
        const files = Object.entries(texts).map(([name, data]) => ({
            path: join(folder, name),
            data,
        }))
        const live = killAt(step)
        try {
            createOutputs(files, 0o600)
            isMade = true
        } catch (error) {
            assert.equal((error as Error).message, "killed")
        } finally {
            live()
        }
        const names = readdirSync(folder).filter(name => name in texts)
        for (const name of names)
            assert.equal(readFileSync(join(folder, name), "utf8"), texts[name])
        if (isMade) assert.deepEqual(names, ["key", "pub"])
    }
})

test("a folder is made with those above it, or the first that cannot be is named", t => {
    const folder = tempFolder(t)
    const file = join(folder, "file")
    makeFolder(join(folder, "a/b/c"))
    makeFolder(join(folder, "a/b"))
    writeFileSync(file, "")
    symlinkSync("nowhere", join(folder, "link"))
    const cases: [path: string, problem: string][] = [
        [join(file, "x/y"), `"${file}" exists and is no folder`],
        [join(folder, "link"), `"${folder}/link" exists and is no folder`],
        ["", `"" cannot be made there`],
    ]
    // Node's mkdir makes no folder there, and does not end
    if (existsSync("/proc/self"))
        cases.push(["/proc/x/y", `"/proc/x" cannot be made there`])
    for (const [path, message] of cases)
        assert.throws(() => makeFolder(path), { message })
    assert.deepEqual(readdirSync(folder, { recursive: true }).sort(), [
        "a",
        "a/b",
        "a/b/c",
        "file",
        "link",
    ])
})

test("a path that leads through a file is wrong usage of each command", async t => {
    const cwd = project(t)
    const path = "devsconfig.json/x"
    const missing = `"${path}" not found`
    for (const [line, problem] of [
        [`build --main ${path}`, missing],
        [`sim --main ${path}`, missing],
        [`ota serve ${path}`, missing],
        // what is to be made cannot be found
        [`new ${path}`, `"devsconfig.json" exists and is no folder`],
    ] as const) {
        const { code, stderr } = await runCli(line.split(" "), { cwd })
        assert.equal(stderr, `fiberctl: ${problem}\n`, line)
        assert.equal(code, 2, line)
    }
})

test("a project goes into a folder with a new repository, and no other file", async t => {
    const cwd = tempFolder(t)
    const nowhere = await runCli(["new", ""], { cwd })
    assert.equal(
        nowhere.stderr,
        "fiberctl: the folder of the project is wanted\n"
    )
    assert.equal(nowhere.code, 2)
    assert.deepEqual(readdirSync(cwd), [])
    mkdirSync(join(cwd, "pump/.git"), { recursive: true })
    assert.equal((await runCli(["new", "pump"], { cwd })).code, 0)
    assert.ok(existsSync(join(cwd, "pump/src/main.ts")))
    // what it says to type is a board, whatever the project is called
    const readme = readFileSync(join(cwd, "pump/README.md"), "utf8")
    const [, board] = /--board (\w+)/.exec(readme)!
    assert.ok(existsSync(join(cwd, `pump/boards/${board}.ts`)), board)
    const again = await runCli(["new", "pump"], { cwd })
    assert.equal(again.stderr, 'fiberctl: "pump" is not empty\n')
    assert.equal(again.code, 2)
    writeFileSync(join(cwd, "file"), "")
    for (const name of ["file", "file/pump", "file/a/pump"]) {
        const { stderr, code } = await runCli(["new", name], { cwd })
        assert.equal(stderr, 'fiberctl: "file" exists and is no folder\n')
        assert.equal(code, 2)
    }
})
