import assert from "node:assert/strict"
import { mkdirSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { join, resolve } from "node:path"
import { describe, test } from "node:test"
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
            ["no such command", ["simulate"], /unknown command 'simulate'/],
            ["unknown option", ["sim", "--bad"], /unknown option '--bad'/],
            [
                "missing value",
                ["sim", "--main"],
                /'--main <file>' argument missing/,
            ],
            ["extra argument", ["sim", "x"], /too many arguments/],
            [
                "no number",
                ["sim", "--for", "soon"],
                /a number of seconds is wanted/,
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
                /env file "no\.env": not found/,
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
                /"bin\.env": is not UTF-8/,
                { "bin.env": Buffer.from([0x41, 0x3d, 0xff]) as never },
            ],
            ["malformed --set", ["sim", "--set", "A"], /--set "A": KEY=VALUE/],
            [
                "no address",
                ["sim", "--syslog", "localhost"],
                /--syslog "localhost": HOST:PORT is wanted/,
            ],
            [
                "no port",
                ["sim", "--syslog", "localhost:70000"],
                /"70000" is no port/,
            ],
            [
                "state is a file",
                ["sim", "--state", "src/main.ts"],
                /state folder "src\/main\.ts"/,
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
                const run = await runCli(args, { cwd: project(t, files) })
                assert.match(run.stderr, message)
                assert.match(run.stderr, /^fiberctl: [^\n]+\n$/)
                assert.equal(run.stdout, "")
                assert.equal(run.code, 2)
            })

        test("a port in use", async t => {
            const server = createServer().listen(0, "127.0.0.1")
            t.after(() => server.close())
            await new Promise(resolve => server.once("listening", resolve))
            const { port } = server.address() as { port: number }
            const run = await runCli(["sim", "--set", `SYSLOG_PORT=${port}`], {
                cwd: project(t),
            })
            assert.equal(run.stderr, `fiberctl: port ${port} is in use\n`)
            assert.equal(run.code, 2)
        })

        test("a state in use", async t => {
            const cwd = project(t)
            mkdirSync(join(cwd, "state"))
            assert.ok(tryLock(join(cwd, "state/lock")))
            const run = await runCli(["sim", "--state", "state"], { cwd })
            assert.match(
                run.stderr,
                /^fiberctl: state folder "state" is in use/
            )
            assert.equal(run.code, 2)
        })

        test("a state whose flash is none", async t => {
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
    for (const option of ["no-collector", "for", "json"])
        assert.ok(run.stdout.includes(`--${option}`), option)
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
