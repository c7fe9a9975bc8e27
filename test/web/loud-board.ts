// A board without a simulator: what the console sees of it is a stand-in.
import { EventEmitter } from "node:events"
import { setTimeout as sleep } from "node:timers/promises"
import type {
    BoardEvents,
    RingLine,
    TaskStatus,
} from "../../host/client/index.ts"
import type { BoardClient } from "../../host/web/index.ts"

const LEVELS = ["INFO", "INFO", "DEBUG", "INFO", "WARNING", "ERROR"]

/** A stand-in for a board, which logs as many lines as the test wants. */
export class LoudBoard
    extends EventEmitter<BoardEvents>
    implements BoardClient
{
    readonly device: string
    private readonly hostname: string
    readonly isUp = true
    private readonly started = Date.now()
    private waiting: RingLine[] = []
    count = 0
    private isClosed = false

    constructor(number: number, hostname = `board-${number}`) {
        super()
        this.hostname = hostname
        this.device = number.toString(16).padStart(4, "0").padEnd(16, "0")
    }

    log(lines: number): void {
        for (let i = 0; i < lines; ++i) {
            const index = this.count++
            const level = LEVELS[index % LEVELS.length]
            const time = ((Date.now() - this.started) / 1000).toFixed(3)
            const text = `${time} [${level}] [task${index % 7}.service] line ${index} of ${this.device}`
            this.waiting.push({ index, text })
        }
    }

    async info() {
        return {
            device: this.device,
            hostname: this.hostname,
            access: 2,
            state: "running",
            states: { running: 1 },
            uptime: Date.now() - this.started,
            safe: false,
            tasks: 1,
            fibers: 1,
            left: 0,
            first: this.count,
            next: this.count,
        }
    }

    async tasks(): Promise<TaskStatus[]> {
        const ago = Date.now() - this.started
        const task = { name: "task1", state: "running" as const, since: 0, ago }
        return [{ ...task, runs: 1 }]
    }

    async lines() {
        const next = this.count
        const uptime = Date.now() - this.started
        return { lines: [], first: next, next, uptime }
    }

    async *follow(): AsyncGenerator<RingLine> {
        while (!this.isClosed) {
            const { waiting } = this
            this.waiting = []
            yield* waiting
            await sleep(20)
        }
    }

    close(): void {
        this.isClosed = true
    }

    stats = async () => []
    options: BoardClient["options"] = async () => []
    files = async () => []
    file = async () => []
    levels = async () => ({ spec: "info" })
    handlers = async () => []
    settings = async () => []
    slots = async () => []
    config: BoardClient["config"] = async () => undefined
    request = async () => []
    set = async () => {}
    setLevels = async () => {}
    offer = async () => {}
    start = async () => {}
    stop: BoardClient["stop"] = async () => {}
    restart = async () => {}
    enable = async () => {}
    disable = async () => {}
    setTime = async () => {}
    safeMode = async () => {}
    reboot = async () => {}
    run = async () => ({ startedAt: 0 })
    runAfter = async () => undefined
    watch = async () => {}
}
