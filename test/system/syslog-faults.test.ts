// rows: S5 S6
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { missingRsyslog } from "../peers/rsyslog.ts"
import { missingSyslogNg } from "../peers/syslog-ng.ts"
import {
    allBut,
    nothingLost,
    nothingSilent,
    noStorm,
    shared,
    silentAtMost,
    sound,
} from "./syslog-checks.ts"
import { collectorAway, killedCollector } from "./syslog-faults.ts"
import { killedBoard, sharedSocket } from "./syslog-faults-board.ts"
import {
    acceptAndEnd,
    closesAfterEachWrite,
    relpRefusal,
    resetInDeclaration,
    rsyslogRefusal,
    TLS_FAULTS,
    wrongTls,
} from "./syslog-faults-collector.ts"
import {
    brokenNetwork,
    resets,
    unanswered,
    unknownName,
} from "./syslog-faults-network.ts"

const skips = {
    tcp: { skip: missingRsyslog() },
    relp: { skip: missingRsyslog("relp") },
    "syslog-ng": { skip: missingSyslogNg() },
}

// boards that mostly wait, each with a collector of its own
describe("faults between a board and its collector", { concurrency: 3 }, () => {
    test("the collector is away for 3 s at 100 lines/s: nothing is lost", async t =>
        nothingLost(await collectorAway(t, 600, 3000, 32000)))

    test("the collector is away for longer than the queue lasts: all dropped are declared", async t => {
        const f = await collectorAway(t, 500, 2500)
        nothingSilent(f)
        assert.ok(f.declared > 0 && f.stats.declared > 0)
    })

    for (const victim of ["tcp", "syslog-ng"] as const)
        test(
            `a collector is killed under load, ${victim}: no silent gap`,
            skips[victim],
            async t => nothingSilent(await killedCollector(t, victim, 4))
        )

    test(
        "rsyslogd is killed under load, RELP: nothing is lost",
        skips.relp,
        async t => nothingLost(await killedCollector(t, "relp", 4))
    )

    for (const proto of ["tcp", "relp"] as const)
        test(
            `connections are reset in the middle of a frame, ${proto}: nothing is lost`,
            skips[proto],
            async t => nothingLost(await resets(t, proto, 4))
        )

    for (const mode of ["hole", "deaf", "slow"] as const)
        test(
            `${mode} network, then a reset, RELP: nothing is lost`,
            skips.relp,
            async t =>
                nothingLost(await brokenNetwork(t, "relp", mode, "reset", 2000))
        )

    for (const mode of ["hole", "slow"] as const)
        test(
            `${mode} network that heals, TCP: nothing is lost`,
            skips.tcp,
            async t =>
                nothingLost(await brokenNetwork(t, "tcp", mode, "healed", 2000))
        )

    test(
        "deaf network, then a reset, TCP: lost is what was sent before the window",
        skips.tcp,
        async t => {
            const f = await brokenNetwork(t, "tcp", "deaf", "reset", 2000)
            // 100 lines fell into that time; some 30 fit into the window
            silentAtMost(f, 80)
        }
    )

    test("a name that does not resolve harms nobody, and nothing is lost", async t => {
        const f = await unknownName(t)
        nothingLost(f)
        // said once, however often it was tried
        const said = f.reports.map(line => line.split(" ")[0]).join(" ")
        assert.equal(said, "no connected")
    })

    test("a connect that is never answered harms nobody", async t => {
        const f = await unanswered(t)
        sound(f)
        assert.equal(f.stats.connects, 0)
        assert.equal(f.reports.length, 1)
        assert.match(f.reports[0]!, /: no answer within 1000 ms$/)
    })

    test("a connect that is never answered keeps nobody from the socket", async t => {
        const f = await sharedSocket(t, 7000, 2000, false)
        assert.ok(f.fetches >= 2, JSON.stringify(f))
        assert.equal(f.broken + f.revoked + f.trespasses + f.panics, 0)
        assert.ok(f.waited < 3500, `waited ${f.waited} ms`)
    })

    test("the board is killed under load: every error that flash kept arrives", async t => {
        const f = await killedBoard(t, 4)
        assert.deepEqual(f.missing, [])
        assert.equal(f.panics, 0)
        assert.ok(f.kept >= 4 && f.late > 0, JSON.stringify(f))
    })

    test("a task fetches pages beside a full stream: both get all of theirs", async t => {
        const f = await sharedSocket(t, 9000, 2000)
        shared(f, 3)
        assert.ok(f.lines > 1000, JSON.stringify(f))
    })

    for (const fault of TLS_FAULTS)
        test(`TLS to a collector with ${fault}, until it is mended: nothing is lost`, async t => {
            const f = await wrongTls(t, fault, 1500)
            nothingLost(f)
            // none counts before the handshake is over
            assert.equal(f.stats.connects, 1)
        })

    for (const manner of ["close", "reset"] as const)
        test(`a peer that accepts and ends by ${manner} at once: all dropped are declared`, async t => {
            const f = await acceptAndEnd(t, manner, 100, 4000)
            nothingSilent(f)
            assert.ok(f.stats.connects > 2 && f.declared > 0, JSON.stringify(f))
        })

    test("connections are reset within the declaration of a gap: it arrives at last", async t => {
        const f = await resetInDeclaration(t, 3)
        nothingSilent(f)
        assert.ok(f.declared > 0)
    })

    test(
        'rsyslogd with oversizeMode="abort" holds nothing up but the records that it refuses',
        skips.relp,
        async t => allBut(await rsyslogRefusal(t, 200, 100), 2)
    )

    for (const how of ["refuse", "close"] as const)
        test(`a RELP server that will ${how} one record holds nothing else up`, async t =>
            allBut(await relpRefusal(t, how, 150, 100), 1))

    test("a collector that closes after each write does not feed on reports about it", async t =>
        noStorm(await closesAfterEachWrite(t, 20, 2), 1))
})
