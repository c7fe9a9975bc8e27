import { EventEmitter } from "node:events"
import {
    type BoardInfo,
    type HandlerInfo,
    newLine,
    readHistory,
    type Run,
    type TaskStatus,
    TimedOutError,
} from "../../client/index.ts"
import { failureText } from "../../failure-text.ts"
import { readState } from "../../ota/index.ts"
import {
    type BoardState,
    type BoardSummary,
    type ConfigVersion,
    type Light,
    SAMPLE_MS,
    type Sample,
    type StreamEvents,
    type TaskView,
} from "../protocol.ts"
import type { BoardClient } from "./board-client.ts"
import { FlashSource } from "./flash-source.ts"
import { LightReader } from "./light-reader.ts"
import { LineHistory } from "./line-history.ts"
import { Samples } from "./samples.ts"
import type { SimulatedBoard } from "./simulated-board.ts"
import type { Sources } from "./sources.ts"

/** Shortest time between two questions for the tasks, in ms: changes may come in bursts. */
const SHORTEST_MS = 150
/** Time between them when nothing changes: while a page follows the board, and else, in ms. */
const WATCHED_MS = 1000
const UNWATCHED_MS = 4000
/** New lines are sent together, after this time in ms. */
const LINES_MS = 100
/** Pause before the log is read again after a failure, in ms. */
const RETRY_MS = 1000
/** Time between two questions for the configuration, in ms. */
const CONFIG_MS = 10_000
/** How far the computed start of one run may vary, in ms: answers take time. */
const RUN_SLACK_MS = 2000
/** Versions of the configuration that are remembered. */
const MAX_VERSIONS = 50

interface SessionEvents {
    state: [BoardState]
    lines: []
    sample: [Sample]
    light: [Light]
    tone: [StreamEvents["tone"]]
}

/** A board as the console keeps it: its state now, its lines and its figures of the last hour. */
export class Session extends EventEmitter<SessionEvents> {
    readonly id: string
    readonly board: BoardClient
    readonly sources: Sources
    readonly simulated: SimulatedBoard | undefined
    readonly flash: FlashSource
    readonly lines = new LineHistory()
    readonly samples = new Samples()
    /** Configurations that were seen, newest first. */
    readonly versions: ConfigVersion[] = []
    state: BoardState
    private readonly lightReader = new LightReader()
    private watchers = 0
    private closed = false
    private known = new Map<string, { requires: string[]; after: string[] }>()
    private knownNames = ""
    private lastLines: { at: number; next: number } | undefined
    private sampledAt = 0
    /** When the run began whose configuration was asked for, and when it is asked for again. */
    private configRun = 0
    private configAt = 0
    private linesTimer: NodeJS.Timeout | undefined
    private wakeUp = () => {}

    constructor(
        board: BoardClient,
        sources: Sources,
        simulated?: SimulatedBoard,
        stateFolder?: string
    ) {
        super()
        this.setMaxListeners(0)
        this.id = board.device
        this.board = board
        this.sources = sources
        this.simulated = simulated
        this.flash = new FlashSource(board, simulated, stateFolder)
        this.state = { id: this.id, isLost: false, tasks: [], handlers: [] }
    }

    /** Begins to ask the board and to follow its log. */
    start(): void {
        const wake = () => this.refresh()
        for (const event of ["tasks", "lost", "back"] as const)
            this.board.on(event, wake)
        this.simulated?.onChange(wake)
        this.board.on("led", brightness => {
            if (this.lightReader.see(performance.now(), brightness))
                this.emit("light", this.light)
        })
        this.board.on("tone", (hz, ms) => this.emit("tone", { hz, ms }))
        void this.keepAsking()
        void this.keepFollowing()
    }

    close(): void {
        this.closed = true
        clearTimeout(this.linesTimer)
        this.wakeUp()
        this.flash.close()
        this.removeAllListeners()
    }

    /** Somebody looks at the board. @returns how to take that back */
    watch(): () => void {
        this.watchers++
        this.refresh()
        return () => {
            this.watchers--
        }
    }

    /** Asks the board soon. */
    refresh(): void {
        this.wakeUp()
    }

    /** The LED as it is now. */
    get light(): Light {
        return this.lightReader.light
    }

    get summary(): BoardSummary {
        const { info, isLost, tasks, simulator } = this.state
        const off = simulator?.power === false
        return {
            id: this.id,
            // a board may say what it likes
            name: String(info?.hostname ?? this.id),
            state: off ? "off" : isLost ? "lost" : (info?.state ?? "starting"),
            failed: tasks.filter(({ state }) => state === "failed").length,
        }
    }

    /** Remembers a configuration, unless it was seen last. */
    see(version: ConfigVersion): void {
        const [last] = this.versions
        if (
            last?.version === version.version &&
            last.state === version.state &&
            last.hash === version.hash &&
            last.reason === version.reason
        )
            return
        this.setState({ config: version })
        this.versions.unshift(version)
        this.versions.length = Math.min(this.versions.length, MAX_VERSIONS)
    }

    private async keepAsking(): Promise<void> {
        while (!this.closed) {
            const asked = performance.now()
            const woken = new Promise<void>(resolve => {
                this.wakeUp = resolve
            })
            await this.ask()
            if (this.closed) return
            this.emit("state", this.state)
            const pause = this.watchers ? WATCHED_MS : UNWATCHED_MS
            await Promise.race([
                woken,
                after(pause - (performance.now() - asked)),
            ])
            await after(SHORTEST_MS - (performance.now() - asked))
        }
    }

    /** Brings the state up to date; a board that does not answer is lost, and keeps its last one. */
    private async ask(): Promise<void> {
        const simulator = this.simulated?.state
        if (!this.board.isUp || simulator?.power === false)
            return this.setState({ isLost: true, simulator })
        try {
            // the smallest question: its answer is late by as much as the board's loop. It goes
            // first, as the VM holds packets back after the first few
            const asked = performance.now()
            const { spec: levels } = await this.board.levels()
            const answerMs = performance.now() - asked
            const info = await this.board.info()
            const tasks = await this.board.tasks()
            const handlers = await this.board.handlers()
            await this.learnOptions(tasks)
            await this.learnConfig(info)
            await this.flash.learn(info)
            this.setState({
                isLost: false,
                info,
                tasks: tasks.map(task => this.view(task)),
                handlers,
                levels,
                simulator,
            })
            this.sample(info, handlers, answerMs)
        } catch (error) {
            this.setState({ isLost: error instanceof TimedOutError, simulator })
        }
    }

    private setState(changes: Partial<BoardState>): void {
        this.state = { ...this.state, ...changes }
    }

    /** Asks for the options of the tasks when there are other tasks than before. */
    private async learnOptions(tasks: TaskStatus[]): Promise<void> {
        const names = tasks.map(({ name }) => name).join("\n")
        if (names === this.knownNames) return
        this.known = new Map(
            (await this.board.options()).map(({ name, options }) => [
                name,
                {
                    requires: texts(options.requires),
                    after: texts(options.after),
                },
            ])
        )
        this.knownNames = names
    }

    /** Asks for the configuration now and then, of a board that has one, and after each start. */
    private async learnConfig({ uptime }: BoardInfo): Promise<void> {
        const now = Date.now()
        const startedAt = now - uptime
        const isOtherRun = startedAt - this.configRun > RUN_SLACK_MS
        if (isOtherRun) this.configRun = startedAt
        else if (now < this.configAt) return
        this.configAt = now + CONFIG_MS
        try {
            this.see({ at: now, ...(await readState(this.board)) })
        } catch (error) {
            if (error instanceof TimedOutError) throw error
            // a firmware without it
            this.configAt = Infinity
        }
    }

    private view(task: TaskStatus): TaskView {
        const { requires = [], after = [] } = this.known.get(task.name) ?? {}
        const failure =
            task.error &&
            failureText(task.error, text => this.sources.resolve(text))
        return { ...task, requires, after, failure }
    }

    private sample(
        info: BoardInfo,
        handlers: HandlerInfo[],
        answerMs: number
    ): void {
        const now = Date.now()
        if (now - this.sampledAt < SAMPLE_MS * 0.9) return
        this.sampledAt = now
        const values: Record<string, number> = {}
        if (info.next !== undefined) {
            const before = this.lastLines
            this.lastLines = { at: now, next: info.next }
            if (before && info.next >= before.next)
                values["lines/s"] =
                    ((info.next - before.next) * 1000) / (now - before.at)
        }
        for (const { name, account } of handlers) {
            values[`${name} queued`] = account.queued
            values[`${name} dropped`] = account.dropped
            if (account.connected === undefined) continue
            values[`${name} connected`] = Number(account.connected)
            values[`${name} in flight`] = account.sent ?? 0
        }
        values["answer ms"] = answerMs
        values.fibers = info.fibers
        if (info.flash) values["flash writes"] = info.flash.writes
        const erases = this.flash.counts?.erases
        if (erases !== undefined) values["flash erases"] = erases
        if (this.simulated?.state.collector !== undefined)
            values["collector connections"] = this.simulated.state.connections
        for (const [name, value] of Object.entries(info.figures ?? {}))
            if (typeof value === "number") values[name] = value
        this.emit("sample", this.samples.add(now, values))
    }

    /** Reads the log and goes on with its new lines, for ever. */
    private async keepFollowing(): Promise<void> {
        for (let isFirst = true; !this.closed; isFirst = false) {
            try {
                await this.follow(isFirst)
            } catch (error) {
                // a firmware without a ring has no lines to follow
                if ((error as Error).name === "UnsupportedError") return
            }
            await after(RETRY_MS)
        }
    }

    private async follow(isFirst: boolean): Promise<void> {
        const { board, lines } = this
        const history = await readHistory(board)
        let { startedAt } = history
        if (isFirst) {
            let boot: number | undefined
            for (const line of history.lines) {
                if (boot !== undefined && line.boot !== boot)
                    lines.addMark("the board started again", line.at)
                boot = line.boot
                this.addLine(line)
            }
        } else lines.addMark("the log is followed again")
        this.tellLines()
        const gap = (count: number) => {
            lines.addMark(
                `${count} lines were overwritten before they could be read`
            )
        }
        const restarted = (run: Run) => {
            startedAt = run.startedAt
            lines.addMark("the board started again")
            this.tellLines()
            this.refresh()
        }
        const news = board.follow({
            from: history.next,
            run: history,
            gap,
            restarted,
        })
        for await (const line of news) {
            if (this.closed) return
            this.addLine(newLine(line, startedAt))
        }
    }

    private addLine(line: Parameters<LineHistory["addLine"]>[0]): void {
        this.lines.addLine(line, text => this.sources.resolve(text))
        this.tellLines()
    }

    private tellLines(): void {
        this.linesTimer ??= setTimeout(() => {
            this.linesTimer = undefined
            this.emit("lines")
        }, LINES_MS)
    }
}

function texts(value: unknown): string[] {
    return Array.isArray(value) ? value.map(String) : []
}

function after(ms: number): Promise<void> {
    // the server keeps the process running, not its waiting
    return new Promise(resolve => setTimeout(resolve, Math.max(0, ms)).unref())
}
