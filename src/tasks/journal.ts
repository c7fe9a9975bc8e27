import * as ds from "@devicescript/core"
import { BOOT_SLOT, Clock, FlashSlots } from "../platform"
import { Journal, LastEnd, STABLE_MS } from "./options"

/** Bytes of the record, see `encode`. */
const RECORD_BYTES = 12
/** First byte of the record; another one means another layout. */
const LAYOUT = 1
/** A run began, and is not known to have lasted. */
const RUNNING = 1
/** A run began and has lasted. */
const STABLE = 2
/** The firmware restarts on purpose: the record is the next boot's, written in advance. */
const PREPARED = 3

/**
 * The VM keeps its clock when it restarts the program, so the time between two starts tells what
 * lay between them. A chip that starts anew begins at 0, and runs the program 1.1 s later. A
 * restart on purpose takes 1 s, one after a panic 5 s.
 */
const SLOWEST_RESTART_MS = 3000
/** The program cannot have started again sooner than this after a start. */
const SHORTEST_GAP_MS = 900
/** Unit of times in the record, in ms: 13 years fit into 32 bits. */
const TIME_UNIT_MS = 100

interface BootRecord {
    state: number
    /** Short starts in a row before the boot. */
    shortStarts: number
    number: number
    /** Monotonic time of the start, or of the writing in advance, in ms. */
    at: number
}

/**
 * Boot number, how the last run ended, and how many starts in a row were short (T17, T18).
 *
 * Flash: at most two writes per boot, of 12 bytes each. One at the start, which a restart on
 * purpose makes in advance for the boot to come; one when the run has lasted. What cannot be
 * known from inside the VM is the code of a panic: the host's console has it.
 * @devsWhenUsed
 */
export class BootJournal implements Journal {
    /** Number of this boot, from 1; 0 until `open` has read the flash. */
    boot = 0
    lastEnd: LastEnd = "first"
    /** Starts in a row before this one that were short. */
    shortStarts = 0
    /** Time of this start of the program, in ms; undefined until `open`. */
    startedAt: number

    /**
     * @param stableMs a start is short unless it lasts this long, in ms; may be changed at any time
     * @param countPower whether a short start that ended with the power counts: not in the
     *     simulator, where that is how somebody who tries things out ends the program
     */
    constructor(
        private readonly flash: FlashSlots,
        private readonly clock: Clock,
        public stableMs = STABLE_MS,
        private readonly countPower = !ds.isSimulator()
    ) {}

    /**
     * Reads what the last run left and records this start, before anything else runs. Only the
     * first call does so.
     */
    async open(): Promise<void> {
        if (this.startedAt !== undefined) return
        const { clock } = this
        // the program may have waited long before it gets here
        this.startedAt =
            clock.startedAt === undefined ? clock.millis() : clock.startedAt
        const last = decode(await this.flash.read(BOOT_SLOT))
        this.boot = 1
        const isPrepared = last && this.judge(last)
        if (!isPrepared) await this.write(RUNNING, this.boot, this.startedAt)
    }

    /** Records that this run has lasted: the short starts before it are over. */
    async markStable(): Promise<void> {
        this.shortStarts = 0
        await this.write(STABLE, this.boot, this.startedAt)
    }

    /** Records a restart on purpose. Restart right after it. */
    async markRestart(): Promise<void> {
        this.shortStarts = 0
        await this.write(PREPARED, this.boot + 1, this.clock.millis())
    }

    /** @returns true when the record of this start has been written in advance */
    private judge(last: BootRecord): boolean {
        const gap = this.startedAt - last.at
        const isSameChipRun = gap >= SHORTEST_GAP_MS
        if (
            last.state === PREPARED &&
            isSameChipRun &&
            gap < SLOWEST_RESTART_MS
        ) {
            this.boot = last.number
            this.lastEnd = "restart"
            return true
        }
        this.boot = last.number + 1
        this.lastEnd = isSameChipRun ? "panic" : "power"
        if (last.state === STABLE) this.shortStarts = 0
        else {
            const counts = isSameChipRun || this.countPower
            this.shortStarts = last.shortStarts + (counts ? 1 : 0)
        }
        return false
    }

    private async write(
        state: number,
        boot: number,
        at: number
    ): Promise<void> {
        const { shortStarts } = this
        const record = encode({ state, shortStarts, number: boot, at })
        await this.flash.write(BOOT_SLOT, record)
    }
}

/** u8 layout, u8 state, u8 short starts, u8 0, u32 boot, u32 time in 100 ms; little-endian. */
function encode(record: BootRecord): Buffer {
    const buffer = Buffer.alloc(RECORD_BYTES)
    buffer[0] = LAYOUT
    buffer[1] = record.state
    buffer[2] = Math.min(record.shortStarts, 255)
    buffer.setAt(4, "u32", record.number)
    buffer.setAt(8, "u32", Math.floor(record.at / TIME_UNIT_MS))
    return buffer
}

/** The record in a slot, or undefined for none or a foreign one. */
function decode(buffer: Buffer): BootRecord | undefined {
    if (!buffer || buffer.length !== RECORD_BYTES || buffer[0] !== LAYOUT)
        return undefined
    return {
        state: buffer[1],
        shortStarts: buffer[2],
        number: buffer.getAt(4, "u32"),
        at: buffer.getAt(8, "u32") * TIME_UNIT_MS,
    }
}
