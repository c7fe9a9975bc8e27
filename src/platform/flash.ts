import * as ds from "@devicescript/core"
import { settings } from "@devicescript/settings"
import { namedError } from "./errors"
import { Jobs, runExclusive } from "./exclusive"
import { resumeFiber } from "./fibers"

/** Longest key that the VM's store takes, in bytes. */
export const MAX_KEY_BYTES = 13
/** Longest value of a slot, in bytes: above about 228 bytes of key and value the VM panics natively. */
export const MAX_VALUE_BYTES = 200
/** How long a read may take before it counts as failed, ms; about 15 ms are usual. */
const READ_TIMEOUT_MS = 2000

/** Counts of the requests to the flash store. */
export interface FlashStats {
    /** Reads since boot. */
    reads: number
    /** Writes since boot. */
    writes: number
    /** Bytes of the values written since boot, without the store's own overhead. */
    bytes: number
}

/** A small key-value store that survives a reset. Keys are those of `slots.ts` and of settings. */
export interface FlashSlots {
    readonly stats: FlashStats
    /** The flash logs of this store, and what they know of its slots; only they use these. */
    logs?: unknown[]
    logSlots?: number[]
    /**
     * Reads a slot.
     * @returns the value, or undefined for a slot that was never written or is empty
     * @throws FlashError when the key is empty or too long, or the store does not answer; Error when
     * too many requests are queued
     */
    read(key: string): Promise<Buffer | undefined>
    /**
     * Writes a slot. The VM does not acknowledge it: read it back where it matters.
     * @param key 1 to MAX_KEY_BYTES
     * @param value at most MAX_VALUE_BYTES
     * @throws FlashError when the key or the value is out of its limits; Error when too many requests
     * are queued
     */
    write(key: string, value: Buffer): Promise<void>
}

/** The error `FlashError`: a request that the flash store cannot serve. The message names the slot. */
export function flashError(key: string, problem: string): Error {
    return namedError("FlashError", `flash slot "${key}": ${problem}`)
}

/** Most requests that may be queued or running; one more is refused. */
const MAX_REQUESTS = 64

// A VM has one settings service, so its state belongs to this module and not to an object.
const requests: Jobs = []
const logs: unknown[] = []
const logSlots: number[] = []
/** Key of the read under way, empty when there is none; undefined before the first one. */
let awaitedKey: string
let answer: Buffer
let reader: ds.Fiber

/**
 * The VM's settings service, one request at a time: two reads of one key at once would make the
 * VM's library panic. A separate fiber talks to the service while requests are queued, so that
 * a caller that is terminated meanwhile leaves nothing locked.
 * @devsWhenUsed
 */
export class SettingsFlash implements FlashSlots, FlashStats {
    reads = 0
    writes = 0
    bytes = 0
    /** This object itself: a second one would take 84 bytes of heap. */
    readonly stats: FlashStats = this
    readonly logs = logs
    readonly logSlots = logSlots

    async read(key: string): Promise<Buffer | undefined> {
        checkSlot(key, undefined)
        this.reads++
        return await request(async () => await get(key))
    }

    async write(key: string, value: Buffer): Promise<void> {
        checkSlot(key, value)
        await request(async () => await settings.set(key, value))
        this.writes++
        this.bytes += value.length
    }
}

/** Carries out a request when those before it have ended. */
async function request<T>(job: () => Promise<T>): Promise<T> {
    return await runExclusive(requests, "flash", job, MAX_REQUESTS)
}

async function get(key: string): Promise<Buffer | undefined> {
    if (awaitedKey === undefined) settings.report().subscribe(report)
    answer = undefined
    awaitedKey = key
    reader = ds.Fiber.self()
    await settings.get(key)
    if (!answer) await ds.suspend(READ_TIMEOUT_MS)
    awaitedKey = ""
    if (!answer) throw flashError(key, "the store does not answer")
    return answer.length ? answer : undefined
}

function report(packet: ds.Packet): void {
    if (!awaitedKey || packet.spec.name !== "get") return
    const [key, value] = packet.decode()
    if (key !== awaitedKey) return
    answer = value ?? Buffer.alloc(0)
    resumeFiber(reader)
}

/** Checks a key and a value. @throws FlashError for one out of its limits */
export function checkSlot(key: string, value: Buffer | undefined): void {
    if (!key || key.byteLength > MAX_KEY_BYTES)
        throw flashError(key, `key must have 1 to ${MAX_KEY_BYTES} bytes`)
    if (value && value.length > MAX_VALUE_BYTES)
        throw flashError(
            key,
            `value of ${value.length} bytes, at most ${MAX_VALUE_BYTES} fit`
        )
}
