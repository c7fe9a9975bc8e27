/** Plays every fault of syslog in full and prints the table of figures: `npm run test:syslog`. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { missingRsyslog } from "../peers/rsyslog.ts"
import {
    brokenNetwork,
    collectorAway,
    type Figures,
    killedCollector,
    resets,
    row,
    unknownName,
} from "./syslog-faults.ts"
import { killedBoard, sharedSocket } from "./syslog-faults-board.ts"

const KILLS = 200
const BOARD_KILLS = 100
const SHARE_MS = 300_000
const table: string[] = []

/** Enters a fault's figures in the table; fails for a panic or a silent gap. */
function enter(f: Figures, lossless: boolean): void {
    table.push(row(f))
    console.log(row(f))
    assert.equal(f.panics, 0)
    assert.equal(f.silent, 0)
    if (lossless) assert.equal(f.arrived, f.lines)
}

const skip = missingRsyslog("relp")

test("collector away", async t =>
    enter(await collectorAway(t, 1000, 3000), true))
for (const proto of ["tcp", "relp"] as const) {
    test(`rsyslogd killed, ${proto}`, { skip }, async t =>
        enter(await killedCollector(t, proto, KILLS), proto === "relp")
    )
    test(`connections reset, ${proto}`, { skip }, async t =>
        enter(await resets(t, proto, KILLS), proto === "relp")
    )
}
for (const mode of ["hole", "deaf", "slow"] as const) {
    test(`${mode} network, relp`, { skip }, async t =>
        enter(await brokenNetwork(t, "relp", mode, 1000, 3000), true)
    )
    test(`${mode} network, tcp`, { skip }, async t => {
        // nobody answers on plain TCP: what a hole swallowed beyond the window is lost unseen
        const f = await brokenNetwork(t, "tcp", mode, 1000, 3000)
        table.push(row(f))
        console.log(row(f))
        assert.equal(f.panics, 0)
    })
}
test("a name that does not resolve", async t => {
    const f = await unknownName(t)
    table.push(row(f))
    assert.equal(f.panics, 0)
})
test("board killed", async t => {
    const f = await killedBoard(t, BOARD_KILLS)
    table.push(
        `${f.kills} kills of the board`.padEnd(52) +
            `  errors kept ${f.kept}  missing ${f.missing.length}  late ${f.late}  panics ${f.panics}`
    )
    assert.deepEqual(f.missing, [])
    assert.equal(f.panics, 0)
})
test("socket shared", async t => {
    const f = await sharedSocket(t, SHARE_MS, 5000)
    table.push(
        `a fetch every 5 s for ${SHARE_MS / 1000} s`.padEnd(52) +
            `  lines ${f.lines}  silent ${f.silent}  fetches ${f.fetches}  broken ${f.broken}  longest wait ${f.waited} ms`
    )
    assert.equal(f.silent + f.broken + f.revoked + f.panics, 0)
})
test("the table", () => console.log("\n" + table.join("\n")))
