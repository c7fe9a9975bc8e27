import { LEVELS } from "../levels.ts"
import type { LogRecord } from "../record.ts"
import type { SimEvent } from "../sim/index.ts"

const ERROR = LEVELS.indexOf("error")
/** Topic of the records in which a board declares what it has dropped. */
const GAP_TOPIC = "net.syslog"
/** Lines of this last time count for the rate, in ms. */
const RATE_MS = 5000

/** The summary of a run, as `--json` prints it at the end. */
export interface Summary {
    /** Seconds since the first power-on. */
    seconds: number
    boots: number
    panics: number
    /** Lines of the board's console, and how many of them were errors or worse. */
    lines: number
    errors: number
    /** Messages at the embedded collector, and those that their numbers say are missing. */
    messages: number
    missing: number
    /** Flash writes and bytes programmed. */
    writes: number
    bytes: number
}

/** Counts what happens on a board, for the status line and the summary. */
export class Account {
    private readonly summary: Summary = {
        seconds: 0,
        boots: 0,
        panics: 0,
        lines: 0,
        errors: 0,
        messages: 0,
        missing: 0,
        writes: 0,
        bytes: 0,
    }
    private times: number[] = []
    private expected: number | undefined
    /** The last brightness of the LED, 0 to 1. */
    led = 0

    /** Takes an event, and what its line says if it is a log line. */
    see(event: SimEvent, record?: LogRecord): void {
        const { summary } = this
        summary.seconds = (event.sincePowerOn ?? 0) / 1000
        switch (event.event) {
            case "boot":
                summary.boots++
                // the frames of a run are numbered from 1 on
                this.expected = 1
                break
            case "panic":
                summary.panics++
                break
            case "led":
                this.led = event.brightness
                break
            case "flash":
                summary.writes = event.writes
                summary.bytes = event.bytes
                break
            case "console":
                summary.lines++
                this.times.push(event.at)
                if (record && LEVELS.indexOf(record.level) <= ERROR)
                    summary.errors++
                break
            case "syslog":
                summary.messages++
                if (record) this.countMissing(record)
                break
        }
    }

    /** Console lines a second, over the last five. */
    rate(now: number): number {
        this.times = this.times.filter(time => now - time <= RATE_MS)
        return this.times.length / (RATE_MS / 1000)
    }

    /** What the run came to so far. */
    get(): Summary {
        return { ...this.summary }
    }

    private countMissing({ topic, meta }: LogRecord): void {
        const sequenceId = Number(meta?.sequenceId)
        if (!Number.isInteger(sequenceId)) return
        this.expected ??= sequenceId
        // a declaration of dropped records has the number of the last of them
        const isOneOfThem = topic === GAP_TOPIC && meta?.dropped !== undefined
        const next = sequenceId + 1
        const missing = (isOneOfThem ? next : sequenceId) - this.expected
        this.summary.missing += Math.max(0, missing)
        this.expected = Math.max(this.expected, next)
    }
}

/** A summary in words, on one line. */
export function summaryText(summary: Summary): string {
    const { seconds, lines, errors, panics, boots } = summary
    return [
        `${seconds.toFixed(1)} s`,
        count(boots, "boot"),
        count(panics, "panic"),
        `${count(lines, "line")} (${count(errors, "error")})`,
        `${count(summary.messages, "message")} at the collector (${summary.missing} missing)`,
        count(summary.writes, "flash write"),
    ].join(", ")
}

function count(n: number, what: string): string {
    return `${n} ${what}${n === 1 ? "" : "s"}`
}

/** What a run of several boards came to. */
export interface FleetSummary extends Summary {
    boards: number
    /** Lines of consoles, and messages at the collector, a second, while all boards ran. */
    linesPerSecond: number
    messagesPerSecond: number
    /** Bytes of memory that the process of a board takes, on average. */
    memory: number
}

/** The sum of what boards came to, apart from the seconds. */
export function sumUp(summaries: Summary[]): Summary {
    const sum = new Account().get()
    for (const one of summaries)
        for (const key of Object.keys(sum) as (keyof Summary)[])
            sum[key] += one[key]
    return { ...sum, seconds: 0 }
}

/** A summary of several boards in words, on one line. */
export function fleetText(summary: FleetSummary): string {
    const { boards, seconds, messages, missing } = summary
    const rate = (perSecond: number) => `${perSecond.toFixed(1)}/s`
    return [
        count(boards, "board"),
        `${seconds.toFixed(1)} s`,
        `${count(summary.lines, "line")} (${rate(summary.linesPerSecond)}, ${count(summary.errors, "error")})`,
        count(summary.panics, "panic"),
        `${count(messages, "message")} at the collector (${rate(summary.messagesPerSecond)}, ${missing} missing)`,
        count(summary.writes, "flash write"),
        `${(summary.memory / 2 ** 20).toFixed(0)} MB of memory a board`,
    ].join(", ")
}
