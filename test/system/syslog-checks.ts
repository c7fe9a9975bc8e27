/** What has to hold after a fault, and how its figures are shown. */
import assert from "node:assert/strict"
import type { Figures } from "./syslog-board.ts"
import type { ShareFigures } from "./syslog-faults-board.ts"
import type { StormFigures } from "./syslog-faults-collector.ts"

/** Longest lateness of a task of the board while syslog has a fault, ms. */
const JITTER_MS = 50
/** Longest wait of another task for the socket: a turn of syslog, its leave, and some, ms. */
const WAIT_MS = 3500

/** Connections that take the same record in vain, as `src/syslog/worker.ts` says. */
const MAX_TRIES = 5

/** One line of the table of figures. */
export function row(f: Figures): string {
    const cells = [
        f.fault.padEnd(54),
        `lines ${f.lines}`,
        `arrived ${f.arrived}`,
        `declared ${f.declared}`,
        `silent ${f.silent}`,
        `duplicates ${f.duplicates}`,
        `connects ${f.stats.connects}`,
        `recovery ${f.recovery} ms`,
        `jitter ${f.jitter} ms (machine ${f.machine})`,
        `panics ${f.panics}`,
    ]
    return cells.join("  ")
}

/** No other task is held up, the account always adds up, and the board recovers in time. */
export function sound(f: Figures): void {
    const { stats } = f
    assert.equal(f.panics, 0)
    // lateness of the machine itself is allowed for several times: on a busy one the VM may have waited
    // longer than the bystander, and its work takes longer, too
    const late = 4 * f.machine
    assert.ok(f.jitter < JITTER_MS + late, row(f))
    assert.equal(stats.received, f.lines)
    assert.equal(stats.received, stats.delivered + stats.queued + stats.dropped)
    assert.equal(f.miscounts, 0)
    assert.equal(f.wrong, 0, row(f))
    assert.ok(f.recovery <= f.recoveryLimit + late, row(f))
}

/** Every line arrived or is declared dropped. */
export function nothingSilent(f: Figures): void {
    sound(f)
    assert.equal(f.silent, 0, row(f))
    assert.equal(f.arrived + f.declared, f.lines, row(f))
}

/** Every line arrived. */
export function nothingLost(f: Figures): void {
    nothingSilent(f)
    assert.equal(f.arrived, f.lines, row(f))
}

/** Every line arrived except those that the collector refused, which are declared. */
export function allBut(f: Figures, refused: number): void {
    nothingSilent(f)
    assert.equal(f.declared, refused, row(f))
}

/** At most `lines` were lost silently: those that a dead peer had taken beyond the window. */
export function silentAtMost(f: Figures, lines: number): void {
    sound(f)
    assert.ok(f.silent <= lines, row(f))
    assert.equal(f.arrived + f.declared + f.silent, f.lines)
}

/** Most reports about the connection: 6 at once, then 2 a minute. */
function mostReports(minutes: number): number {
    return 6 + 2 * minutes
}

/** A collector that closes after each write gets no storm: every record a few times at most. */
export function noStorm(f: StormFigures, minutes: number): void {
    const figures = JSON.stringify(f)
    assert.equal(f.panics, 0)
    assert.equal(f.silent, 0, figures)
    assert.ok(f.reports <= mostReports(minutes), figures)
    // a record goes out once with each connection, on which there is one write
    assert.ok(f.frames <= MAX_TRIES * (f.lines + f.reports), figures)
    assert.ok(f.frames > 0, figures)
}

/** Every page arrived whole and in time, and syslog got its share of the socket. */
export function shared(f: ShareFigures, fetches: number): void {
    const figures = JSON.stringify(f)
    assert.ok(f.fetches >= fetches, figures)
    assert.equal(f.broken + f.revoked + f.trespasses + f.panics, 0, figures)
    assert.ok(f.waited < WAIT_MS, figures)
    assert.equal(f.silent + f.declared + f.wrong, 0, figures)
    assert.ok(f.leastBetween > 0, figures)
}
