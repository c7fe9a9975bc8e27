// rows: C6 O1
import assert from "node:assert/strict"
import {
    chmodSync,
    existsSync,
    readFileSync,
    rmSync,
    writeFileSync,
} from "node:fs"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { dirname, join } from "node:path"
import test from "node:test"
import type { Simulator } from "../../host/sim/index.ts"
import { cleanUp, runCli, startSimulator, tempFolder } from "./harness.ts"
import { Terminal } from "./terminal.ts"

const main = "test/system/programs/configured.ts"
const KEY = "5a".repeat(32)

/** Runs fiberctl against a simulator. */
function cliOf(sim: Simulator) {
    const state = ["--state", sim.stateFolder!]
    return {
        /** Its output. @throws when it fails */
        async run(...args: string[]): Promise<string> {
            const { code, stdout, stderr } = await runCli([...args, ...state])
            assert.equal(code, 0, `${args.join(" ")}: ${stdout}${stderr}`)
            return stdout
        },
        async fail(...args: string[]) {
            const { code, stdout, stderr } = await runCli([...args, ...state])
            assert.notEqual(code, 0, `${args.join(" ")}: ${stdout}`)
            return { code, stdout, stderr }
        },
    }
}

test("fiberctl settings reads and changes the settings file of a board", async t => {
    const folder = tempFolder(t)
    const sim = await startSimulator(t, {
        main,
        settings: { OTA_KEY: KEY, HB_PERIOD: "7s" },
    })
    const { run, fail } = cliOf(sim)
    const json = async (...args: string[]) =>
        JSON.parse(await run(...args, "--json"))

    await t.test("list: each with where it comes from", async () => {
        const text = await run("settings")
        assert.match(text, /^LOG_LEVEL +info +default$/m)
        assert.match(text, /^HB_PERIOD +7s +build$/m)
        assert.match(text, /^OTA_KEY +\*\*\* +build$/m)
        assert.ok(!text.includes(KEY))
        const listed = await json("settings")
        assert.ok(listed.length > 30)
    })
    await t.test("set and get: at once, all or none", async () => {
        const shown = await run(
            "settings",
            "set",
            "LOG_LEVEL=debug",
            "HOSTNAME=roof"
        )
        assert.match(shown, /^LOG_LEVEL +debug +file$/m)
        assert.match(shown, /^HOSTNAME +roof +file$/m)
        assert.equal(await run("settings", "get", "LOG_LEVEL"), "debug\n")
        await sim.waitFor("console", ({ text }) => text.includes("all is well"))
        const bad = await fail(
            "settings",
            "set",
            "HOSTNAME=cellar",
            "LOG_LEVEL=what"
        )
        assert.equal(bad.code, 1)
        assert.match(bad.stderr, /LOG_LEVEL.*wanted levels by topic/)
        assert.equal(await run("settings", "get", "HOSTNAME"), "roof\n")
        const unknown = await fail("settings", "set", "LOG_LEVLE=info")
        assert.equal(unknown.code, 2)
        assert.match(unknown.stderr, /LOG_LEVLE/)
    })
    await t.test("many settings, too: all or none", async () => {
        // more than a request holds
        const host = "collector." + "a".repeat(50)
        const set = (app: string, last: string) => [
            ...["settings", "set", `HOSTNAME=${"b".repeat(60)}`],
            ...[`SYSLOG_HOST=${host}`, `SYSLOG_APP=${app}`],
            ...[`OTA_URL=http://${"c".repeat(100)}`, "OTA_POLL=2h", last],
        ]
        const file = join(folder, "many.env")
        const bad = await fail(...set("pump", "FLUSH_TIME=what"))
        assert.match(bad.stderr, /FLUSH_TIME: wanted a time/)
        writeFileSync(file, set("pump", "FLUSH_TIME=what").slice(2).join("\n"))
        assert.equal((await fail("settings", "push", file)).code, 1)
        assert.equal(await run("settings", "get", "HOSTNAME"), "roof\n")
        // two at a time: each as a whole, or refused
        const both = await Promise.all(
            ["one", "two"].map(app =>
                runCli([
                    ...set(app, `SYSLOG_FAC=${app === "one" ? 1 : 2}`),
                    ...["--state", sim.stateFolder!],
                ])
            )
        )
        assert.ok(both.some(({ code }) => code === 0))
        for (const { code, stderr } of both)
            if (code !== 0) assert.match(stderr, /missing, try again$/m)
        const now = await run("settings", "get", "SYSLOG_APP", "SYSLOG_FAC")
        assert.ok(["one\n1\n", "two\n2\n"].includes(now), now)
        await run(...set("pump", "FLUSH_TIME=3m"))
        assert.equal(await run("settings", "get", "OTA_POLL"), "2h\n")
        await run(
            ...["settings", "unset", "HOSTNAME", "SYSLOG_HOST", "SYSLOG_APP"],
            ...["SYSLOG_FAC", "OTA_URL", "OTA_POLL", "FLUSH_TIME"]
        )
        await run("settings", "set", "HOSTNAME=roof")
    })
    await t.test(
        "so many that the heap has no room for them twice",
        async () => {
            const keys = Array.from({ length: 57 }, (_, at) => `_K${at}`)
            const changes = keys.map(key => `${key}=value`)
            const many = await fail("settings", "set", ...changes.slice(0, 51))
            assert.match(many.stderr, /more than 50 settings in one change$/m)
            await run("settings", "set", ...changes.slice(0, 50))
            const more = await fail("settings", "set", ...changes.slice(50))
            assert.match(more.stderr, /more than 56 settings/)
            await run("settings", "set", ...changes.slice(50, 52))
            await run("settings", "unset", ...keys.slice(50, 52))
            await run("settings", "unset", ...keys.slice(0, 50))
            assert.deepEqual(sim.past("panic"), [])
        }
    )
    await t.test("keys of up to 40 characters, and own ones", async () => {
        const key = "K".repeat(40)
        const long = await fail("settings", "set", `${key}=1`)
        assert.match(long.stderr, /no setting "K{40}"/)
        const longer = await fail("settings", "set", `${key}K=1`)
        assert.match(longer.stderr, /wanted a key of at most 40 /)
        await run("settings", "set", "_SITE=roof", "HOSTNAME=${_SITE}-9")
        assert.equal(await run("settings", "get", "HOSTNAME"), "roof-9\n")
        // what refers to it is shown, though it was not named
        const moved = await run("settings", "set", "_SITE=shed")
        assert.match(moved, /^SETTING .*\nHOSTNAME +shed-9 +file\n$/)
        await run("settings", "set", "HOSTNAME=roof")
        const unused = await run("settings", "unset", "_SITE")
        assert.equal(unused, "done; no setting refers to it\n")
        const file = join(folder, "hash.env")
        writeFileSync(file, "_SITE=roof#9\nSYSLOG_APP=pump\n")
        const push = ["settings", "push", file, "--state", sim.stateFolder!]
        const { stderr } = await runCli(push)
        assert.match(stderr, /hash.env:1: the value ends before the "#"/)
        await run("settings", "unset", "SYSLOG_APP", "_SITE")
    })
    await t.test("an error names the place in what was given", async () => {
        const set = await fail("settings", "set", "LOG_LEVEL=what")
        assert.match(set.stderr, /^fiberctl: LOG_LEVEL: wanted levels/m)
        const file = join(folder, "wrong.env")
        writeFileSync(file, "# the roof\n\nLOG_LEVEL=what\nHB_PERIOD=no\n")
        const push = await fail("settings", "push", file)
        assert.match(
            push.stderr,
            /wrong\.env:4: HB_PERIOD: wanted a time .*; and 1 more$/m
        )
        writeFileSync(file, "HOSTNAME=roof\nLOG_LEVLE=info\n")
        const unknown = await fail("settings", "push", file)
        assert.equal(unknown.code, 2)
        assert.match(unknown.stderr, /wrong\.env:2: no setting "LOG_LEVLE"/)
        const compared = await fail("settings", "diff", file)
        assert.match(compared.stderr, /wrong\.env:2: no setting "LOG_LEVLE"/)
    })
    await t.test("push and diff show no piece of a secret", async () => {
        const file = join(folder, "secret.env")
        // the end of a secret that lost its own key
        writeFileSync(file, "HOSTNAME=roof\nQ7XK2VJ9T=hunter2\n")
        for (const command of ["push", "diff"]) {
            const { code, stdout, stderr } = await fail(
                ...["settings", command, file]
            )
            assert.equal(code, 2)
            assert.equal(stderr, `fiberctl: ${file}:2: no such setting\n`)
            assert.equal(stdout, "")
        }
        // the board has none, and so no mask
        writeFileSync(file, "OTA_URL=http://me:hunter2@roof.example/a.ota\n")
        const { code, stdout } = await fail("settings", "diff", file)
        assert.equal(code, 1)
        assert.equal(stdout, "-OTA_URL=\n+OTA_URL=***\n")
    })
    await t.test("what the board shows is no secret", async () => {
        const key = "KEYPAD_BESIDE_THE_DOOR_TO_THE_GREENHOUSE"
        const file = join(folder, "keypad.env")
        writeFileSync(file, `${key}=cellar\n`)
        const { stdout } = await fail("settings", "diff", file)
        assert.equal(stdout, `-${key}=hall\n+${key}=cellar\n`)
    })
    await t.test("set says what holds from the next start", async () => {
        const shown = await run("settings", "set", "FILE_MAX_SIZE=1000")
        assert.match(shown, /^FILE_MAX_SIZE +1000 +file, from the next start$/m)
    })
    await t.test(
        "unset brings the build's value or the default back",
        async () => {
            await run("settings", "set", "HB_PERIOD=3s")
            assert.equal(await run("settings", "get", "HB_PERIOD"), "3s\n")
            const [period] = await json("settings", "unset", "HB_PERIOD")
            assert.equal(period.text, "7s")
            assert.equal(period.origin, "build")
            const [size] = await json("settings", "unset", "FILE_MAX_SIZE")
            assert.equal(size.origin, "default")
        }
    )
    await t.test(
        "an empty text is the default, once it is pushed",
        async () => {
            const file = join(folder, "defaults.env")
            writeFileSync(file, "FLUSH_TIME=\nHB_PERIOD=\n")
            await run("settings", "set", "FLUSH_TIME=2m")
            const before = await fail("settings", "diff", file)
            assert.match(before.stdout, /^-FLUSH_TIME=2m\n\+FLUSH_TIME=$/m)
            await run("settings", "push", file)
            assert.equal(await run("settings", "diff", file), "")
            await run("settings", "unset", "FLUSH_TIME", "HB_PERIOD")
        }
    )
    await t.test("push and diff", async () => {
        const file = join(folder, "board.env")
        writeFileSync(file, "# the roof\nHOSTNAME=roof-2\nFLUSH_TIME=2m\n")
        const before = await fail("settings", "diff", file)
        assert.equal(before.code, 1)
        assert.match(before.stdout, /^-HOSTNAME=roof\n\+HOSTNAME=roof-2$/m)
        const asJson = await fail("settings", "diff", file, "--json")
        assert.equal(asJson.code, 1)
        assert.deepEqual(JSON.parse(asJson.stdout), [
            { key: "HOSTNAME", board: "roof", file: "roof-2" },
            { key: "FLUSH_TIME", board: "5m", file: "2m" },
        ])
        assert.match(
            await run("settings", "push", file),
            /^FLUSH_TIME +2m +file$/m
        )
        assert.equal(await run("settings", "diff", file), "")
        assert.deepEqual(await json("settings", "diff", file), [])
        const pushed = (await json("settings", "push", file)) as {
            key: string
            text: string
        }[]
        assert.deepEqual(
            pushed.map(({ key, text }) => [key, text]),
            [
                ["HOSTNAME", "roof-2"],
                ["FLUSH_TIME", "2m"],
            ]
        )
    })
    await t.test(
        "edit changes what the editor changed, and no secret",
        async () => {
            const editor = join(folder, "editor.sh")
            const seen = join(folder, "seen.env")
            writeFileSync(
                editor,
                `#!/bin/sh\ncp "$1" "${seen}"\nsed -i -e 's/^HOSTNAME=.*/HOSTNAME="roof-3"/' -e '/^FLUSH_TIME=/d' "$1"\n`
            )
            chmodSync(editor, 0o755)
            const { code, stdout, stderr } = await runCli(
                ["settings", "edit", "--state", sim.stateFolder!],
                { env: { EDITOR: editor, VISUAL: editor } }
            )
            assert.equal(code, 0, stderr)
            assert.match(stdout, /^HOSTNAME +roof-3 +file$/m)
            assert.match(stdout, /^FLUSH_TIME +5m +default$/m)
            assert.ok(!readFileSync(seen, "utf8").includes(KEY))
            assert.match(await run("settings"), /^OTA_KEY +\*\*\* +build$/m)
            // what quotes and backslashes would change when read back
            await run("settings", "set", `SYSLOG_APP="a" \\n 'b'`)
            for (const [form, shown] of [
                [[], "nothing is changed\n"],
                [["--json"], "[]\n"],
            ] as const) {
                const same = await runCli(
                    ["settings", "edit", ...form, "--state", sim.stateFolder!],
                    { env: { EDITOR: "true", VISUAL: "" } }
                )
                assert.equal(same.code, 0, same.stderr)
                assert.equal(same.stdout, shown)
            }
            await run("settings", "unset", "SYSLOG_APP")
            // an hour of editing is not lost with a mistake in it
            writeFileSync(editor, '#!/bin/sh\necho FLUSH_TIME=soon > "$1"\n')
            const refused = await runCli(
                ["settings", "edit", "--state", sim.stateFolder!],
                { env: { EDITOR: editor, VISUAL: editor } }
            )
            assert.equal(refused.code, 1)
            const kept = /is kept in "(.+)"\n.*FLUSH_TIME: wanted/.exec(
                refused.stderr
            )?.[1]
            assert.ok(kept, refused.stderr)
            cleanUp(t, () => rmSync(dirname(kept), { recursive: true }))
            assert.equal(readFileSync(kept, "utf8"), "FLUSH_TIME=soon\n")
        }
    )
    await t.test("Ctrl-C is for the editor", async () => {
        const editor = join(folder, "vim.sh")
        const keys = `trap 'sed -i s/^HOSTNAME=.*/HOSTNAME=roof-4/ "$1"; exit 0' INT`
        const wait = "echo ready; while true; do sleep 0.1; done"
        writeFileSync(editor, `#!/bin/sh\n${keys}\n${wait}\n`)
        chmodSync(editor, 0o755)
        const terminal = new Terminal(
            t,
            ["settings", "edit", "--state", sim.stateFolder!],
            { env: { EDITOR: editor, VISUAL: editor } }
        )
        await terminal.untilOutput(/ready/)
        terminal.press("\x03")
        assert.equal(await terminal.ended, 0, terminal.output)
        assert.match(terminal.output, /^HOSTNAME +roof-4 +file/m)
        await run("settings", "set", "HOSTNAME=roof-3")
    })
    await t.test("what is set survives a restart", async () => {
        const at = sim.at
        await run("reboot")
        await sim.waitFor("boot", () => true, undefined, at)
        assert.equal(
            await run("settings", "get", "HOSTNAME", "LOG_LEVEL"),
            "roof-3\ndebug\n"
        )
    })
    assert.deepEqual(sim.past("panic"), [])
})

test("fiberctl ota brings a signed file to a board on the bus", async t => {
    const folder = tempFolder(t)
    const key = join(folder, "board.key")
    writeFileSync(key, KEY + "\n", { mode: 0o600 })
    const sim = await startSimulator(t, {
        main,
        settings: { OTA_KEY: KEY, OTA_PROBATION: "10s" },
    })
    const { run, fail } = cliOf(sim)
    const sign = async (version: number, text: string) => {
        const source = join(folder, `v${version}.env`)
        const out = join(folder, `v${version}.ota`)
        writeFileSync(source, text)
        const { code, stderr } = await runCli(
            `ota sign ${source} --key ${key} --device ${sim.deviceId} --version ${version} --out ${out}`.split(
                " "
            )
        )
        assert.equal(code, 0, stderr)
        assert.ok(existsSync(out))
        return out
    }
    const state = async () => JSON.parse(await run("ota", "status", "--json"))

    await t.test("status before any file", async () => {
        const { device, version, hash, state: is, reason } = await state()
        assert.equal(device, sim.deviceId)
        assert.deepEqual([version, hash, is, reason], [0, "", "active", ""])
    })
    await t.test("push: probation, a restart, active", async () => {
        const file = await sign(1, "HOSTNAME=one\n")
        const push = `${process.execPath} host/fiberctl.js ota push ${file} --state ${sim.stateFolder} > /dev/full`
        const unread = spawn("sh", ["-c", push], { stdio: "ignore" })
        assert.deepEqual(await once(unread, "close"), [1, null])
        const soon = await state()
        assert.ok(
            soon.version === 0 || soon.state !== "active",
            "it did not wait for what nobody reads"
        )
        const shown = await run("ota", "push", file)
        assert.match(shown, /version 1 .* probation$/m)
        assert.match(shown, /version 1 .* active\n$/)
        assert.match(await run("ota", "status"), /version 1 .* active$/m)
        assert.equal(await run("settings", "get", "HOSTNAME"), "one\n")
    })
    await t.test(
        "push of what is refused: exit code 1 and the reason",
        async () => {
            // the same again is no error
            const same = await run("ota", "push", join(folder, "v1.ota"))
            assert.match(same, /version 1 .* active$/m)
            const asJson = await run(
                "ota",
                "push",
                join(folder, "v1.ota"),
                "--json"
            )
            const verdict = JSON.parse(asJson)
            assert.deepEqual([verdict.version, verdict.state], [1, "active"])
            const file = await sign(2, "HOSTNAME=two\n")
            const bytes = readFileSync(file, "utf8").replace("two", "too")
            writeFileSync(file, bytes)
            const forged = await fail("ota", "push", file)
            assert.equal(forged.code, 1)
            assert.match(forged.stderr, /refused: version 2: wrong signature/)
            assert.equal((await state()).state, "refused")
        }
    )
    await t.test(
        "push of what breaks a task: taken back, and why",
        async () => {
            const { code, stderr } = await fail(
                "ota",
                "push",
                await sign(3, "HOSTNAME=faulty\n")
            )
            assert.equal(code, 1)
            assert.match(stderr, /version 3 was taken back: failing: app/)
            const { version, state: is, reason } = await state()
            assert.deepEqual([version, is], [1, "rolled-back"])
            assert.match(reason, /failing: app/)
            assert.equal(await run("settings", "get", "HOSTNAME"), "one\n")
        }
    )
    assert.deepEqual(sim.past("panic"), [])
})
