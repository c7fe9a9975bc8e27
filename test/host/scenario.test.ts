// rows: B3
import assert from "node:assert/strict"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { test, type TestContext } from "node:test"
import { playScenario, readScenario } from "../../host/scenario/index.ts"
import type { Simulator } from "../../host/sim/index.ts"
import { tempFolder } from "../system/harness.ts"

const SCENE = `
- power: cut
- power: off
- power: on
- collector: down
- collector: up
- link: down
- link: up
- button: down
- button: up
- at: 10ms
  clock: -90s
- after: 10ms
  set: { LOG_LEVEL: debug, N: 3 }
- end: true
`
const STEPS = `export default [
    { power: "cut" }, { collector: "down" }, { link: "down" },
    { clock: "2031-05-06T07:08:09Z" }, { button: "press" }, { end: true },
]`

/** Plays a file on a board that only notes what is done to it. */
async function play(t: TestContext, name: string, text: string) {
    const file = join(tempFolder(t), name)
    writeFileSync(file, text)
    const done: string[] = []
    const note =
        (name: string) =>
        (...values: unknown[]) =>
            void done.push(
                [name, ...values.map(value => JSON.stringify(value))].join(" ")
            )
    const notes: string[] = []
    const board = {
        at: 0,
        collector: {
            port: 6514,
            stop: note("collector.stop"),
            start: note("collector.start"),
        },
        kill: note("kill"),
        setNetwork: note("network"),
        setButton: note("button"),
        setClock: note("clock"),
    }
    await playScenario(
        board as unknown as Simulator,
        await readScenario(file),
        {
            started: Promise.resolve(),
            note: text => notes.push(text),
            restart: async changes => note("restart")(changes),
            end: note("end"),
        }
    )
    return { done, notes }
}

test("each event of a scenario does what it says, in its order", async t => {
    const { done, notes } = await play(t, "scene.yaml", SCENE)
    assert.deepEqual(done, [
        "restart {}",
        "kill",
        "restart {}",
        "collector.stop",
        "collector.start 6514",
        "network false",
        "network true",
        "button true",
        "button false",
        "clock -90000",
        'restart {"LOG_LEVEL":"debug","N":"3"}',
        "end",
    ])
    assert.deepEqual(notes.slice(-3), [
        "scenario: clock -90 s",
        "scenario: set LOG_LEVEL, N, and restart",
        "scenario: end",
    ])
})

test("steps may come from TypeScript", async t => {
    const { done } = await play(t, "scene.ts", STEPS)
    assert.deepEqual(done, [
        "restart {}",
        "collector.stop",
        "network false",
        'clock "2031-05-06T07:08:09.000Z"',
        "button true",
        "button false",
        "end",
    ])
})

test("a byte order mark, as some editors write it, is no part of the steps", async t => {
    const { done } = await play(t, "scene.yaml", "\uFEFF- end: true\n")
    assert.deepEqual(done, ["end"])
})

test("a file that throws no error while it loads does not load", async t => {
    await assert.rejects(play(t, "scene.ts", "throw null"), {
        name: "UsageError",
        message: /scene\.ts" does not load: null$/,
    })
})
