import { emitKeypressEvents } from "node:readline"
import { isScreen, paintFor } from "../colour.ts"
import { TimedOutError } from "../client/errors.ts"
import type { Board } from "../client/index.ts"
import { type BoardOptions, printJson, withBoard } from "./board.ts"
import { onEndSignal } from "./signals.ts"
import { summarise } from "./status-text.ts"
import {
    chosenTask,
    renderTop,
    SORTS,
    type TopSample,
    type TopView,
    visibleTasks,
} from "./top-screen.ts"

/** Options of `fiberctl top`. */
export interface TopOptions extends BoardOptions {
    once?: boolean
}

/** How often the board is asked, in ms. */
const REFRESH_MS = 1000
/** Time without an answer after which a board is shown as lost, in ms. */
const LOST_MS = 3000
/** Size of a terminal that tells none. */
const COLUMNS = 80
const ROWS = 24
/** The alternate screen, without a cursor; and back. */
const ENTER = "\x1b[?1049h\x1b[?25l"
const LEAVE = "\x1b[?25h\x1b[?1049l"
const HELP = "arrows choose  s stop/start  r restart  o sort  / filter  q quit"

/** Runs `fiberctl top`, once where there is no terminal. */
export async function runTop(options: TopOptions): Promise<void> {
    await withBoard(options, async ({ board }) => {
        const { stdin, stdout } = process
        if (options.json) return printJson(await readSample(board))
        if (options.once || !isScreen(stdout) || !stdin.isTTY) {
            const sample = await readSample(board)
            const size = { columns: stdout.columns || 120, rows: 10_000 }
            const lines = renderTop(
                sample,
                undefined,
                newView(),
                size,
                paintFor(stdout)
            )
            console.log(lines.join("\n").trimEnd())
        } else await new LiveTop(board).run()
    })
}

function newView(): TopView {
    return { sort: "name", filter: "", note: "", isLost: false }
}

async function readSample(board: Board): Promise<TopSample> {
    return {
        at: Date.now(),
        summary: summarise(await board.info()),
        tasks: await board.tasks(),
        stats: await board.stats(),
        handlers: await board.handlers(),
    }
}

/** What readline says of a key. */
interface Key {
    name?: string
    sequence: string
    ctrl: boolean
}

/** The live view: asks, draws, and takes keys until `q`. */
class LiveTop {
    private readonly board: Board
    private readonly view: TopView = { ...newView(), note: HELP }
    private sample: TopSample | undefined
    private before: TopSample | undefined
    private isFiltering = false
    private wake = () => {}
    private done = false
    /** Settles when the user, or a signal, ends the view. */
    private readonly ended: Promise<void>
    private end!: () => void

    constructor(board: Board) {
        this.board = board
        this.ended = new Promise(resolve => (this.end = resolve))
    }

    async run(): Promise<void> {
        const { stdin, stdout } = process
        const onKey = (_: string | undefined, key: Key) => void this.key(key)
        const onResize = () => this.draw()
        const onChange = () => this.wake()
        emitKeypressEvents(stdin)
        stdin.setRawMode(true)
        stdin.on("keypress", onKey)
        stdin.resume()
        stdout.on("resize", onResize)
        stdout.write(ENTER)
        for (const event of ["tasks", "lost", "back"] as const)
            this.board.on(event, onChange)
        const offSignals = onEndSignal((_, exitCode) => {
            process.exitCode = exitCode
            this.end()
        })
        try {
            // a board that does not answer holds up nobody
            await Promise.race([this.ended, this.follow()])
        } finally {
            this.done = true
            this.wake()
            offSignals()
            stdout.write(LEAVE)
            stdout.off("resize", onResize)
            stdin.off("keypress", onKey)
            stdin.setRawMode(false)
            stdin.pause()
        }
    }

    private async follow(): Promise<void> {
        await this.board.watch()
        while (!this.done) await this.refresh()
    }

    private async refresh(): Promise<void> {
        this.view.isLost = !this.board.isUp
        if (!this.view.isLost) {
            const late = setTimeout(() => {
                this.view.isLost = true
                this.draw()
            }, LOST_MS)
            try {
                const sample = await readSample(this.board)
                this.before = this.sample
                this.sample = sample
                this.view.isLost = false
            } catch (error) {
                if (!(error instanceof TimedOutError)) throw error
                this.view.isLost = true
            } finally {
                clearTimeout(late)
            }
        }
        if (this.done) return
        this.draw()
        await new Promise<void>(resolve => {
            const timer = setTimeout(resolve, REFRESH_MS)
            this.wake = () => {
                clearTimeout(timer)
                resolve()
            }
        })
    }

    private draw(): void {
        if (!this.sample || this.done) return
        const { stdout } = process
        // a serial console, or a container, may not tell a size
        const size = {
            columns: stdout.columns || COLUMNS,
            rows: stdout.rows || ROWS,
        }
        const lines = renderTop(
            this.sample,
            this.before,
            this.view,
            size,
            paintFor(stdout)
        )
        // each line is cleared to its end, the screen below the last
        const rows = lines.map(line => `${line}\x1b[K`).join("\r\n")
        stdout.write(`\x1b[H${rows}\x1b[J`)
    }

    private async key(key: Key): Promise<void> {
        if (key.ctrl && key.name === "c") return this.end()
        if (this.isFiltering) return this.filterKey(key)
        if (key.name === "q") return this.end()
        if (key.name === "up") this.choose(-1)
        if (key.name === "down") this.choose(1)
        if (key.name === "o") this.nextSort()
        if (key.sequence === "/") this.askForFilter()
        this.draw()
        if (key.name === "s" || key.name === "r") await this.act(key.name)
    }

    private choose(step: number): void {
        if (!this.sample) return
        const names = visibleTasks(this.sample, this.view).map(t => t.name)
        const at = names.indexOf(this.view.chosen ?? "")
        this.view.chosen =
            names[Math.max(0, Math.min(names.length - 1, at + step))]
    }

    private nextSort(): void {
        const at = SORTS.indexOf(this.view.sort)
        this.view.sort = SORTS[(at + 1) % SORTS.length]!
        this.view.note = `sorted by ${this.view.sort}`
    }

    private askForFilter(): void {
        this.isFiltering = true
        this.view.filter = ""
        this.view.note = "filter: "
    }

    private filterKey({ name, sequence }: Key): void {
        const { view } = this
        if (name === "return" || name === "escape") {
            this.isFiltering = false
            if (name === "escape") view.filter = ""
            view.note = view.filter ? `filter: ${view.filter}` : HELP
        } else {
            view.filter =
                name === "backspace"
                    ? view.filter.slice(0, -1)
                    : view.filter + printable(sequence)
            view.note = `filter: ${view.filter}`
        }
        this.draw()
    }

    /** Stops or starts the chosen task, or restarts it. */
    private async act(key: string): Promise<void> {
        const { view, sample, board } = this
        const task = sample && chosenTask(sample, view)
        if (!task) {
            view.note = "choose a task by the arrow keys first"
            return this.draw()
        }
        const isLive = ["running", "starting", "scheduled", "waiting"].includes(
            task.state
        )
        const verb = key === "r" ? "restart" : isLive ? "stop" : "start"
        view.note = `${verb} ${task.name} ...`
        this.draw()
        try {
            await board[verb](task.name)
            view.note = `${verb} ${task.name}: done`
        } catch (error) {
            view.note = `${verb} ${task.name}: ${(error as Error).message}`
        }
        this.wake()
    }
}

function printable(text: string): string {
    return /^[\x20-\x7e]$/.test(text) ? text : ""
}
