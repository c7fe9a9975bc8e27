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

/** What holds for every fault: nobody else suffers, and the account is true. */
function sound(f: Figures): void {
    const { stats } = f
    assert.equal(f.panics, 0)
    // 50 ms on a machine of its own; this one may be shared with other tests
    assert.ok(f.jitter < 250, `jitter ${f.jitter} ms`)
    assert.equal(stats.received, f.lines)
    assert.equal(stats.received, stats.delivered + stats.queued + stats.dropped)
}

function nothingSilent(f: Figures): void {
    sound(f)
    assert.equal(f.silent, 0, row(f))
    assert.equal(f.arrived + f.declared, f.lines, row(f))
}

function nothingLost(f: Figures): void {
    nothingSilent(f)
    assert.equal(f.arrived, f.lines, row(f))
}

const relp = { skip: missingRsyslog("relp") }
const tcp = { skip: missingRsyslog() }

test("the collector is away for 3 s at 100 lines/s: nothing is lost", async t =>
    nothingLost(await collectorAway(t, 600, 3000)))

test("rsyslogd is killed under load, TCP: no silent gap", tcp, async t =>
    nothingSilent(await killedCollector(t, "tcp", 4))
)

test("rsyslogd is killed under load, RELP: nothing is lost", relp, async t =>
    nothingLost(await killedCollector(t, "relp", 4))
)

test(
    "connections are reset in the middle, TCP: nothing is lost",
    tcp,
    async t => nothingLost(await resets(t, "tcp", 4))
)

test(
    "connections are reset in the middle, RELP: nothing is lost",
    relp,
    async t => nothingLost(await resets(t, "relp", 4))
)

for (const mode of ["hole", "deaf", "slow"] as const)
    test(`${mode} network, RELP: nothing is lost`, relp, async t =>
        nothingLost(await brokenNetwork(t, "relp", mode, 400, 2000))
    )

test("a name that does not resolve harms nobody", async t => {
    const f = await unknownName(t)
    sound(f)
    assert.equal(f.stats.connects, 0)
})

test("the board is killed under load: every error that flash kept arrives", async t => {
    const f = await killedBoard(t, 4)
    assert.deepEqual(f.missing, [])
    assert.equal(f.panics, 0)
    assert.ok(f.kept >= 4 && f.late > 0, JSON.stringify(f))
})

test("a task fetches pages beside a full stream: both get all of theirs", async t => {
    const f = await sharedSocket(t, 9000, 2000)
    assert.ok(f.fetches >= 3 && f.lines > 1000, JSON.stringify(f))
    assert.equal(f.broken + f.silent + f.declared + f.revoked + f.panics, 0)
    assert.ok(f.waited < 3000, `waited ${f.waited} ms`)
})
