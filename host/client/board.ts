import { randomInt } from "node:crypto"
import { EventEmitter, setMaxListeners } from "node:events"
import { setTimeout as pause } from "node:timers/promises"
import { programDevice } from "../bus/index.ts"
import { nearest } from "../nearest.ts"
import { DrivenParts } from "./driven-parts.ts"
import { RemoteError } from "./errors.ts"
import {
    type FollowOptions,
    followRing,
    presentRun,
    type Run,
    runAfter,
} from "./follow.ts"
import type { BusPacket, Link } from "./link.ts"
import {
    Event,
    type Item,
    MAX_ARGUMENT_BYTES,
    MAX_ARGUMENTS,
    type OperationName,
    REQUEST,
    SERVICE_INDEX,
} from "./protocol.ts"
import { Requests } from "./requests.ts"
import type {
    BoardInfo,
    FileInfo,
    FileLine,
    HandlerInfo,
    LevelInfo,
    RingLine,
    RingPart,
    SettingInfo,
    TaskOptionsInfo,
    TaskStats,
    TaskStatus,
} from "./types.ts"

/** How long a board is asked to send events, and how often, in s. */
const WATCH_S = 20
const WATCH_AGAIN_MS = 8000
/** Slots of flash in one request: each read takes some 20 ms, all must end in FIRST_SILENCE_MS. */
const SLOTS_AT_ONCE = 8
/** Most bytes that a value in flash takes. */
const MAX_SLOT_BYTES = 232
/** Bytes of a configuration in one request: two digits each, beside offset and total. */
const OFFER_BYTES = 96

/** Most requests of one change of settings, as the board has it. */
const MAX_SET_PARTS = 16
/** How often a change is sent again when another one came in between, after a pause of up to, ms. */
const SET_TRIES = 5
const SET_PAUSE_MS = 500
/** Bytes of the mark of such a request, with one more: `=16.999999`. */
const SET_MARK_BYTES = 11

/** Events that a board sends. */
export interface BoardEvents {
    /** There are new lines; the index of the next one. */
    lines: [number]
    /** A task was added or removed, or changed its state. */
    tasks: []
    /** The connection was lost, or is back. */
    lost: []
    back: []
    /** The program has set the LED of its heartbeat, to a brightness from 0 to 1. */
    led: [number]
    /** It has told the buzzer to play: frequency in Hz, 0 for silence, and duration in ms. */
    tone: [number, number]
}

/**
 * A board that runs fiberd, over its remote service. All methods throw `RemoteError` for what
 * the board refuses and `TimedOutError` when it does not answer.
 */
export class Board extends EventEmitter<BoardEvents> {
    /** The board's device id, 16 hex digits. */
    readonly device: string
    /** Filters all texts of answers, except settings, which are edited and compared. */
    textFilter: ((text: string) => string) | undefined
    private readonly link: Link
    private readonly server: string
    private readonly requests: Requests
    private watching: NodeJS.Timeout | undefined
    /** Aborted by `close`. */
    private readonly ended = new AbortController()
    private readonly parts: DrivenParts
    private readonly onPacket = (packet: BusPacket) => this.take(packet)
    private readonly onLost = () => this.emit("lost")
    private readonly onBack = () => {
        if (this.watching) void this.askForEvents()
        this.emit("back")
    }

    constructor(link: Link, device: string) {
        super()
        setMaxListeners(0, this, this.ended.signal)
        this.device = device
        this.link = link
        this.server = programDevice(device)
        this.requests = new Requests(payload =>
            link.send(this.server, SERVICE_INDEX, REQUEST, payload)
        )
        this.parts = new DrivenParts(device, {
            led: brightness => this.emit("led", brightness),
            tone: (hz, ms) => this.emit("tone", hz, ms),
        })
        link.on("packet", this.onPacket)
        link.on("lost", this.onLost)
        link.on("back", this.onBack)
    }

    /** Whether the board can be reached now, as far as the connection tells. */
    get isUp(): boolean {
        return this.link.isUp
    }

    async info(): Promise<BoardInfo> {
        return (await this.one("Info")) as BoardInfo
    }

    /** States of the tasks that match any of the patterns, of all when there is none. */
    async tasks(...patterns: string[]): Promise<TaskStatus[]> {
        return (await this.values("Tasks", patterns)) as TaskStatus[]
    }

    async stats(...patterns: string[]): Promise<TaskStats[]> {
        return (await this.values("Stats", patterns)) as TaskStats[]
    }

    /** The options in force of tasks. */
    async options(...patterns: string[]): Promise<TaskOptionsInfo[]> {
        return (await this.values("Options", patterns)) as TaskOptionsInfo[]
    }

    /**
     * Lines of the ring.
     * @param from index of the first one; negative: counted from the end
     */
    async lines(from = 0, count?: number): Promise<RingPart> {
        const args = count === undefined ? [from] : [from, count]
        const [head, ...items] = await this.request("Lines", args.map(String))
        const [first, next, uptime] = head!.value as number[]
        const lines = items.map(({ value, text }): RingLine => ({
            index: value as number,
            text,
        }))
        return { lines, first: first!, next: next!, uptime: uptime! }
    }

    async files(): Promise<FileInfo[]> {
        return (await this.values("Files")) as FileInfo[]
    }

    /** Lines of a file of the flash log, those after a cursor. */
    async file(name: string, after = -1): Promise<FileLine[]> {
        const items = await this.request("File", [name, String(after)])
        return items.map(({ value, text }) => {
            const [cursor, level, time, isWall] = value as [
                number,
                number,
                number,
                boolean,
            ]
            return { cursor, level, time, isWall, text }
        })
    }

    async levels(): Promise<LevelInfo> {
        return (await this.one("Levels")) as LevelInfo
    }

    /** Sets the level specification, as `info debug@net`. */
    async setLevels(spec: string): Promise<void> {
        await this.request("Level", [spec])
    }

    async handlers(): Promise<HandlerInfo[]> {
        return (await this.values("Handlers")) as HandlerInfo[]
    }

    async settings(): Promise<SettingInfo[]> {
        return (await this.values("Settings")) as SettingInfo[]
    }

    /** Sets settings, all or none; undefined brings back the default. */
    async set(values: Record<string, string | undefined>): Promise<void> {
        await this.setAll(values).catch((error: Error) => {
            error.message = withoutLine(error.message, values)
            throw error
        })
    }

    private async setAll(
        values: Record<string, string | undefined>
    ): Promise<void> {
        const texts = Object.entries(values).map(([key, value]) =>
            value === undefined ? key : `${key}=${value}`
        )
        const [first, ...more] = groups(texts)
        if (!first) return
        if (!more.length) return void (await this.request("Set", first))
        const parts = groups(texts, MAX_ARGUMENTS - 1, SET_MARK_BYTES)
        if (parts.length > MAX_SET_PARTS)
            throw new RangeError(
                `${texts.length} settings are more than a board takes at once`
            )
        const { boot } = await this.info()
        for (let tries = SET_TRIES; !(await this.setParts(parts)); tries--) {
            // the change may have ended the program, and would end it again
            if ((await this.info()).boot !== boot)
                throw new RemoteError(
                    "RestartError",
                    "the board restarted while it took the change, which is not sent again"
                )
            if (!tries) throw new RemoteError("PartError", "busy, try again")
            await pause(Math.random() * SET_PAUSE_MS)
        }
    }

    /** @returns false when the parts of another client's change came in between */
    private async setParts(parts: string[][]): Promise<boolean> {
        // by their mark the board tells changes apart
        const mark = `=${parts.length}.${randomInt(1e6)}`
        let isWhole = false
        for (const part of parts) {
            isWhole = true
            await this.request("Set", [mark, ...part]).catch((error: Error) => {
                if (error.name !== "PartError") throw error
                isWhole = false
            })
        }
        return isWhole
    }

    /** The state of the configuration: version, hash, state, reason. */
    async config(): Promise<unknown> {
        return this.one("Config")
    }

    /** The bytes that slots of the flash store take, in whole words of 8; 0 for an empty one. */
    async slots(keys: readonly string[]): Promise<number[]> {
        const sizes: number[] = []
        for (const group of groups(keys, SLOTS_AT_ONCE))
            for (const size of await this.values("Slots", group))
                sizes.push(checkedSize(size))
        return sizes
    }

    /** Offers a configuration file. */
    async offer(file: Uint8Array): Promise<void> {
        const sender = String(randomInt(1e6))
        for (let at = 0; at < file.length; at += OFFER_BYTES) {
            const part = Buffer.from(file.subarray(at, at + OFFER_BYTES))
            await this.request("Offer", [
                String(at),
                String(file.length),
                part.toString("hex"),
                sender,
            ])
        }
    }

    async start(...patterns: string[]): Promise<void> {
        await this.request("Start", patterns)
    }

    /** Stops tasks and waits for their ends. */
    async stop(...patterns: string[]): Promise<void> {
        await this.request("Stop", patterns)
    }

    async restart(...patterns: string[]): Promise<void> {
        await this.request("Restart", patterns)
    }

    async enable(...patterns: string[]): Promise<void> {
        await this.request("Enable", patterns)
    }

    async disable(...patterns: string[]): Promise<void> {
        await this.request("Disable", patterns)
    }

    /** Sets the wall clock; Unix time in ms. */
    async setTime(unixMs: number): Promise<void> {
        await this.request("Time", [String(Math.round(unixMs))])
    }

    /** Begins safe mode, in which only core tasks run, or ends it. */
    async safeMode(on: boolean): Promise<void> {
        await this.request("SafeMode", [on ? "1" : "0"])
    }

    async reboot(): Promise<void> {
        await this.request("Reboot", [])
    }

    /** Asks for events until `close`: `lines` and `tasks`. */
    async watch(): Promise<void> {
        if (this.watching || this.ended.signal.aborted) return
        this.watching = setInterval(
            () => void this.askForEvents(),
            WATCH_AGAIN_MS
        )
        await this.request("Watch", [String(WATCH_S)])
    }

    /**
     * The lines of the ring from an index on, and then each new one. After a restart of the
     * board they go on with its first line. A connection that is lost is waited for.
     * `close` ends the loop.
     * @throws the reason of the signal, once it is aborted
     */
    follow(options: FollowOptions = {}): AsyncGenerator<RingLine> {
        return followRing(this, this.ended.signal, options)
    }

    /** The present run of the firmware. */
    run(): Promise<Run> {
        return presentRun(this)
    }

    /** The present run, if the firmware has started again since another one. */
    runAfter(before: Run): Promise<Run | undefined> {
        return runAfter(this, before)
    }

    /** Ends what this client does with the board; the connection stays. */
    close(): void {
        clearInterval(this.watching)
        this.link.off("packet", this.onPacket)
        this.link.off("lost", this.onLost)
        this.link.off("back", this.onBack)
        this.requests.close()
        this.ended.abort()
    }

    /**
     * Carries out an operation of services/fiberd.md.
     * @throws RemoteError, TimedOutError
     */
    async request(
        operation: OperationName,
        args: readonly string[] = []
    ): Promise<Item[]> {
        let items: Item[]
        try {
            items = await this.requests.carryOut(operation, args)
        } catch (error) {
            throw await this.withNearTask(error as Error)
        }
        const { textFilter } = this
        return textFilter && operation !== "Settings"
            ? (mapTexts(items, textFilter) as Item[])
            : items
    }

    /** An error that says that there is no such task, with the task whose name is near. */
    private async withNearTask(error: Error): Promise<Error> {
        const name = /^no task "(.*)"$/.exec(error.message)?.[1]
        if (name === undefined || error.name !== "UnknownTaskError")
            return error
        // what the board has answered counts, also when it is gone now
        const tasks = await this.tasks().catch((): TaskStatus[] => [])
        const near = nearest(
            name,
            tasks.map(task => task.name)
        )
        return near
            ? new RemoteError(error.name, `${error.message}; near: ${near}`)
            : error
    }

    private async one(operation: OperationName): Promise<unknown> {
        const [item] = await this.request(operation)
        return item?.value
    }

    private async values(
        operation: OperationName,
        args: readonly string[] = []
    ): Promise<unknown[]> {
        return (await this.request(operation, args)).map(item => item.value)
    }

    private async askForEvents(): Promise<void> {
        try {
            await this.request("Watch", [String(WATCH_S)])
        } catch {
            // the board is away; it is asked again
        }
    }

    private take(packet: BusPacket): void {
        this.parts.take(packet)
        if (
            packet.deviceIdentifier !== this.server ||
            packet.isCommand ||
            packet.serviceIndex !== SERVICE_INDEX
        )
            return
        if (packet.isEvent) this.takeEvent(packet)
        else if (packet.serviceCommand === REQUEST)
            this.requests.take(packet.data)
    }

    private takeEvent({ eventCode, data }: BusPacket): void {
        if (eventCode === Event.Tasks) this.emit("tasks")
        else if (eventCode === Event.Lines)
            this.emit("lines", Buffer.from(data).readUInt32LE(0))
    }
}

/** A copy of a value in which each text, names of fields included, went through `change`. */
function mapTexts(value: unknown, change: (text: string) => string): unknown {
    if (typeof value === "string") return change(value)
    if (Array.isArray(value)) return value.map(one => mapTexts(one, change))
    if (typeof value !== "object" || value === null) return value
    return Object.fromEntries(
        Object.entries(value).map(([key, one]) => [
            change(key),
            mapTexts(one, change),
        ])
    )
}

/** @throws RemoteError for what is no size of a value */
function checkedSize(size: unknown): number {
    if (
        typeof size === "number" &&
        Number.isInteger(size) &&
        size >= 0 &&
        size <= MAX_SLOT_BYTES
    )
        return size
    throw new RemoteError(
        "AnswerError",
        `a slot has 0 to ${MAX_SLOT_BYTES} bytes, the board reported ${JSON.stringify(size)}`
    )
}

/**
 * Groups texts so that each group fits into a request, of `most` at most, with some bytes left.
 * @throws RangeError for a text that does not fit into a request by itself
 */
function groups(
    texts: readonly string[],
    most = MAX_ARGUMENTS,
    left = 0
): string[][] {
    const result: string[][] = [[]]
    const whole = MAX_ARGUMENT_BYTES - left
    let room = whole
    for (const text of texts) {
        const bytes = Buffer.byteLength(text) + 1
        if (bytes > whole) {
            // without the value, which may be a secret
            const [key = ""] = text.split("=", 1)
            const head = Buffer.byteLength(key) + 2
            throw new RangeError(
                `${key}: a value of ${bytes - head} bytes, at most ${whole - head} can be sent`
            )
        }
        const { length } = result.at(-1)!
        if (length === most || (bytes > room && length)) {
            result.push([])
            room = whole
        }
        result.at(-1)!.push(text)
        room -= bytes
    }
    return result.filter(group => group.length)
}

/**
 * What the board says of a setting that was sent, without the line of its own settings file, which
 * whoever sent it does not see.
 */
function withoutLine(
    message: string,
    sent: Record<string, string | undefined>
): string {
    const [start, key] =
        /^settings file: (\w+) \(line \d+\): /.exec(message) ?? []
    const isSent = key !== undefined && sent[key] !== undefined
    return isSent ? `${key}: ${message.slice(start!.length)}` : message
}
