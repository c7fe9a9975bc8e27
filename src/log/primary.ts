import { checkRange } from "./check"
import { Core, PrimaryFilter } from "./core"
import { LogFilter } from "./filters"
import { covers } from "./pattern"

/** Most filters before all handlers. */
export const MAX_FILTERS = 16

/** How a filter before all handlers is applied. */
export interface FilterOptions {
    /** Topic (children included) or `*` pattern whose records it is asked about; all by default. */
    topic?: string
    /** After a throw, ms until it is asked again; 0 (default) = never. */
    restartAfter?: number
}

/** @throws RangeError when the name is taken, for one too many, or a bad option */
export function addPrimary(
    core: Core,
    filter: LogFilter,
    options: FilterOptions
): void {
    const { name } = filter
    const old = findPrimary(core, name)
    if (old && !old.out)
        throw new RangeError(`log filter "${name}" exists already`)
    if (!old && core.primary.length >= MAX_FILTERS)
        throw new RangeError(`log filter "${name}": at most ${MAX_FILTERS} fit`)
    const restartAfter = options.restartAfter || 0
    checkRange("restartAfter", restartAfter, 0, 0x7fffffff)
    if (old) removePrimary(core, name)
    const topic = options.topic || "*"
    const backAt: number = undefined
    core.primary.push({ filter, topic, restartAfter, out: false, backAt })
}

/** @returns false when there is no filter of this name */
export function removePrimary(core: Core, name: string): boolean {
    const entry = findPrimary(core, name)
    if (!entry) return false
    core.primary.insert(core.primary.indexOf(entry), -1)
    return true
}

/** The filters of a topic; undefined when there are none. */
export function primaryFilters(
    core: Core,
    topic: string
): LogFilter[] | undefined {
    if (!core.primary.length) return undefined
    const found = core.primary.filter(
        entry => !entry.out && covers(entry.topic, topic)
    )
    return found.length ? found.map(entry => entry.filter) : undefined
}

/** Brings back what is due; true when there was any. */
export function bringPrimaryBack(core: Core, now: number): boolean {
    let back = false
    for (const entry of core.primary)
        if (entry.backAt <= now) {
            entry.out = false
            entry.backAt = undefined
            back = true
        } else if (entry.backAt !== undefined) core.due(entry.backAt)
    return back
}

function findPrimary(core: Core, name: string): PrimaryFilter | undefined {
    return core.primary.find(entry => entry.filter.name === name)
}
