import type { IncomingMessage, ServerResponse } from "node:http"
import type { BoardState, Light, Sample, StreamEvents } from "../protocol.ts"
import type { Session } from "./session.ts"
import type { Sessions } from "./sessions.ts"

/** A page that reads too slowly is cut off at this size, in bytes; it comes back and gets what is kept. */
const MAX_WAITING_BYTES = 8 << 20
/** A connection without news gets a comment this often, so that a dead one is noticed, in ms. */
const ALIVE_MS = 10_000
/** The list of boards changes slowly and is sent at most this often, in ms. */
const BOARDS_MS = 500

/**
 * Sends a page the list of boards, and of one board its state, its lines and its figures, as they
 * change; a board that has not been seen yet is followed from then on. The id of an event is that
 * of the board's line history and the number of the next line: a page that comes back with it, in the
 * header `Last-Event-ID` or as `after`, gets only the lines that it has not had.
 */
export class Stream {
    private readonly response: ServerResponse
    private readonly sessions: Sessions
    private readonly endings: (() => void)[] = []
    private nextLine = 0
    private shownBoards = ""

    constructor(
        request: IncomingMessage,
        response: ServerResponse,
        sessions: Sessions,
        query: URLSearchParams
    ) {
        const board = query.get("board")
        this.response = response
        this.sessions = sessions
        response.writeHead(200, {
            "content-type": "text/event-stream",
            "cache-control": "no-store",
            // nginx would keep news back until it has 8 KB of them
            "x-accel-buffering": "no",
        })
        response.on("close", () => this.end())
        const alive = setInterval(() => this.write(":\n\n"), ALIVE_MS)
        const boards = setInterval(() => this.sendBoards(), BOARDS_MS)
        this.endings.push(
            () => clearInterval(alive),
            () => clearInterval(boards)
        )
        this.write("retry: 1000\n\n")
        // of a connection that the browser opens again, or the page does
        const lastId = String(
            request.headers["last-event-id"] ?? query.get("after")
        )
        const look = () => {
            const session = sessions.find(board)
            if (!session) return
            sessions.off("added", look)
            this.follow(session, lastId)
        }
        sessions.on("added", look)
        this.endings.push(() => sessions.off("added", look))
        this.sendBoards()
        look()
    }

    /** Ends the connection. */
    close(): void {
        this.response.destroy()
    }

    private follow(session: Session, lastId: string): void {
        const [id, next] = lastId.split(".")
        const isKnown = id === session.lines.id
        this.nextLine = isKnown ? Number(next) || 0 : 0
        this.send("state", session.state)
        this.send("history", session.samples.columns())
        this.sendLines(session, isKnown ? "lines" : "reset")
        const tellState = (state: BoardState) => this.send("state", state)
        const tellSample = (sample: Sample) => this.send("sample", sample)
        const tellLines = () => this.sendLines(session, "lines")
        const tellLight = (light: Light) => this.send("light", light)
        const tellTone = (tone: StreamEvents["tone"]) => this.send("tone", tone)
        this.send("light", session.light)
        session.on("state", tellState)
        session.on("sample", tellSample)
        session.on("lines", tellLines)
        session.on("light", tellLight)
        session.on("tone", tellTone)
        this.endings.push(
            () => session.off("state", tellState),
            () => session.off("sample", tellSample),
            () => session.off("lines", tellLines),
            () => session.off("light", tellLight),
            () => session.off("tone", tellTone),
            session.watch()
        )
    }

    private sendBoards(): void {
        const boards = this.sessions.summaries()
        const text = JSON.stringify(boards)
        if (text === this.shownBoards) return
        this.shownBoards = text
        this.send("boards", boards)
    }

    private sendLines(session: Session, event: "reset" | "lines"): void {
        const lines = session.lines.since(this.nextLine)
        this.nextLine = session.lines.next
        if (event === "lines" && lines.length === 0) return
        this.write(`id: ${session.lines.id}.${this.nextLine}\n`)
        this.send(event, lines)
    }

    private send<N extends keyof StreamEvents>(
        event: N,
        data: StreamEvents[N]
    ): void {
        this.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
    }

    private write(text: string): void {
        if (this.response.writableLength > MAX_WAITING_BYTES) this.close()
        else this.response.write(text)
    }

    private end(): void {
        for (const ending of this.endings.splice(0)) ending()
    }
}
