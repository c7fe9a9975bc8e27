// rows: A2
import assert from "node:assert/strict"
import test from "node:test"
import type { BoardInfo, TaskState } from "../../host/client/index.ts"
import { summaryLine, taskText } from "../../host/commands/status-text.ts"

/** What `fiberctl status` says of the last run of a task that began again at 8 s of uptime. */
function lastRun(state: TaskState, lasted: number): string | undefined {
    const since = 8000
    const text = taskText(
        {
            ...{ name: "pump", state, since, ago: 7000, runs: 2, lasted },
            ...{ startedAt: since, doneAt: since },
        },
        [],
        (_, text) => text,
        text => text
    )
    return /last run: (.*)/.exec(text)?.[1]
}

test("a run that is under way is not shown as the last one", () => {
    // the run before ended in the millisecond in which this one began
    assert.equal(lastRun("running", 7000), undefined)
    assert.equal(lastRun("stopping", 7000), undefined)
    assert.equal(lastRun("scheduled", 0), "ended 7 s ago, took 0 ms")
})

test("states that only a hostile board has are shown as they are", () => {
    const shown = (...colours: string[]) => colours.join(":")
    const task = { name: "pump", since: 0, ago: 0, runs: 0, lasted: 0 }
    const state = "constructor" as TaskState
    const text = taskText({ ...task, state }, [], shown, text => text)
    assert.match(text, /^dim:● bold:pump dim:constructor since/)
    const board = {
        ...{ device: "0123456789abcdef", state, states: {} },
        ...{ uptime: 0, tasks: 0 },
    }
    const line = summaryLine(board as unknown as BoardInfo, shown)
    assert.match(line, /^yellow:● bold:0123456789abcdef yellow:constructor,/)
})
