import { OptionTable, readOptions, removeFrom } from "../platform"
import { Core } from "./core"
import { reportOut } from "./faults"
import { KEEP, LogFilter, Verdict } from "./filters"
import { covers } from "./pattern"
import { LogRecord } from "./record"
import { renderError } from "./render"
import { applyFilters, checkFilter } from "./filter-chain"
import { checkTopic } from "./spec"
import { invalidate } from "./topic"

/** Most filters before all handlers. */
export const MAX_FILTERS = 16

/** How a filter before all handlers is applied. */
export interface FilterOptions {
    /** Topic (with its children) or `*` pattern it applies to; all by default. */
    topic?: string
    /** Time in ms after which a filter that threw is asked again; 0 (default) = never. */
    restartAfter?: number
}

const FILTER_OPTIONS: OptionTable = `
    topic: text 0 65535 = *
    restartAfter: ms 0 2147483647 = 0
`

/** A filter before all handlers. */
interface GlobalFilter {
    filter: LogFilter
    topic: string
    restartAfter: number
    /** Whether it threw and is out. */
    out: boolean
    /** When it comes back, in ms since start; undefined = never. */
    backAt: number
}

/**
 * The filters that records pass before any handler, by unique name. Made when first needed: the
 * image of a program that uses none does not contain the class.
 * @devsWhenUsed
 */
export class GlobalFilters {
    private readonly list: GlobalFilter[] = []
    /** KEEP or STOP: decides when all filters of a topic answer IGNORE. */
    fallback: Verdict = KEEP

    /**
     * Adds a filter; one that is out makes room for another of its name.
     * @throws OPTION_ERROR for a bad filter or option, RangeError for a malformed topic, when the
     * name is taken or there are MAX_FILTERS already
     */
    addFilter(filter: LogFilter, given: FilterOptions): void {
        checkFilter(filter)
        const { name } = filter
        const options = readOptions(
            `log filter "${name}"`,
            FILTER_OPTIONS,
            given
        )
        checkTopic(options.topic)
        const old = this.find(name)
        if (old && !old.out)
            throw new RangeError(`log filter "${name}" exists already`)
        if (!old && this.list.length >= MAX_FILTERS)
            throw new RangeError(
                `log filter "${name}": at most ${MAX_FILTERS} fit`
            )
        if (old) this.removeFilter(name)
        const { topic, restartAfter } = options
        const backAt: number = undefined
        this.list.push({ filter, topic, restartAfter, out: false, backAt })
    }

    /** @returns false when there is no filter of this name */
    removeFilter(name: string): boolean {
        const entry = this.find(name)
        if (!entry) return false
        removeFrom(this.list, entry)
        return true
    }

    /** The filters of a topic; undefined when there are none. */
    ofTopic(topic: string): LogFilter[] | undefined {
        const found = this.list.filter(
            entry => !entry.out && covers(entry.topic, topic)
        )
        return found.length ? found.map(entry => entry.filter) : undefined
    }

    /**
     * Runs a record through the filters of its topic.
     * @returns the record, changed or not, or undefined when it was stopped
     */
    apply(
        core: Core,
        filters: LogFilter[],
        record: LogRecord
    ): LogRecord | undefined {
        const self = this
        return applyFilters(filters, this.fallback, record, (filter, e) =>
            self.takeOut(core, filter, e)
        )
    }

    /** Takes out a filter that threw, and reports it. */
    private takeOut(core: Core, filter: LogFilter, error: unknown): void {
        const entry = this.list.find(other => other.filter === filter)
        if (!entry || entry.out) return
        entry.out = true
        entry.backAt = reportOut(
            core,
            `log filter "${filter.name}"`,
            renderError(error),
            entry.restartAfter
        )
    }

    /** Brings back the filters that are due at `now`, in ms since start. */
    bringBack(core: Core, now: number): void {
        for (const entry of this.list)
            if (entry.backAt <= now) {
                entry.out = false
                entry.backAt = undefined
                invalidate(core)
            } else if (entry.backAt > 0) core.due(entry.backAt)
    }

    /** The filters in force, in the order in which they are asked. */
    all(): LogFilter[] {
        return this.list.filter(entry => !entry.out).map(entry => entry.filter)
    }

    private find(name: string): GlobalFilter | undefined {
        return this.list.find(entry => entry.filter.name === name)
    }
}
