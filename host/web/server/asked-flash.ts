import { type BoardInfo, readSlots, TimedOutError } from "../../client/index.ts"
import { computedMap, type FlashMap } from "../../flash/index.ts"
import type { BoardClient } from "./board-client.ts"

/** Shortest time between two readings of the slots, in ms: they take the board some seconds. */
const READ_MS = 30_000
/** Names of the errors of a firmware that does not report its slots. */
const SILENT = ["UnsupportedError", "UnknownOperationError"]

/** The flash of a board whose store nobody can read: what its firmware tells of its slots. */
export class AskedFlash {
    private readonly board: BoardClient
    private readonly began = performance.now()
    private sizes: Map<string, number> | undefined
    private problem: Error | undefined
    /** What the firmware had written when the slots were read, and when that was. */
    private readWrites = 0
    private readAt = 0
    /** Account of the firmware's writes: of its run up to now, and of all since the begin. */
    private last: { writes: number; bytes: number } | undefined
    private readonly written = { writes: 0, bytes: 0 }

    constructor(board: BoardClient) {
        this.board = board
    }

    /**
     * Takes what the board tells of itself, and asks for the slots if those have changed.
     * @throws TimedOutError
     */
    async learn({ flash }: BoardInfo): Promise<void> {
        if (!flash) return
        this.count(flash)
        const now = performance.now()
        const isRead = this.sizes !== undefined || this.problem !== undefined
        if (isRead && flash.writes === this.readWrites) return
        if (isRead && now - this.readAt < READ_MS) return
        this.readAt = now
        this.readWrites = flash.writes
        try {
            this.sizes = await readSlots(this.board)
            this.problem = undefined
        } catch (error) {
            if (error instanceof TimedOutError) throw error
            this.problem = error as Error
        }
    }

    /** The map as of the last reading; undefined before that, and where it failed. */
    get map(): FlashMap | undefined {
        if (!this.sizes) return undefined
        const { sizes, written, began } = this
        return computedMap(sizes, written, performance.now() - began)
    }

    /** Why there is no map; undefined when it has only not been asked for yet. */
    get failure(): string | undefined {
        const { problem } = this
        if (!problem) return undefined
        return SILENT.includes(problem.name)
            ? "The firmware of this board does not tell what lies in its flash."
            : problem.message
    }

    /** A run begins with its account at zero. */
    private count(now: { writes: number; bytes: number }): void {
        const { last, written } = this
        if (last) {
            const from = now.writes < last.writes ? NOTHING : last
            written.writes += now.writes - from.writes
            written.bytes += now.bytes - from.bytes
        }
        this.last = now
    }
}

const NOTHING = { writes: 0, bytes: 0 }
