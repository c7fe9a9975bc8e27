import * as ds from "@devicescript/core"
import { BOOT_SLOT, Clock, FlashSlots } from "../platform"
import { Journal, LastEnd, STABLE_MS } from "./options"

/** Size of the record in bytes; `write` describes its layout. */
const RECORD_BYTES = 12
/** First byte of the record. A record with another first byte is ignored. */
const LAYOUT = 1
/** State: the run has begun, and has not lasted `stableMs` yet. */
const RUNNING = 1
/** State: the run has lasted `stableMs`. */
const STABLE = 2
/** State: a restart on purpose follows. */
const RESTARTING = 3

/**
 * A restart on purpose takes at most this long: 1 s is usual, after a panic it is 5 s. The VM keeps
 * its clock when it restarts the program, so the time between two starts shows what happened. A
 * chip that was reset begins at 0 and runs the program 1.1 s later.
 */
const SLOWEST_RESTART_MS = 3000
/** Two starts of the program without a reset of the chip are at least this far apart. */
const SHORTEST_GAP_MS = 900
/** Unit of the time in the record, in ms: 32 bits last 13 years. */
const TIME_UNIT_MS = 100

/**
 * Boot number, how the last run ended, and how many starts in a row were short (T17, T18).
 *
 * Flash: at most two writes of 12 bytes per boot, one at the start and one when the run has lasted
 * `stableMs`; a restart on purpose takes one more. The code of a panic is unknown inside the VM; the
 * host's console shows it.
 * @devsWhenUsed
 */
export class BootJournal implements Journal {
    /** Number of this boot, from 1; 0 until `open` has read the flash. */
    boot = 0
    lastEnd: LastEnd = "first"
    /** Short starts in a row before this one; 0 once this run has lasted `stableMs`. */
    shortStarts = 0
    /** Uptime when the program was started, in ms; undefined until `open`. */
    startedAt: number

    /**
     * @param stableMs a start is short unless it lasts this long, in ms; may be changed at any time
     * @param countPower whether a short start that ended by a reset of the chip counts: not in the
     *     simulator, where a user ends the program that way
     */
    constructor(
        private readonly flash: FlashSlots,
        private readonly clock: Clock,
        public stableMs = STABLE_MS,
        private readonly countPower = !ds.isSimulator()
    ) {}

    /**
     * Reads what the last run left and records this start. Call it before the tasks run; once that
     * is done, further calls do nothing.
     * @throws FlashError when the flash does not answer
     */
    async open(): Promise<void> {
        if (this.boot > 0) return
        const { clock } = this
        // the program may have waited for long before this call
        this.startedAt = clock.startedAt ?? clock.millis()
        const last = await this.flash.read(BOOT_SLOT)
        this.boot = 1
        if (last && last.length === RECORD_BYTES && last[0] === LAYOUT) {
            const state = last[1]
            const gap = this.startedAt - last.getAt(8, "u32") * TIME_UNIT_MS
            const isSameChipRun = gap >= SHORTEST_GAP_MS
            this.boot = last.getAt(4, "u32") + 1
            this.lastEnd = isSameChipRun ? "panic" : "power"
            this.shortStarts = last[2]
            if (
                state === RESTARTING &&
                isSameChipRun &&
                gap < SLOWEST_RESTART_MS
            )
                this.lastEnd = "restart"
            else if (state !== STABLE && (isSameChipRun || this.countPower))
                this.shortStarts++
        }
        await this.write(RUNNING)
    }

    /** Records that this run has lasted `stableMs`, and clears the count of short starts. */
    async markStable(): Promise<void> {
        this.shortStarts = 0
        await this.write(STABLE)
    }

    /**
     * Records a restart on purpose. Restart at once after it: the time between is measured.
     * @param isFailure whether a failure is the reason: then this start counts as short if it was
     */
    async markRestart(isFailure?: boolean): Promise<void> {
        const now = this.clock.millis()
        const isShort = isFailure && now - this.startedAt < this.stableMs
        this.shortStarts = isShort ? this.shortStarts + 1 : 0
        this.startedAt = now
        await this.write(RESTARTING)
    }

    /**
     * Writes the record: u8 layout, u8 state, u8 short starts, u8 0, u32 boot, u32 time of the start
     * or of the restart, in units of 100 ms; little-endian.
     */
    private async write(state: number): Promise<void> {
        const record = Buffer.alloc(RECORD_BYTES)
        record[0] = LAYOUT
        record[1] = state
        record[2] = Math.min(this.shortStarts, 255)
        record.setAt(4, "u32", this.boot)
        record.setAt(8, "u32", Math.floor(this.startedAt / TIME_UNIT_MS))
        await this.flash.write(BOOT_SLOT, record)
    }
}
