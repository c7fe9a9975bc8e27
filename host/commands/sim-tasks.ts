import type { Board, BusWatch } from "../client/index.ts"
import type { Simulator } from "../sim/index.ts"

/** How often the board is asked, in ms. */
const ASK_MS = 5000

/** Counts the tasks of a simulated board that serves fiberctl, for as long as it is shown. */
export class TaskCount {
    private bus: BusWatch | undefined
    private board: Board | undefined
    private timer: NodeJS.Timeout | undefined
    private isClosed = false
    private known: number | undefined

    /** How many tasks there are; undefined for a program that does not tell. */
    get value(): number | undefined {
        return this.known
    }

    /** Joins the bus of a simulator that has started. */
    async start(sim: Simulator): Promise<void> {
        const { watchBus } = await import("../client/index.ts")
        this.bus = await watchBus(
            { bus: `127.0.0.1:${sim.busPort}` },
            board => {
                this.board = board
                void this.ask()
            }
        )
        if (this.isClosed) return this.close()
        this.timer = setInterval(() => void this.ask(), ASK_MS).unref()
    }

    async close(): Promise<void> {
        this.isClosed = true
        clearInterval(this.timer)
        const { bus } = this
        this.bus = undefined
        await bus?.close()
    }

    private async ask(): Promise<void> {
        try {
            this.known = (await this.board?.tasks())?.length
        } catch {
            // it restarts, or is busy: what was known stays until the next time
        }
    }
}
