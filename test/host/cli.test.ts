// rows: A2
import assert from "node:assert/strict"
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { execFile } from "node:child_process"
import { createServer } from "node:net"
import { join, resolve } from "node:path"
import { describe, test } from "node:test"
import { promisify } from "node:util"
import { FlashStore } from "../../host/flash/index.ts"
import { tryLock } from "../../host/sim/lock.ts"
import { runCli, tempFolder } from "../system/harness.ts"

/** A project folder with files; the programs of these tests are never built. */
function project(
    t: Parameters<typeof tempFolder>[0],
    files: Record<string, string | Buffer> = {}
): string {
    const folder = tempFolder(t)
    mkdirSync(join(folder, "src"))
    writeFileSync(join(folder, "devsconfig.json"), "{}")
    writeFileSync(join(folder, "src/main.ts"), "")
    for (const [name, content] of Object.entries(files))
        writeFileSync(join(folder, name), content)
    return folder
}

describe(
    "wrong usage is one clear line and exit code 2",
    {
        concurrency: 2,
    },
    () => {
        const cases: [string, string[], RegExp, Record<string, string>?][] = [
            ["no such command", ["fly"], /unknown command 'fly'/],
            ["a command misspelt", ["sin"], /unknown.*Did you mean sim\?/],
            ["unknown option", ["sim", "--bad"], /unknown option '--bad'/],
            [
                "an option misspelt",
                ["sim", "--frehs"],
                /unknown.*Did you mean --fresh\?/,
            ],
            ["no level", ["sim", "--level", "loud"], /"loud" is none of emerg/],
            [
                "levels of an empty variable",
                ["level", " "],
                /levels are wanted, as info debug@net/,
            ],
            ["no kind", ["sim", "--only", "log,x"], /"x" is none of log, /],
            [
                "no pattern",
                ["sim", "--expect", "/(/"],
                /--expect \/\(\/: Invalid regular expression/,
            ],
            [
                "a device as settings",
                ["sim", "--env", "/dev/zero"],
                /"\/dev\/zero" is no regular file/,
            ],
            [
                "a device as program",
                ["sim", "--main", "/dev/zero"],
                /"\/dev\/zero" is no file/,
            ],
            [
                "a device as image",
                ["flash", "read", "/dev/zero"],
                /"\/dev\/zero" is no regular file/,
            ],
            [
                "missing value",
                ["sim", "--main"],
                /'--main <file>' argument missing/,
            ],
            ["extra argument", ["sim", "x"], /unexpected argument 'x'/],
            [
                "no number",
                ["sim", "--for", "soon"],
                /a number of seconds is wanted/,
            ],
            [
                "no time",
                ["sim", "--timeout", "0s"],
                /a number of seconds is wanted, or a time as/,
            ],
            [
                "no wait",
                ["ota", "push", "a.ota", "--timeout", "5 minutes"],
                /a number of seconds is wanted, or a time as/,
            ],
            [
                "a time with its unit",
                [
                    "sim",
                    "--for",
                    "1.5m",
                    "--timeout",
                    "300ms",
                    "--main",
                    "no.ts",
                ],
                /^fiberctl: "no\.ts" not found/,
            ],
            [
                "main not found",
                ["sim", "--main", "no.ts"],
                /"no\.ts" not found/,
            ],
            ["main a folder", ["sim", "--main", "src"], /"src" is no file/],
            [
                "env not found",
                ["sim", "--env", "no.env"],
                /"no\.env" not found/,
            ],
            [
                "malformed env",
                ["sim", "--env", "bad.env"],
                /bad\.env:2: is no assignment/,
                { "bad.env": "A=1\nwhat\n" },
            ],
            [
                "malformed .env.local",
                ["sim"],
                /\.env\.local:1: has an opening '/,
                { ".env.local": "A='x\n" },
            ],
            [
                "binary env",
                ["sim", "--env", "bin.env"],
                /"bin\.env" is not UTF-8 text/,
                { "bin.env": Buffer.from([0x41, 0x3d, 0xff]) as never },
            ],
            ...["--image", "--scenario", "--syslog", "--task"].map(
                (option): [string, string[], RegExp] => [
                    `no value of ${option}`,
                    ["sim", option, ""],
                    new RegExp(`'${option} <.*' argument '' is invalid`),
                ]
            ),
            ...["--set=A=1", "--env=.env", "--watch", "--no-optimise"].map(
                (option): [string, string[], RegExp] => [
                    `${option} with an image`,
                    ["sim", "--image", "x.bin", option],
                    new RegExp(
                        `: ${option.split("=")[0]} is for a program that is built, not for --image$`,
                        "m"
                    ),
                ]
            ),
            [
                "a file followed",
                ["logs", "-f", "--file", "error.log"],
                /--file goes without --follow$/m,
            ],
            [
                "an earlier run followed",
                ["logs", "-f", "-b", "-1"],
                /--boot -1 goes without --follow: new lines are of run 0$/m,
            ],
            [
                "two forms of a schema",
                ["settings", "schema", "--env", "--json"],
                /--env goes without --json$/m,
            ],
            [
                "no name of a task",
                ["logs", "-u", ""],
                /'-u, --unit <task>' argument '' is invalid/,
            ],
            [
                "no port of a bus",
                ["status", "--bus", "127.0.0.1:65536"],
                /bus "127\.0\.0\.1:65536": HOST:PORT is wanted/,
            ],
            [
                "malformed --set",
                ["sim", "--set", "A"],
                /--set KEY=VALUE is wanted/,
            ],
            [
                "no address",
                ["sim", "--syslog", "localhost"],
                /--syslog "localhost": HOST:PORT is wanted/,
            ],
            [
                "IPv6 without brackets",
                ["sim", "--syslog", "::1:514"],
                /--syslog "::1:514": HOST:PORT is wanted, of IPv6 \[ADDRESS\]:PORT/,
            ],
            [
                "help of no command",
                ["help", "stats", "foo"],
                /unknown command 'foo' \('stats' has none\)/,
            ],
            [
                "help of no command below another",
                ["help", "settings", "puhs"],
                /unknown command 'puhs' \(Did you mean push\?\)/,
            ],
            [
                "no port",
                ["sim", "--syslog", "localhost:70000"],
                /"70000" is no port/,
            ],
            [
                "state is a file",
                ["sim", "--state", "src/main.ts"],
                /"src\/main\.ts" exists and is no folder/,
            ],
            [
                "state below a file",
                ["sim", "--state", "src/main.ts/state"],
                /"src\/main\.ts" exists and is no folder/,
            ],
            ["no image", ["flash", "read", "no.bin"], /"no\.bin" not found/],
            [
                "no flash store",
                ["flash", "read", "src/main.ts"],
                /"src\/main\.ts": no flash store found in 0 bytes/,
            ],
        ]
        for (const [what, args, message, files] of cases)
            test(what, async t => {
                const cwd = project(t, files)
                const run = await runCli(args, { cwd })
                assert.match(run.stderr, message)
                assert.match(run.stderr, /^fiberctl: [^\n]+\n$/)
                assert.equal(run.stdout, "")
                assert.equal(run.code, 2)
                assert.deepEqual(
                    readdirSync(cwd).filter(name => name[0] === "."),
                    files ? Object.keys(files).filter(n => n[0] === ".") : []
                )
            })

        test("a folder that is no project", async t => {
            const cwd = tempFolder(t)
            const hint =
                "not found: this folder is no project, and `fiberctl new DIR` makes one to begin with"
            for (const args of [
                ["sim", "--watch"],
                ["build"],
                ["up"],
                ["settings", "schema"],
            ]) {
                const run = await runCli(args, { cwd })
                assert.equal(run.stderr, `fiberctl: "src/main.ts" ${hint}\n`)
                assert.equal(run.code, 2)
            }
            writeFileSync(join(cwd, "mine.ts"), "")
            const run = await runCli(["sim", "--main", "mine.ts"], { cwd })
            assert.equal(run.stderr, `fiberctl: "devsconfig.json" ${hint}\n`)
            assert.equal(run.code, 2)
            assert.deepEqual(readdirSync(cwd), ["mine.ts"])
        })

        test("a project without its packages", async t => {
            const folder = tempFolder(t)
            const made = await runCli(["new", "it's/mine"], { cwd: folder })
            assert.match(made.stdout, /^    cd 'it'\\''s\/mine'$/m)
            const cwd = join(folder, "it's/mine")
            const files = readdirSync(cwd)
            for (const command of ["sim", "build"]) {
                const run = await runCli([command], { cwd })
                assert.equal(
                    run.stderr,
                    'fiberctl: "node_modules/fiberd" not found: run `npm install` in this folder first\n'
                )
                assert.equal(run.code, 2)
            }
            assert.deepEqual(readdirSync(cwd), files)
        })

        test("a port in use", async t => {
            const server = createServer().listen(0, "127.0.0.1")
            t.after(() => server.close())
            await new Promise(resolve => server.once("listening", resolve))
            const { port } = server.address() as { port: number }
            const cwd = project(t)
            for (const args of [
                ["sim", "--set", `SYSLOG_PORT=${port}`],
                ["web", "--bus", "127.0.0.1:1", "--port", `${port}`],
                ["ota", "serve", ".", "--port", `${port}`],
            ]) {
                const run = await runCli(args, { cwd })
                assert.equal(run.stderr, `fiberctl: port ${port} is in use\n`)
                assert.equal(run.code, 2)
            }
        })

        test("a state in use", async t => {
            const cwd = project(t)
            mkdirSync(join(cwd, "state"))
            assert.ok(tryLock(join(cwd, "state/lock")))
            const run = await runCli(["sim", "--state", "state"], { cwd })
            assert.match(
                run.stderr,
                new RegExp(
                    `^fiberctl: state folder "state" is in use.* process ${process.pid}\n$`
                )
            )
            assert.equal(run.code, 2)
        })

        test("a state whose flash file holds no store", async t => {
            const cwd = project(t)
            mkdirSync(join(cwd, "state"))
            writeFileSync(join(cwd, "state/flash.bin"), "something else")
            const main = resolve("test/system/programs/hello.ts")
            const run = await runCli([
                "sim",
                "--state",
                `${cwd}/state`,
                "--main",
                main,
            ])
            assert.match(
                run.stderr,
                /^fiberctl: .*flash\.bin: no flash store[^\n]*\n$/
            )
            assert.equal(run.code, 2)
        })
    }
)

test("help is no error", async () => {
    const run = await runCli(["sim", "--help"])
    assert.equal(run.code, 0)
    for (const option of ["main", "env", "set", "state", "fresh", "syslog"])
        assert.ok(run.stdout.includes(`--${option}`), option)
    for (const option of ["no-collector", "for", "json", "expect", "fail-on"])
        assert.ok(run.stdout.includes(`--${option}`), option)
    const below = await runCli(["help", "settings", "set"])
    assert.match(below.stdout, /^Usage: fiberctl settings set /)
    assert.equal(below.code, 0)
})

test("--version prints the version of package.json", async () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8"))
    const run = await runCli(["--version"])
    assert.equal(run.stdout, `${version}\n`)
    assert.equal(run.code, 0)
})

test("output that cannot be written is a failure", async t => {
    const cwd = project(t, { "flash.bin": FlashStore.format().serialize() })
    const cli = resolve("host/fiberctl.js")
    const shell = (line: string) =>
        promisify(execFile)("bash", ["-c", line], { cwd }).then(
            ({ stderr }) => ({ code: 0, stderr }),
            ({ code, stderr }) => ({ code, stderr })
        )
    const read = `${process.execPath} ${cli} flash read flash.bin`
    const full = await shell(`${read} > /dev/full`)
    assert.match(full.stderr, /^fiberctl: stdout: .*no space left[^\n]*\n$/)
    assert.equal(full.code, 1)
    const closed = await shell(
        `${read} 2>err | true; echo "\${PIPESTATUS[0]}" >&2`
    )
    assert.match(closed.stderr, /^(0|141)\n$/)
    assert.equal(readFileSync(join(cwd, "err"), "utf8"), "")
})

test("control characters of a board do not reach the terminal", async t => {
    const store = FlashStore.format()
    const hostile = "x\u001b[2J\r\n  FORGED=1\u009b\u202e"
    store.set(":GREETING", Buffer.from(JSON.stringify(hostile)))
    const cwd = project(t, { "flash.bin": store.serialize() })
    for (const args of [[], ["--json"]]) {
        const run = await runCli(["flash", "read", "flash.bin", ...args], {
            cwd,
        })
        assert.equal(run.code, 0)
        assert.doesNotMatch(run.stdout, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/)
        assert.doesNotMatch(run.stdout, /^ *FORGED/m)
    }
    const bad = await runCli(["sim", "--set", `${hostile}=1`], { cwd })
    assert.doesNotMatch(bad.stderr, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/)
    assert.equal(bad.stderr.split("\n").length, 2)
})

test("flash read lists settings with secrets masked, and other slots", async t => {
    const store = FlashStore.format()
    store.set(":LOG_LEVEL", Buffer.from('"debug@net"'))
    store.set(":MQTT_PASS", Buffer.from('"hunter2"'))
    store.set(":fd.boot", Buffer.alloc(12))
    const cwd = project(t, { "flash.bin": store.serialize() })
    const people = await runCli(["flash", "read", "flash.bin"], { cwd })
    assert.equal(people.code, 0)
    assert.match(people.stdout, /^ {2}LOG_LEVEL=debug@net$/m)
    assert.match(people.stdout, /^ {2}MQTT_PASS=\*+$/m)
    assert.match(people.stdout, /^ {2}fd\.boot: 12 bytes$/m)
    const json = await runCli(["flash", "read", "flash.bin", "--json"], { cwd })
    const content = JSON.parse(json.stdout)
    assert.deepEqual(content.settings, {
        LOG_LEVEL: "debug@net",
        MQTT_PASS: "********",
    })
    assert.deepEqual(content.slots, { "fd.boot": 12 })
    assert.equal(content.program, null)
    assert.equal((people.stdout + json.stdout).includes("hunter2"), false)
    const none = await runCli(["flash", "read", "flash.bin", "--file", "x"], {
        cwd,
    })
    assert.equal(none.code, 2)
    assert.match(
        none.stderr,
        /^fiberctl: no file "x" in the image \(files: none\)/
    )
})
