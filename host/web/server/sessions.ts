import { EventEmitter } from "node:events"
import {
    type BusWatch,
    type ConnectOptions,
    NoBoardError,
    watchBus,
} from "../../client/index.ts"
import { printable } from "../../printable.ts"
import type { BoardSummary } from "../protocol.ts"
import type { BoardClient } from "./board-client.ts"
import { Session } from "./session.ts"
import type { SimulatedBoard } from "./simulated-board.ts"
import { Sources } from "./sources.ts"

/** A bus that is not there is looked for this often, in ms. */
const LOOK_MS = 1000
/** Most boards that are kept. */
const MAX_BOARDS = 256

/** What the console knows of the simulator that it runs in. */
export interface OwnSimulator {
    /** By device id, as far as it has started. */
    find(device: string): SimulatedBoard | undefined
    /** The debug information of what runs now. */
    debugFile(): string | undefined
}

/** The boards of a bus, each with its session; a bus that is away is waited for. */
export class Sessions extends EventEmitter<{ added: [] }> {
    private readonly sessions = new Map<string, Session>()
    private readonly options: ConnectOptions
    private readonly own: OwnSimulator | undefined
    private bus: BusWatch | undefined
    private timer: NodeJS.Timeout | undefined
    private closed = false

    constructor(options: ConnectOptions, own?: OwnSimulator) {
        super()
        this.setMaxListeners(0)
        this.options = options
        this.own = own
    }

    /** Joins the bus, now or as soon as it is there. @returns why it is not there yet, if so */
    async start(): Promise<string | undefined> {
        try {
            const bus = await watchBus(this.options, board => {
                board.textFilter = printable
                this.add(board)
            })
            if (this.closed) await bus.close()
            else this.bus = bus
            return undefined
        } catch (error) {
            if (!(error instanceof NoBoardError)) throw error
            if (!this.closed)
                this.timer = setTimeout(() => void this.start(), LOOK_MS)
            return error.message
        }
    }

    /** The board of an id; without one the only board, or the first. */
    find(id: string | null): Session | undefined {
        if (id !== null) return this.sessions.get(id)
        return this.ordered()[0]
    }

    summaries(): BoardSummary[] {
        return this.ordered().map(({ summary }) => summary)
    }

    async close(): Promise<void> {
        this.closed = true
        clearTimeout(this.timer)
        for (const session of this.sessions.values()) session.close()
        await this.bus?.close()
    }

    /** Begins to keep a board. */
    add(board: BoardClient): void {
        if (this.sessions.size >= MAX_BOARDS) return
        const sources = new Sources(
            () => this.own?.debugFile() ?? this.bus?.simulator()?.debugFile
        )
        const session = new Session(
            board,
            sources,
            this.own?.find(board.device),
            this.options.state
        )
        this.sessions.set(board.device, session)
        session.start()
        this.emit("added")
    }

    private ordered(): Session[] {
        return [...this.sessions.values()].sort((a, b) =>
            a.summary.name.localeCompare(b.summary.name, "en", {
                numeric: true,
            })
        )
    }
}
