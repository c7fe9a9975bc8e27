import {
    FlashSlots,
    logSlot,
    MAX_LOG_SEGMENTS,
    OPTION_ERROR,
    rangeError,
} from "../platform"
import { FileOptions, neededSlots } from "./options"
import { ID, segmentFault } from "./segment"
import type { FlashLog } from "./state"

// Several logs share the slots of one store. Each is granted what its files need, and what is left
// is divided among them. A log may hold any slots, as many as its share; it never takes one that
// holds a segment of another log of the program. Segments of a log that the program has no more,
// as after a new file name, are the last that are taken. The list of logs is kept by the store.

/** Slot state: holds a segment of another log. */
export const FOREIGN = 0xfffffffe

/** The logs of the store that `flash` is. */
function logsOf(flash: FlashSlots): FlashLog[] {
    if (!flash.logs) flash.logs = []
    return flash.logs as FlashLog[]
}

/**
 * Enters a log in the list of its store. One of the same name that is there is closed.
 * @throws OPTION_ERROR when its files do not fit beside those of the others
 */
export function claimSlots(log: FlashLog): void {
    const logs = logsOf(log.options.flash)
    const twin = logs.find(other => other.id === log.id)
    if (twin && twin.filename !== log.filename)
        throw rangeError(
            OPTION_ERROR,
            `flash log "${log.filename}": its name is too like "${twin.filename}", take another`
        )
    if (twin) {
        twin.closed = true
        releaseSlots(twin)
    }
    logs.push(log)
    try {
        checkShare(log, log.options)
    } catch (e: any) {
        releaseSlots(log)
        throw e
    }
}

/** Takes a log off the list of its store. */
export function releaseSlots(log: FlashLog): void {
    const logs = logsOf(log.options.flash)
    const at = logs.indexOf(log)
    if (at >= 0) logs.insert(at, -1)
}

/** @throws OPTION_ERROR when the files of a log with these options do not fit */
export function checkShare(log: FlashLog, options: FileOptions): void {
    const { filename } = log
    const need = neededSlots(options)
    const left = MAX_LOG_SEGMENTS - neededBy(othersOf(log))
    const { slots } = options
    const free = slots === undefined || slots > left ? left : slots
    if (need <= free) return
    const { maxSize, maxCount } = options
    const names = othersOf(log).map(other => other.filename)
    const others = names.length ? ` beside ${names.join(", ")}` : ""
    throw rangeError(
        OPTION_ERROR,
        `flash log "${filename}": maxSize ${maxSize} with ${maxCount + 1} files needs ${need} slots of flash, ` +
            `there are ${free}${others} (MAX_LOG_SEGMENTS: ${MAX_LOG_SEGMENTS})`
    )
}

/** Most slots that a log may hold. */
export function shareOf(log: FlashLog): number {
    const { slots } = log.options
    if (slots !== undefined) return slots
    const logs = logsOf(log.options.flash)
    const left = MAX_LOG_SEGMENTS - neededBy(logs)
    const sharing = logs.filter(({ options }) => options.slots === undefined)
    return (
        neededSlots(log.options) + Math.idiv(left, Math.max(1, sharing.length))
    )
}

/** The other logs of the same store. */
export function othersOf(log: FlashLog): FlashLog[] {
    return logsOf(log.options.flash).filter(other => other !== log)
}

/**
 * Whether a slot may be taken from a log that the program does not have.
 * @throws FlashError when the store cannot be read
 */
export async function isAbandoned(
    log: FlashLog,
    slot: number
): Promise<boolean> {
    const value = await log.options.flash.read(logSlot(slot))
    if (!value || segmentFault(value)) return true
    const id = value.getAt(ID, "u16")
    return id !== log.id && !othersOf(log).some(other => other.id === id)
}

function neededBy(logs: FlashLog[]): number {
    let sum = 0
    for (const log of logs) {
        const { slots } = log.options
        sum += slots === undefined ? neededSlots(log.options) : slots
    }
    return sum
}
