import * as ds from "@devicescript/core"
import { settings } from "@devicescript/settings"
import { resumeFiber, Signal } from "./fibers"

/** Longest key the VM's store takes. */
export const MAX_KEY_BYTES = 13
/** Longest value we write: above about 228 bytes of key and value the VM panics natively. */
export const MAX_VALUE_BYTES = 200
/** How long a read may take before it counts as failed; about 15 ms are usual. */
const READ_TIMEOUT_MS = 2000

/** What was asked of the flash store since start. */
export interface FlashStats {
    reads: number
    writes: number
    /** Bytes of the values written, without the store's own overhead. */
    bytes: number
}

/** A small key-value store that survives a reset. Keys come from `slots.ts` or the settings schema. */
export interface FlashSlots {
    readonly stats: FlashStats
    /**
     * Reads a slot.
     * @returns the value, or undefined for a slot that was never written or is empty
     * @throws FlashError when the store does not answer
     */
    read(key: string): Promise<Buffer | undefined>
    /**
     * Writes a slot. The VM does not acknowledge it: read it back where it matters.
     * @throws FlashError when the key or the value is too long
     */
    write(key: string, value: Buffer): Promise<void>
}

/**
 * A request that the flash store cannot serve; the message names the slot.
 * @devsWhenUsed
 */
export class FlashError extends Error {
    constructor(key: string, problem: string) {
        super(`flash slot "${key}": ${problem}`)
        this.name = "FlashError"
    }
}

interface Request {
    key: string
    /** The value to write; undefined for a read. */
    value: Buffer
    result: Buffer
    error: string
    done: Signal
}

/**
 * The VM's settings service, one request at a time: two reads of one key at once would panic
 * inside the VM's own library. A fiber of its own, there while requests wait, talks to the
 * service, so a caller that is terminated while it waits leaves nothing locked.
 * @devsWhenUsed
 */
export class SettingsFlash implements FlashSlots {
    readonly stats: FlashStats = { reads: 0, writes: 0, bytes: 0 }
    private readonly queue: Request[] = []
    private worker: ds.Fiber
    /** Key of the read under way, empty when there is none; undefined before the first request. */
    private awaitedKey: string
    private answer: Buffer

    async read(key: string): Promise<Buffer | undefined> {
        const value = await this.request(key, undefined)
        return value && value.length ? value : undefined
    }

    async write(key: string, value: Buffer): Promise<void> {
        await this.request(key, value)
    }

    private async request(key: string, value: Buffer): Promise<Buffer> {
        checkSlot(key, value)
        const request: Request = {
            key,
            value,
            result: undefined,
            error: undefined,
            done: new Signal(),
        }
        this.queue.push(request)
        if (!this.worker) this.start()
        await request.done.wait()
        if (request.error) throw new FlashError(key, request.error)
        return request.result
    }

    private start(): void {
        const self = this
        if (this.awaitedKey === undefined)
            settings.report().subscribe(packet => self.report(packet))
        this.awaitedKey = ""
        this.worker = this.run.start()
    }

    private async run(): Promise<void> {
        while (this.queue.length) {
            const request = this.queue.shift()
            try {
                if (request.value) await this.set(request)
                else request.result = await this.get(request.key)
            } catch (e: any) {
                request.error = e.message || "failed"
            }
            request.done.notify()
        }
        this.worker = undefined
    }

    private async set({ key, value }: Request): Promise<void> {
        await settings.set(key, value)
        this.stats.writes++
        this.stats.bytes += value.length
    }

    private async get(key: string): Promise<Buffer> {
        this.stats.reads++
        this.answer = undefined
        this.awaitedKey = key
        await settings.get(key)
        if (!this.answer) await ds.suspend(READ_TIMEOUT_MS)
        this.awaitedKey = ""
        if (!this.answer) throw new Error("the store does not answer")
        return this.answer
    }

    private report(packet: ds.Packet): void {
        if (!this.awaitedKey || packet.spec.name !== "get") return
        const [key, value] = packet.decode()
        if (key !== this.awaitedKey) return
        this.answer = value || Buffer.alloc(0)
        resumeFiber(this.worker)
    }
}

/** @throws FlashError for a key or a value that the store does not take */
function checkSlot(key: string, value: Buffer | undefined): void {
    if (!key || key.byteLength > MAX_KEY_BYTES)
        throw new FlashError(key, `key must have 1 to ${MAX_KEY_BYTES} bytes`)
    if (value && value.length > MAX_VALUE_BYTES)
        throw new FlashError(
            key,
            `value of ${value.length} bytes, at most ${MAX_VALUE_BYTES} fit`
        )
}

/**
 * Flash in RAM, for tests: the same limits and the same answers, gone at the next start.
 * @devsWhenUsed
 */
export class MemoryFlash implements FlashSlots {
    readonly stats: FlashStats = { reads: 0, writes: 0, bytes: 0 }
    readonly slots: Record<string, Buffer> = {}

    async read(key: string): Promise<Buffer | undefined> {
        this.stats.reads++
        // the real store always waits; without it a scan would run into the VM's step limit
        await ds.sleep(0)
        const value = this.slots[key]
        return value && value.length ? value : undefined
    }

    async write(key: string, value: Buffer): Promise<void> {
        checkSlot(key, value)
        this.stats.writes++
        this.stats.bytes += value.length
        this.slots[key] = value.slice()
    }
}
