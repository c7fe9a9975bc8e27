// rows: S6
import assert from "node:assert/strict"
import { test } from "node:test"
import { CLOSED_PORT } from "../../bench/lib/board.ts"
import { BLOCK_BYTES } from "../../bench/lib/probe.ts"
import { sample } from "../../bench/lib/stats.ts"
import { runOnce } from "../../bench/parts/heap.ts"

const LINES = 10_000
/** What the state of a connection and its last report take, bytes. */
const CONNECTION_BYTES = 4 * BLOCK_BYTES

/** One run in eight leaves less than the others, or a little more: in which pieces is chance. */
const RUNS = 5

/**
 * Heap that the firmware with 5 tasks leaves, as the median of several runs, by the number of lines
 * logged without a limit.
 */
async function leftAfter(lines: number, isAway: boolean): Promise<number> {
    const runs = Array.from({ length: RUNS }, () => leftOnce(lines, isAway))
    return sample(await Promise.all(runs)).median
}

async function leftOnce(lines: number, isAway: boolean): Promise<number> {
    const { left } = await runOnce({
        main: "bench/programs/heap-firmware.ts",
        settings: {
            DEMO: "0",
            TASKS: "5",
            LOG_BURST: "0",
            STORM: String(lines),
            ...(isAway
                ? { SYSLOG_HOST: "127.0.0.1", SYSLOG_PORT: CLOSED_PORT }
                : {}),
        },
        collector: !isAway,
    })
    return left
}

test("lines leave nothing in the heap, with the collector there and away", async t => {
    const rest = await leftAfter(0, false)
    const taken = await leftAfter(LINES, false)
    const away = await leftAfter(LINES, true)
    t.diagnostic(`${rest} bytes left at rest, ${taken} and ${away} after`)
    // a block of the measurement may fit or not
    assert.ok(Math.abs(taken - rest) <= 2 * BLOCK_BYTES, `${taken} of ${rest}`)
    assert.ok(Math.abs(away - rest) <= CONNECTION_BYTES, `${away} of ${rest}`)
})
