// rows: B3
import assert from "node:assert/strict"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { before, describe, test, type TestContext } from "node:test"
import { buildProgram } from "../../host/sim/index.ts"
import { parseEvents, runCli, tempFolder } from "./harness.ts"

const PROGRAM = "test/system/programs/scenario.ts"

before(async () => {
    await buildProgram(PROGRAM)
})

/** Runs `fiberctl sim` with a scenario. */
function play(t: TestContext, name: string, text: string, ...more: string[]) {
    const folder = tempFolder(t)
    const file = join(folder, name)
    writeFileSync(file, text)
    const args = ["sim", "--main", PROGRAM, "--state", join(folder, "state")]
    args.push("--json", "--scenario", file, "--timeout", "600", ...more)
    return runCli(args)
}

const YAML = `
- on: /^beat 3$/          # the first run
  button: press
- on: button up
  clock: 2031-05-06T07:08:09Z
- on: day 22405
  clock: +24h
- on: day 22406
  set: { SCENE_NAME: Nora }
- on: hello Nora
  power: off
- after: 200ms
  power: on
- on: beat 2
  end: true
`

describe("fiberctl sim --scenario", { concurrency: 2 }, () => {
    test("plays button, clock, settings and power, each on the line before", async t => {
        const run = await play(t, "scene.yaml", YAML)
        assert.equal(run.stderr, "")
        assert.equal(run.code, 0)
        const lines = parseEvents(run.stdout).flatMap(event =>
            event.event === "console" ? [event.text] : []
        )
        // each day is told again while the clock is followed, and after a restart
        const told = lines.filter(
            (line, i) => !/^beat|^hour/.test(line) && lines.indexOf(line) === i
        )
        const today = `day ${Math.floor(Date.now() / 86_400_000)}`
        assert.deepEqual(
            told.filter(line => line !== today),
            [
                "first line",
                "hello nobody",
                "button down",
                "button up",
                "day 22405",
                "day 22406",
                "hello Nora",
            ]
        )
        // set, and power on
        const starts = lines.filter(line => line === "hello Nora")
        assert.equal(starts.length, 2)
    })

    test("the board's clock tells UTC wherever the host is", async t => {
        const args = ["sim", "--main", PROGRAM, "--state", tempFolder(t)]
        args.push("--expect", "/^hour/", "--timeout", "600", "--json")
        const { stdout } = await runCli(args, {
            env: { TZ: "Pacific/Kiritimati" },
        })
        const hour = /"hour (\d+)"/.exec(stdout)
        const late = Date.now() / 3_600_000 - Number(hour?.[1])
        assert.ok(late >= 0 && late < 1.1, `${late} hours late`)
    })

    test("a step may wait for the program's first line", async t => {
        const text = "- on: first line\n  end: true\n"
        const run = await play(t, "first.yaml", text)
        assert.equal(run.code, 0, run.stderr)
    })

    test("a step may be later than a timer of Node's takes, which is 24.8 days", async t => {
        const text = "- at: 25d\n  power: cut\n"
        const run = await play(t, "late.yaml", text, "--for", "1")
        assert.equal(run.stderr, "")
        assert.doesNotMatch(run.stdout, /scenario: power/)
    })

    test("may be a function in TypeScript, which fails the run when it throws", async t => {
        const run = await play(
            t,
            "scene.ts",
            `export default async sim => {
                await sim.waitFor("console", event => event.text === "first line")
                throw new Error("it starts")
            }`
        )
        assert.equal(run.code, 1)
        assert.match(run.stderr, /^fiberctl: the scenario failed: it starts$/m)
    })

    for (const [what, body, said] of [
        ["no error", "throw undefined", "undefined"],
        ["an object", "throw { valve: 3 }", "{ valve: 3 }"],
        [
            "later, where nobody waits for it",
            `setTimeout(() => { throw new Error("too late") }, 100)
            await new Promise(() => {})`,
            "too late",
        ],
        [
            "in a promise that nobody waits for",
            `void Promise.reject(new Error("lost"))
            await new Promise(() => {})`,
            "lost",
        ],
    ] as const)
        test(`that throws ${what} fails the run in one line`, async t => {
            const text = `export default async () => { ${body} }`
            const run = await play(t, "scene.ts", text)
            assert.equal(run.stderr, `fiberctl: the scenario failed: ${said}\n`)
            assert.equal(run.code, 1)
        })

    test("adds a sensor to the bus, and has it read other values", async t => {
        const folder = tempFolder(t)
        const file = join(folder, "warm.ts")
        const jacdac = import.meta.resolve("jacdac-ts")
        writeFileSync(
            file,
            `import { AnalogSensorServer, SRV_TEMPERATURE } from "${jacdac}"
            export default async sim => {
                const thermometer = new AnalogSensorServer(SRV_TEMPERATURE, {
                    readingValues: [21.5],
                    streamingInterval: 500,
                })
                sim.addPart("thermometer", thermometer)
                await sim.waitFor("console", event => event.text.includes("21.5 degrees"))
                thermometer.reading.setValues([40])
            }`
        )
        const { code, stderr } = await runCli([
            ...["sim", "--main", "test/system/programs/thermometer.ts"],
            ...["--state", join(folder, "state"), "--scenario", file],
            ...["--quiet", "--expect", " 40 degrees", "--timeout", "600"],
        ])
        assert.equal(code, 0, stderr)
    })

    test("what it sets is checked before the board starts", async t => {
        const folder = tempFolder(t)
        const file = join(folder, "scene.yaml")
        const refused = async (steps: string) => {
            writeFileSync(file, steps)
            const run = await runCli([
                ...["sim", "--main", "test/system/programs/own-settings.ts"],
                ...["--state", join(folder, "state"), "--quiet"],
                ...["--scenario", file, "--for", "1"],
            ])
            assert.equal(run.code, run.stderr ? 2 : 0)
            return run.stderr
        }
        const misspelt = await refused(
            "- set: { LOG_LEVEL: debug }\n- set: { LOG_LEVL: info }"
        )
        assert.equal(
            misspelt,
            `fiberctl: "${file}", step 2: LOG_LEVL: no such setting; the nearest is LOG_LEVEL\n`
        )
        assert.match(
            await refused("- set: { LOG_LEVEL: loud }"),
            /step 1: LOG_LEVEL: wanted levels by topic/
        )
        assert.equal(await refused("- at: 9s\n  set: { LOG_LEVEL: }"), "")
    })

    test("an image, which has its settings, is given none", async t => {
        const file = join(tempFolder(t), "scene.yaml")
        writeFileSync(file, "- at: 1s\n  set: { A: 1 }\n")
        const args = ["sim", "--image", "x.bin", "--scenario", file]
        const run = await runCli(args)
        assert.equal(run.code, 2)
        assert.match(run.stderr, /set is for a program that is built, not/)
    })

    for (const [what, text, wanted] of [
        [
            "an unknown word",
            "- at: 1\n  pwoer: cut",
            'step 1: unknown "pwoer" (did you mean "power"?)',
        ],
        [
            "no action",
            "- at: 1\n- at: 2",
            "step 1: one of power, collector, link, button, clock, set, end is wanted",
        ],
        [
            "a wrong value",
            "- at: 1\n  power: maybe",
            "step 1: power: cut, off, on is wanted",
        ],
        [
            "a wrong time",
            "- at: soon\n  power: cut",
            "step 1: at: a time is wanted, as 5s or 2m",
        ],
        [
            "a date that does not exist",
            "- at: 1\n  clock: 2026-02-30T00:00:00Z",
            "step 1: clock: a time as 2026-01-31T06:30:00Z, or +1h or -90s, is wanted",
        ],
        [
            "a number for a time of the clock",
            "- at: 1\n  clock: 3600",
            "step 1: clock: a time as 2026-01-31T06:30:00Z, or +1h or -90s, is wanted",
        ],
        ["an end that is none", "- end: false", "step 1: end: true is wanted"],
        [
            "a list as a setting",
            "- set: { SCENE_NAME: [Nora] }",
            "step 1: set: SCENE_NAME: a text is wanted",
        ],
        ["no list", "at: 1", "a list of steps is wanted"],
        ["no YAML", "- at: [1", "Flow sequence in block collection"],
        ["a line that is none", "- on:\n  end: true", "on: a text is wanted"],
        ["an alias of nothing", "- at: *x", 'yaml": Unresolved alias'],
        ["a tag", "- at: !!foo 1s\n  end: true", 'yaml": Unresolved tag'],
        ["a list as a key", "- ? [at]\n  : 1", 'step 1: unknown "[ at ]"'],
    ] as const)
        test(`${what} is one line, and exit code 2`, async t => {
            const run = await play(t, "scene.yaml", text)
            assert.equal(run.code, 2)
            assert.ok(run.stderr.includes(wanted), run.stderr)
            assert.equal(run.stderr.trim().split("\n").length, 1)
        })
})
