// rows: A3
import assert from "node:assert/strict"
import test from "node:test"
import type { TaskStatus } from "../../host/client/index.ts"
import {
    renderTop,
    type TopSample,
    type TopView,
    visibleTasks,
} from "../../host/commands/top-screen.ts"

const plain = (_: unknown, text: string) => text

function task(name: string, fields: Partial<TaskStatus> = {}): TaskStatus {
    return { name, state: "running", since: 0, ago: 1000, runs: 1, ...fields }
}

function sample(tasks: TaskStatus[], received = 0, at = 0): TopSample {
    return {
        at,
        summary: {
            device: "0011223344556677",
            hostname: "b",
            state: "running",
            states: { running: tasks.length },
            uptime: 60_000,
            tasks: tasks.length,
            fibers: 3,
            left: 0,
        },
        tasks,
        stats: tasks.map(({ name, runs }) => ({
            name,
            runs,
            restarts: 0,
            failures: name === "bad" ? 2 : 0,
            skipped: 0,
            figures: {},
        })),
        handlers: [
            {
                name: "ring",
                level: 8,
                state: "running",
                account: {
                    received,
                    delivered: received,
                    queued: 0,
                    dropped: 0,
                },
            },
        ],
    }
}

const view: TopView = { sort: "name", filter: "", note: "help", isLost: false }
const tasks = [
    task("c", { runs: 9 }),
    task("bad", { state: "failed" }),
    task("a"),
]

test("tasks are sorted and filtered as asked", () => {
    const names = (changes: Partial<TopView>) =>
        visibleTasks(sample(tasks), { ...view, ...changes }).map(t => t.name)
    assert.deepEqual(names({}), ["a", "bad", "c"])
    assert.deepEqual(names({ sort: "runs" }), ["c", "a", "bad"])
    assert.deepEqual(names({ sort: "failures" }), ["bad", "a", "c"])
    assert.deepEqual(names({ sort: "state" }), ["bad", "a", "c"])
    assert.deepEqual(names({ filter: "a" }), ["a", "bad"])
})

test("one write of flash is no plural", () => {
    const once = sample(tasks)
    once.summary.flash = { writes: 1, bytes: 24 }
    const size = { columns: 80, rows: 24 }
    const text = renderTop(once, undefined, view, size, plain).join("\n")
    assert.match(text, /flash 1 write, 24 bytes$/m)
})

test("the screen never exceeds its size, and follows the chosen task", () => {
    const many = Array.from({ length: 50 }, (_, i) =>
        task(`task-with-a-long-name-${String(i).padStart(2, "0")}`)
    )
    for (const [columns, rows] of [
        [80, 24],
        [20, 6],
        [40, 4],
        [200, 100],
        [1, 1],
    ] as const)
        for (const { name } of many) {
            const lines = renderTop(
                sample(many),
                undefined,
                { ...view, chosen: name },
                { columns, rows },
                plain
            )
            assert.ok(lines.length <= rows)
            assert.ok(lines.every(line => line.length <= columns))
            if (rows >= 4 && columns >= 30)
                assert.ok(
                    lines.some(line => line.startsWith(name)),
                    name
                )
        }
})

test("rates come from two samples", () => {
    const before = sample(tasks, 100, 1000)
    const lines = renderTop(
        sample(tasks, 130, 3000),
        before,
        view,
        { columns: 80, rows: 24 },
        plain
    )
    assert.equal(lines[1], "log: ring 15.0/s")
})

test("a lost board is reported", () => {
    const lines = renderTop(
        sample(tasks),
        undefined,
        { ...view, isLost: true },
        { columns: 80, rows: 24 },
        plain
    )
    assert.equal(lines[0], "the board is lost, waiting for it")
})
