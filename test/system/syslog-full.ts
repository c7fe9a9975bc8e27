/**
 * Plays everything about syslog in full, and prints the table of figures at the end, also when
 * something failed: `npm run test:syslog`. A part of it: `--test-name-pattern=WORDS`.
 */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import { missingHaproxy } from "../peers/haproxy.ts"
import { missingRsyslog } from "../peers/rsyslog.ts"
import { missingSyslogNg } from "../peers/syslog-ng.ts"
import type { Figures } from "./syslog-board.ts"
import {
    allBut,
    nothingLost,
    nothingSilent,
    noStorm,
    row,
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
    halfOpen,
    resets,
    unanswered,
    unknownName,
} from "./syslog-faults-network.ts"
import {
    haproxyReceiver,
    rsyslogReceiver,
    strictReceiver,
    syslogNgReceiver,
} from "./syslog-receivers.ts"
import { type Receiver, sendRecords, type Wire } from "./syslog-records.ts"

const RECORDS = 100_000
const KILLS = 200
const BOARD_KILLS = 100
const SHARE_MS = 300_000
const BROKEN_MS = 3000
const WRONG_TLS_MS = 5000
/** How long a collector ends each connection at once, ms. */
const RUDE_MS = 20_000
/** How often a connection is reset while it takes a declaration. */
const DECLARATIONS = 20
/** Lines to a RELP server that will not have each LONG-th. */
const REFUSED_LINES = 1000
const LONG = 100
const STORM_MINUTES = 10

const tcp = { skip: missingRsyslog() }
const relp = { skip: missingRsyslog("relp") }
const ng = { skip: missingSyslogNg() }
const haproxy = { skip: missingHaproxy() }
const table: string[] = []

function enter(text: string): void {
    table.push(text)
    console.log(text)
}

/** A fault that is played, entered in the table, and judged. */
function fault(
    name: string,
    options: { skip: string | undefined },
    play: (t: Parameters<typeof unknownName>[0]) => Promise<Figures>,
    judge: (f: Figures) => void
): void {
    test(name, options, async t => {
        const figures = await play(t)
        enter(row(figures))
        judge(figures)
    })
}

function records(
    name: string,
    wire: Wire,
    options: { skip: string | undefined },
    start: (t: Parameters<typeof unknownName>[0]) => Promise<Receiver>
): void {
    test(`${name}, ${wire}`, options, async t => {
        const f = await sendRecords(t, await start(t), wire, RECORDS)
        enter(
            `${f.records} awkward records, ${wire}, ${name}`.padEnd(54) +
                `  violations ${f.violations}  differences ${f.differences}` +
                `  that it cannot read ${f.skipped}`
        )
        assert.deepEqual(f.examples, [])
        assert.equal(f.violations + f.differences, 0)
        assert.equal(f.records, RECORDS)
    })
}

const none = { skip: undefined }
for (const wire of ["octet", "lf", "bom"] as const)
    records("strict ABNF", wire, none, t => strictReceiver(t, wire))
for (const wire of ["octet", "lf"] as const) {
    records("rsyslog's fields", wire, tcp, rsyslogReceiver)
    records("syslog-ng's fields", wire, ng, t => syslogNgReceiver(t, wire))
    records("HAProxy's fields", wire, haproxy, haproxyReceiver)
}

fault(
    "collector away, a long queue",
    none,
    t => collectorAway(t, 1000, 3000, 32000),
    nothingLost
)
fault(
    "collector away, as it comes",
    none,
    t => collectorAway(t, 1000, 3000),
    nothingSilent
)
fault(
    "rsyslogd killed, tcp",
    tcp,
    t => killedCollector(t, "tcp", KILLS),
    nothingSilent
)
fault(
    "rsyslogd killed, relp",
    relp,
    t => killedCollector(t, "relp", KILLS),
    nothingLost
)
fault(
    "syslog-ng killed, tcp",
    ng,
    t => killedCollector(t, "syslog-ng", KILLS),
    nothingSilent
)
fault(
    "connections reset, tcp",
    tcp,
    t => resets(t, "tcp", KILLS),
    nothingSilent
)
fault(
    "connections reset, relp",
    relp,
    t => resets(t, "relp", KILLS),
    nothingLost
)
for (const mode of ["hole", "deaf", "slow"] as const)
    fault(
        `${mode} network, reset, relp`,
        relp,
        t => brokenNetwork(t, "relp", mode, "reset", BROKEN_MS),
        nothingLost
    )
for (const mode of ["hole", "deaf", "slow"] as const)
    fault(
        `${mode} network, reset, tcp`,
        tcp,
        t => brokenNetwork(t, "tcp", mode, "reset", BROKEN_MS),
        // nobody answers: 150 lines fell into that time, and some 30 fit into the window
        f => silentAtMost(f, 130)
    )
for (const mode of ["hole", "slow"] as const)
    for (const proto of ["tcp", "relp"] as const)
        fault(
            `${mode} network, healed, ${proto}`,
            relp,
            t => brokenNetwork(t, proto, mode, "healed", BROKEN_MS),
            nothingLost
        )
for (const way of TLS_FAULTS)
    fault(`tls, ${way}`, none, t => wrongTls(t, way, WRONG_TLS_MS), nothingLost)
for (const rate of [10, 100])
    for (const manner of ["close", "reset"] as const)
        fault(
            `accept and ${manner}, ${rate} lines/s`,
            none,
            t => acceptAndEnd(t, manner, rate, RUDE_MS),
            nothingSilent
        )
fault(
    "reset within the declaration",
    none,
    t => resetInDeclaration(t, DECLARATIONS),
    nothingSilent
)
fault(
    "rsyslogd refuses records, relp",
    relp,
    t => rsyslogRefusal(t, REFUSED_LINES, LONG),
    f => allBut(f, REFUSED_LINES / LONG)
)
for (const how of ["refuse", "close"] as const)
    fault(
        `a server will ${how} records, relp`,
        none,
        t => relpRefusal(t, how, REFUSED_LINES, LONG),
        f => allBut(f, REFUSED_LINES / LONG)
    )
fault(
    "a server ignores a record, relp",
    none,
    t => relpRefusal(t, "ignore", 100, 60),
    f => allBut(f, 1)
)

test("a collector that closes after each write", async t => {
    const lines = STORM_MINUTES * 60
    const f = await closesAfterEachWrite(t, lines, 1)
    enter(
        `closes after each write for ${STORM_MINUTES} minutes`.padEnd(54) +
            `  lines ${f.lines}  reports ${f.reports}  arrived ${f.arrived}  declared ${f.declared}` +
            `  silent ${f.silent}  frames ${f.frames}  connections ${f.connections}  panics ${f.panics}`
    )
    noStorm(f, STORM_MINUTES + 1)
})

fault("half-open connection", relp, halfOpen, nothingLost)
fault("a name that does not resolve", none, unknownName, nothingLost)
fault("a connect that is never answered", none, unanswered, sound)

test("board killed", async t => {
    const f = await killedBoard(t, BOARD_KILLS)
    enter(
        `${f.kills} kills of the board`.padEnd(54) +
            `  errors kept ${f.kept}  missing ${f.missing.length}  late ${f.late}  panics ${f.panics}`
    )
    assert.deepEqual(f.missing, [])
    assert.equal(f.panics, 0)
})

for (const [name, answers] of [
    ["a full stream", true],
    ["a connect that is never answered", false],
] as const)
    test(`socket shared with ${name}`, async t => {
        const forMs = answers ? SHARE_MS : SHARE_MS / 10
        const f = await sharedSocket(t, forMs, 5000, answers)
        enter(
            `a fetch every 5 s for ${forMs / 1000} s beside ${name}`.padEnd(
                54
            ) +
                `  lines ${f.lines}  silent ${answers ? f.silent : "-"}  fetches ${f.fetches}` +
                `  broken ${f.broken}  longest wait ${f.waited} ms  lines between ${f.leastBetween} or more` +
                `  socket used by two ${f.trespasses}  panics ${f.panics}`
        )
        const fetches = Math.floor(forMs / 8500)
        if (answers) shared(f, fetches)
        else assert.ok(f.fetches >= fetches && f.waited < 3500)
        assert.equal(f.trespasses, 0)
    })

after(() => console.log("\n" + table.join("\n")))
