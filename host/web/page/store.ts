// The state of the page, from a stream of server-sent events, which reconnects by itself.
import { useEffect, useReducer } from "preact/hooks"
import {
    type BoardState,
    type BoardSummary,
    type Failure,
    KEPT_MS,
    type Light,
    type Sample,
    type SampleColumns,
    type StreamEvents,
} from "../protocol.ts"
import { LogModel } from "./log-model.ts"

/** Parts of the store that change on their own. */
type Part = "boards" | "state" | "lines" | "samples" | "light" | "server"

/** Pause before the stream is opened again after an answer that is none, in ms. */
const RETRY_MS = 1000

/** What the page shows of the boards. */
export class Store {
    boards: BoardSummary[] = []
    state: BoardState | undefined
    /** When the state came, as `performance.now()` tells it. */
    stateAt = 0
    samples: SampleColumns = { at: [], values: {} }
    light: Light = {}
    tone: StreamEvents["tone"] | undefined
    /** Whether the server answers. */
    isConnected = false
    readonly log = new LogModel()
    /** Why the server does not let this page in; undefined when it does, or does not answer. */
    refusal: string | undefined
    /** Called with each tone of the buzzer, if it is to be heard. */
    private play: ((hz: number, ms: number) => void) | undefined
    private source: EventSource | undefined
    private timer: ReturnType<typeof setTimeout> | undefined
    private readonly listeners = new Map<Part, Set<() => void>>()
    private board: string | undefined
    /** Id of the last event with lines, by which the server knows what this page has. */
    private lastId = ""

    constructor() {
        document.addEventListener("visibilitychange", () => this.look())
    }

    /** Follows a board; without an id the list of boards only. */
    follow(board: string | undefined): void {
        this.board = board
        this.lastId = ""
        this.state = undefined
        this.samples = { at: [], values: {} }
        this.light = {}
        this.tone = undefined
        this.log.reset([])
        this.disconnect()
        this.look()
        for (const part of ["state", "lines", "samples", "light"] as const)
            this.tell(part)
    }

    /** Has the buzzer's tones played, also while nobody sees the page; undefined: no longer. */
    setSound(play: ((hz: number, ms: number) => void) | undefined): void {
        this.play = play
        this.look()
    }

    /**
     * A page that nobody sees or hears follows nothing: the browser keeps six connections to a server
     * for all its tabs, and a stream takes one of them.
     */
    private look(): void {
        if (document.visibilityState === "hidden" && !this.play)
            this.disconnect()
        else if (!this.source) this.connect()
    }

    private disconnect(): void {
        this.source?.close()
        this.source = undefined
        clearTimeout(this.timer)
    }

    private connect(): void {
        const { board, lastId } = this
        this.disconnect()
        const query = new URLSearchParams({
            ...(board && { board }),
            ...(lastId && { after: lastId }),
        })
        const source = new EventSource(`api/events?${query}`)
        this.source = source
        source.onopen = () => this.setConnected(true)
        source.onerror = () => {
            this.setConnected(false)
            // the browser itself does so only when there was no answer, not after a wrong one
            if (source.readyState === EventSource.CLOSED)
                this.timer = setTimeout(() => void this.retry(source), RETRY_MS)
        }
        const on = <N extends keyof StreamEvents>(
            name: N,
            take: (data: StreamEvents[N]) => void,
            part: Part
        ) =>
            source.addEventListener(name, event => {
                const { data, lastEventId } = event as MessageEvent<string>
                this.lastId = lastEventId
                take(JSON.parse(data))
                this.tell(part)
            })
        on("boards", boards => (this.boards = boards), "boards")
        on("state", state => this.takeState(state), "state")
        on("reset", lines => this.log.reset(lines), "lines")
        on("lines", lines => this.log.add(lines), "lines")
        on("history", columns => (this.samples = columns), "samples")
        on("sample", sample => this.takeSample(sample), "samples")
        on("light", light => (this.light = light), "light")
        on("tone", tone => this.takeTone(tone), "light")
    }

    /** Opens a stream that the server has refused again, and says why it did. */
    private async retry(source: EventSource): Promise<void> {
        const refusal = await whyRefused(source.url)
        if (source !== this.source) return
        this.refusal = refusal
        this.tell("server")
        this.connect()
    }

    /** Calls `listener` when a part changes. @returns how to stop that */
    subscribe(part: Part, listener: () => void): () => void {
        const known = this.listeners.get(part) ?? new Set()
        this.listeners.set(part, known.add(listener))
        return () => known.delete(listener)
    }

    tell(part: Part): void {
        for (const listener of this.listeners.get(part) ?? []) listener()
    }

    private setConnected(isConnected: boolean): void {
        if (isConnected === this.isConnected) return
        this.isConnected = isConnected
        this.refusal = undefined
        this.tell("server")
    }

    private takeState(state: BoardState): void {
        this.state = state
        this.stateAt = performance.now()
    }

    private takeSample({ at, values }: Sample): void {
        const { samples } = this
        const names = new Set([
            ...Object.keys(samples.values),
            ...Object.keys(values),
        ])
        const count = samples.at.length
        const oldest = samples.at.findIndex(one => one > at - KEPT_MS)
        const from = oldest < 0 ? count : oldest
        this.samples = {
            at: [...samples.at, at].slice(from),
            values: Object.fromEntries(
                [...names].map(name => {
                    const before =
                        samples.values[name] ?? new Array(count).fill(null)
                    return [name, [...before, values[name] ?? null].slice(from)]
                })
            ),
        }
    }

    private takeTone(tone: StreamEvents["tone"]): void {
        this.tone = tone
        this.play?.(tone.hz, tone.ms)
    }
}

/** What the server says against a stream; undefined when it lets it in, or says nothing. */
async function whyRefused(url: string): Promise<string | undefined> {
    const end = new AbortController()
    try {
        const response = await fetch(url, { signal: end.signal })
        if (response.ok) return undefined
        return ((await response.json()) as Failure).error.message
    } catch {
        return undefined
    } finally {
        end.abort()
    }
}

export const store = new Store()

/** Draws a component again when a part of the store changes, at most once a frame. */
export function useStore(...parts: Part[]): Store {
    const [, draw] = useReducer<number, void>(count => count + 1, 0)
    useEffect(() => {
        let frame = 0
        const soon = () => {
            frame ||= requestAnimationFrame(() => {
                frame = 0
                draw()
            })
        }
        const ends = parts.map(part => store.subscribe(part, soon))
        return () => {
            cancelAnimationFrame(frame)
            for (const end of ends) end()
        }
    }, [])
    return store
}
