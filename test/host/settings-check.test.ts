// rows: C6a
import assert from "node:assert/strict"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { before, describe, test } from "node:test"
import { buildProgram } from "../../host/sim/index.ts"
import {
    checkGiven,
    checkSettingsFile,
    checkTables,
    settingsSchema,
    settingsTemplate,
} from "../../host/settings/index.ts"
import { parseEnv } from "../../host/env/index.ts"
import { OTA_SETTINGS } from "../../src/ota/settings.ts"
import {
    CORE_SETTINGS,
    firmwareSettings,
    TIME_SETTINGS,
} from "../../src/settings/firmware.ts"
import { schemaKeys } from "../../src/settings/schema.ts"
import { Cli, runCli, tempFolder } from "../system/harness.ts"

const PROGRAM = "test/system/programs/own-settings.ts"
const OWN = `# settings
API_TOKEN: secret 8 64 = | for the weather service
PUMP_MODE: one-of off|fast restart = off | how it runs`

/** What is wrong with one setting. */
async function fault(key: string, text: string): Promise<string | undefined> {
    const given = [{ key, text, place: "--set" }]
    const problems = await checkGiven(given, [...firmwareSettings(), OWN])
    return problems[0]?.message
}

describe("the host's checks of settings", () => {
    test("name the nearest key for an unknown one", async () => {
        assert.equal(
            await fault("SYSLOG_HOTS", "a"),
            "SYSLOG_HOTS: no such setting; the nearest is SYSLOG_HOST"
        )
        assert.equal(
            await fault("PUMPMODE", "a"),
            "PUMPMODE: no such setting; the nearest is PUMP_MODE"
        )
    })

    test("name each of many problems, also beside a reference", async () => {
        const given = Array.from({ length: 20 }, (_, i) => ({
            key: `OTHER_${i}`,
            text: "a",
            place: ".env.local",
        }))
        given.push(
            { key: "SYSLOG_APP", text: "${OTHER_1}", place: "--set" },
            { key: "HB_PERIOD", text: "fast", place: "--set" }
        )
        const problems = await checkGiven(given, firmwareSettings())
        assert.equal(problems.length, 21)
        assert.match(problems[20]!.message, /^HB_PERIOD: wanted a time/)
    })

    test("say what is wanted, and never a secret", async () => {
        assert.equal(
            await fault("SYSLOG_PORT", "70000"),
            "SYSLOG_PORT: wanted a whole number: 0 to 65535"
        )
        assert.equal(
            await fault("API_TOKEN", "hunter2"),
            "API_TOKEN: wanted a text, bytes: 8 to 64"
        )
        assert.equal(
            await fault("PUMP_MODE", "slow"),
            "PUMP_MODE: wanted one of: off|fast"
        )
        for (const [key, text] of [
            ["LOG_LEVEL", "error debug@net warning@task.*"],
            ["LOG_LEVEL", "err 7@net WARN@task.*"],
            ["FILE_LEVEL", "none"],
            ["HB_PERIOD", "2m"],
            ["SYSLOG_APP", "a"],
            ["WIFI_PWD", "hunter22"],
            ["_MINE", "anything"],
        ])
            assert.equal(await fault(key!, text!), undefined, key)
    })

    test("refuse level specifications as the firmware does", async () => {
        for (const text of [
            "loud",
            "8",
            "info debug",
            "debug@net error@net",
            "debug@",
            "debug@a..b",
            "debug@a@b",
            "debug@a]",
            `debug@${"x".repeat(57)}`,
        ])
            assert.match((await fault("LOG_LEVEL", text)) ?? "", /wanted/, text)
    })

    test("name an unknown key only when a known one is near", async () => {
        const file = "SYSLOG_PORTS=1\nQUJDREVGRw=1\nLOG_QUJDREVG=1\n"
        const { problems } = await checkSettingsFile(file, firmwareSettings())
        assert.deepEqual(
            problems.map(({ message }) => message),
            [
                "line 2: wanted a key of at most 40 upper-case letters, digits and _",
                "SYSLOG_PORTS (line 1): no such setting; the nearest is SYSLOG_PORT",
                "line 3: no such setting",
            ]
        )
        assert.equal(await fault("QUJDREVG", "a"), "no such setting")
    })

    test("read a settings file as a board does", async () => {
        const { texts, problems } = await checkSettingsFile(
            "HOSTNAME=${_SITE}-1\n_SITE=hall\nnonsense\nSYSLOG_PORT=x\nAPI_TOKEN=short\n",
            [...firmwareSettings(), OWN]
        )
        assert.equal(texts.HOSTNAME, "hall-1")
        assert.deepEqual(
            problems.map(({ line, key }) => `${line} ${key}`),
            ["3 ", "4 SYSLOG_PORT", "5 API_TOKEN"]
        )
        assert.ok(!JSON.stringify(problems).includes("short"))
    })
})

describe("the schema for editors", () => {
    test("has every setting with its default and its choices", () => {
        const schema = settingsSchema([...firmwareSettings(), OWN]) as {
            properties: Record<string, Record<string, unknown>>
        }
        assert.deepEqual(
            Object.keys(schema.properties),
            schemaKeys([...firmwareSettings(), OWN])
        )
        assert.equal(schema.properties.FLUSH_TIME!.default, "5m")
        assert.deepEqual(schema.properties.SYSLOG_PROTO!.enum, [
            "tcp",
            "tls",
            "relp",
        ])
        assert.equal(schema.properties.API_TOKEN!.writeOnly, true)
    })

    test("as a dotenv file is one that changes nothing until it is filled in", () => {
        const template = settingsTemplate(firmwareSettings())
        assert.deepEqual(parseEnv(template, "x"), [])
        const filled = template.replaceAll(/^#(?=[A-Z_]+=)/gm, "")
        assert.deepEqual(
            parseEnv(filled, "x").map(({ key }) => key),
            schemaKeys(firmwareSettings())
        )
    })
})

describe("fiberctl", () => {
    before(async () => void (await buildProgram(PROGRAM)))

    test("settings check names line, key and what is wanted", async t => {
        const file = join(tempFolder(t), "board.env")
        const check = () =>
            runCli(["settings", "check", file, "--main", PROGRAM])
        writeFileSync(
            file,
            "PUMP_MOD=fast\nPUMP_EVERY=5\nAPI_TOKEN=hunter2\nWIFI_SSID=attic\n"
        )
        const bad = await check()
        assert.equal(bad.code, 1)
        assert.deepEqual(bad.stdout.trim().split("\n"), [
            `${file}:1: PUMP_MOD: no such setting; the nearest is PUMP_MODE`,
            `${file}:2: PUMP_EVERY: wanted a time with its unit, as 500ms, 5s, 2m or 1h: 1s to 1d`,
            `${file}:3: API_TOKEN: wanted a text, bytes: 8 to 64`,
            `${file}:4: WIFI_SSID: no such setting; it is written with the program, by \`fiberctl image\`, \`flash\` or \`up\``,
        ])
        writeFileSync(file, "PUMP_MODE=fast # of three\n")
        const good = await check()
        assert.equal(good.code, 0)
        assert.equal(good.stdout, `${file}: 1 setting, nothing wrong\n`)
    })

    test("settings docs has the program's own settings, too", async () => {
        const { stdout } = await runCli(["settings", "docs", PROGRAM])
        assert.match(stdout, /^\| `HOSTNAME` /m)
        assert.match(
            stdout,
            /^\| `PUMP_MODE` +\| `slow` +\| how it runs: `off`, `slow`, `fast`; from the next start +\|$/m
        )
    })

    test("settings docs has those of the program's parts only, the project's files more", async t => {
        const program = "examples/setting.ts"
        const { stdout } = await runCli(["settings", "docs", program])
        assert.deepEqual(
            [...stdout.matchAll(/^\| `([A-Z_]+)`/gm)]
                .map(([, key]) => key!)
                .sort(),
            schemaKeys([CORE_SETTINGS, "\nPUMP_EVERY: \nREMOTE: "]).sort()
        )
        const folder = tempFolder(t)
        const file = join(folder, "board.env")
        writeFileSync(file, "SYSLOG_HOST=a\n")
        const check = ["settings", "check", file, "--main", program]
        assert.equal((await runCli(check)).code, 1)
        // .env.defaults of this project has the settings of all parts
        const { code, stderr } = await runCli(["build", "--main", program])
        assert.deepEqual([code, stderr], [0, ""])
        const sim = ["sim", "--main", program, "--state", folder, "--for", "1"]
        const refused = await runCli([...sim, "--set", "SYSLOG_HOST=a"])
        assert.equal(refused.code, 2)
        assert.equal(
            refused.stderr,
            "fiberctl: --set: SYSLOG_HOST: no such setting; its part is not in the program\n"
        )
    })

    test("sim refuses what the program does not take, before it starts", async t => {
        const folder = tempFolder(t)
        const args = ["sim", "--main", PROGRAM, "--state", folder, "--for", "1"]
        const key = await runCli([...args, "--set", "PUMP_EVRY=5m"])
        assert.equal(key.code, 2)
        assert.match(
            key.stderr,
            /--set: PUMP_EVRY: no such setting; the nearest is PUMP_EVERY/
        )
        assert.doesNotMatch(key.stdout, /⏻/)
        const file = join(folder, "one.env")
        writeFileSync(file, "\nPUMP_EVERY=often\n")
        const value = await runCli([...args, "--env", file])
        assert.equal(value.code, 2)
        assert.ok(value.stderr.includes(`${file}:2: PUMP_EVERY: wanted a time`))
    })

    test("sim starts with what it takes", async t => {
        const cli = new Cli([
            ...["sim", "--main", PROGRAM, "--state", tempFolder(t)],
            ...["--set", "PUMP_EVERY=2m", "--set", "PUMP_MODE=off"],
        ])
        await cli.waitForOutput(/every 120000 ms, off/)
        cli.signal("SIGTERM")
        await cli.done
    })
})

describe("the check of a program's tables", () => {
    const faults = (...lines: string[]) =>
        checkTables([`# settings\n${lines.join("\n")}`])

    test("passes what is in form", () => {
        const others = [CORE_SETTINGS, OTA_SETTINGS, TIME_SETTINGS, OWN]
        assert.deepEqual(checkTables([...firmwareSettings(), ...others]), [])
        assert.deepEqual(
            faults(
                "# of the pump",
                "PUMP_MODE: one-of off|fast restart = off | how it runs",
                "PUMP_AT: int restart = 5",
                "PUMP_GAIN: number -1 1.5 = 0.5 | a = b: c",
                "PUMP_NAME: text =",
                "PUMP_ON: flag = yes",
                ""
            ),
            []
        )
    })

    test("is one error of each command that reads it", async t => {
        const program = "test/system/programs/misread-settings.ts"
        const file = join(tempFolder(t), "a.env")
        writeFileSync(file, "HOSTNAME=a\n")
        for (const args of [
            ["build", "--main", program],
            ["settings", "check", file, "--main", program],
            ["settings", "docs", program],
            ["settings", "schema", program],
        ]) {
            const { code, stderr } = await runCli(args)
            assert.equal(code, 1, args.join(" "))
            assert.match(
                stderr,
                /^fiberctl: table of settings: HOSTNAME: no kind "texts"; the nearest is text$/m
            )
        }
    })

    test("names the key and what is wanted", () => {
        for (const [line, wanted] of [
            ["A: text 20 = ", "wanted two limits, the least and the greatest"],
            ["A: text 0 20 40 = ", "wanted two limits"],
            ["A: duration 1 5 = 2s", "wanted two limits"],
            ["A: int restart 1 5 = 2", "wanted two limits"],
            ["A: int 5 1 = 2", "the least value is above the greatest"],
            ["A: level error info = info", "level takes no limits"],
            ["A: strng = x", 'no kind "strng"; there are: int number'],
            ["A: durration 1s 5s = 2s", "the nearest is duration"],
            ["A: int 1 5 = 9", "its default: wanted a whole number: 1 to 5"],
            ["A: one-of = x", "wanted words between bars"],
            ["A: int 1 5 | no default", "wanted KEY: KIND [LIMITS]"],
            ["A:int = 5", "wanted KEY: KIND [LIMITS]"],
            ["pump: int = 5", "wanted a key of at most 40"],
            [`A${"B".repeat(40)}: int = 5`, "wanted a key of at most 40"],
            ["A: int = 5\nA: int = 6", "it is in this table twice"],
        ]) {
            const [message = ""] = faults(line!)
            assert.match(message, /^table of settings: \w+: /, line)
            assert.ok(message.includes(wanted!), `${line}: ${message}`)
        }
        const own = "# settings\nLOG_LEVEL: levels = debug"
        assert.deepEqual(checkTables([CORE_SETTINGS, own]), [
            "table of settings: LOG_LEVEL: it is in two tables",
        ])
    })
})
