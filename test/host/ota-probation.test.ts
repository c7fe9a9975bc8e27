// rows: O4
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { randomFrom } from "../../bench/lib/faults.ts"
import {
    activeRecord,
    judgeOffer,
    MAX_STARTS,
    type OtaRecord,
    probationRecord,
    takenBack,
} from "../../src/ota/probation.ts"

/** A board as the record knows it: what runs, and the last good one while that is on probation. */
interface Board {
    record: OtaRecord
    good: OtaRecord
    /** Starts since the running version was taken. */
    starts: number
}

const before = { links: 3, failing: 1, seconds: 60 }
/** A board that never got a file. */
const NO_VERSION = activeRecord(0, "")

function onProbation(version: number, hash: string): OtaRecord {
    const { links, failing, seconds } = before
    return probationRecord(version, hash, links, failing, seconds)
}

describe("probation", () => {
    for (const seed of [1, 2, 3, 4, 5, 6, 7, 8])
        test(`holds what it must over 5,000 events of seed ${seed}`, () => {
            const random = randomFrom(seed)
            const board: Board = {
                record: NO_VERSION,
                good: NO_VERSION,
                starts: 0,
            }
            const takenBackOnes = new Set<number>()
            const counts: Record<string, number> = {}
            let highest = 0
            for (let step = 0; step < 5000; step++) {
                const event = pick(random)
                counts[event] = (counts[event] ?? 0) + 1
                const was = board.record
                happen(board, event, random, takenBackOnes)
                const { record, good } = board
                assert.ok(record.highest >= highest, "highest only goes up")
                highest = record.highest
                assert.ok(!takenBackOnes.has(record.version) || !record.version)
                if (was.state === "probation" && record.state === "probation")
                    assert.equal(record.version, was.version)
                if (record.state === "probation") {
                    assert.ok(board.starts < MAX_STARTS)
                    assert.notEqual(good.state, "probation")
                    assert.deepEqual(
                        { ...record, ...before },
                        record,
                        "how things were is kept"
                    )
                }
                if (record.state === "rolled-back")
                    assert.ok(record.reason && record.highest > record.version)
            }
            assert.ok(takenBackOnes.size > 10 && Object.keys(counts).length > 4)
        })

    test("an offer is judged by version, hash and state", () => {
        const one = onProbation(7, "aa")
        assert.equal(judgeOffer(NO_VERSION, 1, "aa"), undefined)
        assert.equal(judgeOffer(one, 7, "aa")?.state, "probation")
        for (const [version, hash] of [
            [7, "bb"],
            [6, "aa"],
        ] as const)
            assert.deepEqual(judgeOffer(one, version, hash), {
                state: "refused",
                reason: "it is not above 7",
            })
        assert.deepEqual(judgeOffer(one, 8, "cc"), {
            state: "busy",
            reason: "version 7 is on probation",
        })
        assert.equal(judgeOffer(activeRecord(7, "aa"), 8, "cc"), undefined)
        const back = takenBack(NO_VERSION, one, "it crashed")
        assert.deepEqual(judgeOffer(back, 7, "aa"), {
            state: "refused",
            reason: "it was taken back: it crashed",
        })
        assert.deepEqual(judgeOffer(back, 6, "aa"), {
            state: "refused",
            reason: "it is not above 7",
        })
        assert.equal(judgeOffer(back, 8, "aa"), undefined)
    })
})

function pick(random: () => number): string {
    const events = ["offer", "offer", "again", "start", "fault", "held"]
    return events[Math.floor(random() * events.length)]
}

function happen(
    board: Board,
    event: string,
    random: () => number,
    takenBackOnes: Set<number>
): void {
    const { record } = board
    const isOnProbation = record.state === "probation"
    const goBack = (reason: string) => {
        takenBackOnes.add(record.version)
        board.record = takenBack(board.good, record, reason)
        board.starts = 0
    }
    if (event === "offer" || event === "again") {
        const version =
            event === "again"
                ? record.reason
                    ? record.highest
                    : record.version
                : record.highest + Math.floor(random() * 4) - 1
        const hash = random() < 0.3 ? record.hash : `${version}`
        if (version < 1 || judgeOffer(record, version, hash)) return
        assert.ok(!takenBackOnes.has(version), "never tried again")
        assert.ok(version > record.highest)
        if (random() < 0.2) {
            board.record = activeRecord(version, hash)
            return
        }
        board.good = record
        board.record = onProbation(version, hash)
        board.starts = 0
    } else if (event === "start" && isOnProbation) {
        const starts = record.starts! + 1
        board.starts++
        if (starts < MAX_STARTS) board.record = { ...record, starts }
        else goBack(`${MAX_STARTS} starts`)
    } else if (event === "fault" && isOnProbation) goBack("a link is lost")
    else if (event === "held" && isOnProbation)
        board.record = activeRecord(record.version, record.hash)
}
