import * as ds from "@devicescript/core"
import { BOOT_SLOT, Clock, FlashSlots } from "../platform"
import { Journal, LastEnd, STABLE_MS } from "./options"

/** Bytes of the record, see `write`. */
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
 * lay between them. A chip that was reset begins at 0, and runs the program 1.1 s later. A
 * restart on purpose takes 1 s, one after a panic 5 s.
 */
const SLOWEST_RESTART_MS = 3000
/** The program cannot have started again sooner than this after a start. */
const SHORTEST_GAP_MS = 900
/** Unit of times in the record, in ms: 13 years fit into 32 bits. */
const TIME_UNIT_MS = 100

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
     *     simulator, where a user ends the program that way
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
        const last = await this.flash.read(BOOT_SLOT)
        this.boot = 1
        if (last && last.length === RECORD_BYTES && last[0] === LAYOUT) {
            const state = last[1]
            const gap = this.startedAt - last.getAt(8, "u32") * TIME_UNIT_MS
            const isSameChipRun = gap >= SHORTEST_GAP_MS
            this.boot = last.getAt(4, "u32")
            if (
                state === PREPARED &&
                isSameChipRun &&
                gap < SLOWEST_RESTART_MS
            ) {
                // the record of this start has been written in advance
                this.lastEnd = "restart"
                return
            }
            this.boot++
            this.lastEnd = isSameChipRun ? "panic" : "power"
            if (state !== STABLE) this.shortStarts = last[2]
            if (state !== STABLE && (isSameChipRun || this.countPower))
                this.shortStarts++
        }
        await write(this, this.flash, RUNNING, this.boot, this.startedAt)
    }

    /** Records that this run has lasted: the short starts before it are over. */
    async markStable(): Promise<void> {
        this.shortStarts = 0
        await write(this, this.flash, STABLE, this.boot, this.startedAt)
    }

    /** Records a restart on purpose. Restart right after it. */
    async markRestart(): Promise<void> {
        const now = this.clock.millis()
        this.shortStarts = 0
        await write(this, this.flash, PREPARED, this.boot + 1, now)
    }
}

/** u8 layout, u8 state, u8 short starts, u8 0, u32 boot, u32 time in 100 ms; little-endian. */
async function write(
    journal: Journal,
    flash: FlashSlots,
    state: number,
    boot: number,
    at: number
): Promise<void> {
    const record = Buffer.alloc(RECORD_BYTES)
    record[0] = LAYOUT
    record[1] = state
    record[2] = Math.min(journal.shortStarts, 255)
    record.setAt(4, "u32", boot)
    record.setAt(8, "u32", Math.floor(at / TIME_UNIT_MS))
    await flash.write(BOOT_SLOT, record)
}
