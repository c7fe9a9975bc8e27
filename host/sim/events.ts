import type { Framing } from "./framing.ts"

/**
 * What a simulator tells, by event; `at` (ms since start) is added to each, and `sincePowerOn`
 * (ms) once the board has power.
 */
export interface SimEvents {
    /** The program started on the board, also after a panic. */
    boot: { deviceId: string; program: string }
    /** A line of the device's console. */
    console: { text: string }
    /** LED brightness, 0 to 1, when it changes. */
    led: { brightness: number }
    tone: { hz: number; ms: number }
    /** A message that the embedded collector took whole. */
    syslog: { line: string; framing: Framing }
    /** Flash writes and bytes programmed since the simulator started; at most once a second. */
    flash: { writes: number; bytes: number }
    panic: { code: number; meaning: string }
    end: { reason: string }
}

export type SimEventName = keyof SimEvents

/** One event, as `--json` prints it. */
export type SimEvent<N extends SimEventName = SimEventName> = {
    [K in N]: { event: K; at: number; sincePowerOn?: number } & SimEvents[K]
}[N]

/**
 * A wait goes by the board's own time, so that a busy machine is no failure. A board that has no
 * power, or hangs, is waited for this many times as long on the host's clock.
 */
const SLOWEST = 10

/** An event that was waited for did not come. */
export class EventTimeout extends Error {
    constructor(event: string, ms: number, seen: number) {
        super(
            `no matching "${event}" event within ${ms} ms of the board's time (${seen} "${event}" events came)`
        )
        this.name = "EventTimeout"
    }
}

type Listener = (event: SimEvent) => void

/** Keeps the last events and tells listeners of new ones. */
export class EventLog {
    private readonly started: number
    private readonly listeners = new Set<Listener>()
    private readonly kept: SimEvent[] = []
    private readonly limit: number
    private powerOnAt: number | undefined
    private ran = 0
    private readonly waiting = new Set<() => void>()

    /**
     * @param limit how many events are kept for `past` and `waitFor`
     * @param started what times count from, as `performance.now()` tells it
     */
    constructor(limit: number, started = performance.now()) {
        this.limit = limit
        this.started = started
    }

    /** Ms since start. */
    get at(): number {
        return Math.round(performance.now() - this.started)
    }

    /** Ms since the power came on last; undefined before the first time. */
    get sincePowerOn(): number | undefined {
        return this.powerOnAt === undefined
            ? undefined
            : this.at - this.powerOnAt
    }

    /** Counts `sincePowerOn` from now. */
    markPowerOn(): void {
        this.powerOnAt = this.at
    }

    /** How long the board has run since this simulator started, in ms of its own time. */
    get boardTime(): number {
        return this.ran
    }

    /** Records that the board has run for another `ms`. */
    countTime(ms: number): void {
        this.ran += ms
        for (const look of [...this.waiting]) look()
    }

    emit<N extends SimEventName>(event: N, data: SimEvents[N]): void {
        const { at, sincePowerOn } = this
        const entry = { event, at, sincePowerOn, ...data } as SimEvent
        this.kept.push(entry)
        if (this.kept.length > this.limit) this.kept.shift()
        for (const listener of [...this.listeners]) listener(entry)
    }

    /** Calls `listener` for each event; returns how to stop that. */
    onEvent(listener: Listener): () => void {
        this.listeners.add(listener)
        return () => this.listeners.delete(listener)
    }

    /** The events kept so far, of one kind, from `since` (ms) on. */
    past<N extends SimEventName>(name: N, since = 0): SimEvent<N>[] {
        return this.kept.filter(
            (entry): entry is SimEvent & SimEvent<N> =>
                isNamed(entry, name) && entry.at >= since
        )
    }

    /** The lines of the device's console so far. */
    get consoleLines(): string[] {
        return this.past("console").map(event => event.text)
    }

    /** The messages at the embedded collector so far. */
    get syslogLines(): string[] {
        return this.past("syslog").map(event => event.line)
    }

    /**
     * Waits for an event that `matches`; one that came before counts, from `since` (ms) on.
     * @throws EventTimeout after `timeoutMs` of the board's own time
     */
    waitFor<N extends SimEventName>(
        name: N,
        matches: (event: SimEvent<N>) => boolean = () => true,
        timeoutMs = 10_000,
        since = 0
    ): Promise<SimEvent<N>> {
        const found = this.past(name, since).find(matches)
        if (found) return Promise.resolve(found)
        return new Promise((resolve, reject) => {
            const end = this.ran + timeoutMs
            const settle = (action: () => void) => {
                clearTimeout(timer)
                this.waiting.delete(look)
                stop()
                action()
            }
            const fail = () => {
                const seen = this.past(name, since).length
                settle(() => reject(new EventTimeout(name, timeoutMs, seen)))
            }
            const look = () => {
                if (this.ran >= end) fail()
            }
            this.waiting.add(look)
            const stop = this.onEvent(entry => {
                if (isNamed(entry, name) && matches(entry))
                    settle(() => resolve(entry))
            })
            const timer = setTimeout(fail, timeoutMs * SLOWEST)
        })
    }
}

function isNamed<N extends SimEventName>(
    entry: SimEvent,
    name: N
): entry is SimEvent & SimEvent<N> {
    return entry.event === name
}
