import { expect } from "@devicescript/test"
import {
    Formatter,
    Handler,
    HandlerOptions,
    levelName,
    LogRecord,
    LogSystem,
} from "../../../src/log"
import { ManualClock } from "../../../src/testing"

/** A handler that keeps what it gets, as `level topic message`. */
export class Recorder implements Handler {
    seen: string[] = []
    lines: string[] = []
    readonly calls: string[] = []
    lastMeta: Record<string, any>
    /** Called in `emit`. */
    onEmit: (record: LogRecord) => void

    emit(record: LogRecord, line: string): void {
        this.seen.push(
            `${levelName(record.level)} ${record.topic} ${record.message}`
        )
        this.lines.push(line)
        this.lastMeta = record.meta
        if (this.onEmit) this.onEmit(record)
    }

    open(): void {
        this.calls.push("open")
    }

    close(): void {
        this.calls.push("close")
    }

    configure(options: Record<string, any>): void {
        this.calls.push(`configure ${Object.keys(options).join(",")}`)
    }

    /** What was kept since the last call, joined by `|`. */
    take(): string {
        const text = this.seen.join("|")
        this.seen = []
        this.lines = []
        return text
    }
}

/** A log with levels by `spec` and a handler `out`, which takes everything without options. */
export function freshLog(spec?: string, options?: HandlerOptions) {
    const clock = new ManualClock()
    const log = new LogSystem(clock, spec)
    const out = new Recorder()
    log.addHandler("out", out, options || { burst: null })
    return { clock, log, out }
}

/** Formats as `prefix message` and counts how often. */
export class CountingFormatter implements Formatter {
    count = 0

    constructor(private readonly prefix: string) {}

    format(record: LogRecord): string {
        this.count++
        return `${this.prefix} ${record.message}`
    }
}

/** What `run` throws: its name and message. */
export function thrown(run: () => void): string {
    try {
        run()
    } catch (e: any) {
        return `${e.name}: ${e.message}`
    }
    return "nothing thrown"
}

/** Expects a text to contain a part, and shows both when it does not. */
export function expectPart(text: string, part: string): void {
    expect(text.includes(part) ? part : text).toBe(part)
}
