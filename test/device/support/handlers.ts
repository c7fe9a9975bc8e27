import * as ds from "@devicescript/core"
import { expect } from "@devicescript/test"
import {
    FilterAnswer,
    Formatter,
    HandlerInfo,
    HandlerOptions,
    KEEP,
    LogFilter,
    LogRecord,
    LogSystem,
} from "../../../src/log"
import { freshLog } from "./log"

/** A log whose handler `out` has `options`, no burst limit by default, and a logger of it. */
export function fresh(options?: HandlerOptions) {
    const { clock, log, out } = freshLog("debug", options)
    return { clock, log, out, l: log.logger("x") }
}

export function info(log: LogSystem, name: string): HandlerInfo {
    return log.handlers().find(handler => handler.name === name)
}

/** The account of a handler as text; fails when it does not add up. */
export function account(log: LogSystem, name: string): string {
    const { received, delivered, queued, dropped } = info(log, name).account
    expect(received).toBe(delivered + queued + dropped)
    return `${received} = ${delivered} + ${queued} + ${dropped}`
}

export class Thrower implements LogFilter, Formatter {
    armed = true
    /** How often it was asked. */
    asked = 0

    constructor(readonly name: string) {}

    filter(record: LogRecord): FilterAnswer {
        this.asked++
        if (this.armed) throw new Error("bad filter")
        return KEEP
    }

    format(record: LogRecord): string {
        if (this.armed) throw new Error("bad formatter")
        return "formatted " + record.message
    }
}

export class Changer implements LogFilter {
    readonly name = "changer"

    filter(record: LogRecord): LogRecord {
        const copy = Object.assign({}, record) as LogRecord
        copy.message = `<${record.message}>`
        return copy
    }
}

/** Lets the fibers that open handlers run: they would pile up from test to test. */
export async function settle() {
    await ds.sleep(2)
}
