// rows: A2
import assert from "node:assert/strict"
import test from "node:test"
import type { TaskState } from "../../host/client/index.ts"
import { taskText } from "../../host/commands/status-text.ts"

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
