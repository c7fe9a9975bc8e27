import {
    type Colour,
    isScreen,
    levelColour,
    type Paint,
    paintFor,
} from "../colour.ts"
import { printLive } from "../output.ts"
import { printable } from "../printable.ts"
import type { LogRecord } from "../record.ts"
import type { SimEvent } from "../sim/index.ts"
import { count, writesText } from "../words.ts"
import { type Account, summaryText } from "./account.ts"
import type { Filter } from "./filter.ts"
import { StatusLine } from "./status-line.ts"
import type { View } from "./view.ts"

const TIME_WIDTH = 8
/** Where the text begins in a line. */
const INDENT = TIME_WIDTH + 2
/** Narrower than that no line is wrapped: there would be nothing left to read. */
const MIN_WIDTH = 40

/** What a view needs to know of the run that it shows. */
export interface TextViewOptions {
    filter: Filter
    account: Account
    /** False: neither a status line nor a summary. */
    frame: boolean
    /** The board's name. */
    board: string
    /** There are several: each line has the name, and its time counts from their common start. */
    isOneOfMany?: boolean
    /** Where the board's state lies. */
    state: string
    /** How many tasks the board has; undefined when it does not tell. */
    tasks: () => number | undefined
    /** Whether the board has a network. */
    isLinkUp: () => boolean
}

/** The live view for people: a line for each event, its time counted from power-on. */
export class TextView implements View {
    private readonly options: TextViewOptions
    private readonly paint: Paint
    private readonly status: StatusLine | undefined

    constructor(options: TextViewOptions) {
        this.options = options
        this.paint = paintFor(process.stdout)
        if (options.frame && isScreen(process.stdout))
            this.status = new StatusLine(process.stdout, () => this.figures())
    }

    show(event: SimEvent, record: LogRecord | undefined, line: string): void {
        this.status?.see(event)
        if (event.event === "boot" && this.options.account.get().boots === 1)
            this.note(
                `times are seconds since power-on; the board's state lies in ${this.options.state}`
            )
        if (!this.options.filter(event, record)) return
        const [text, colour] = describe(event, record, line)
        const { isOneOfMany } = this.options
        this.print(isOneOfMany ? event.at : event.sincePowerOn, text, colour)
    }

    note(text: string): void {
        if (this.options.frame) this.print(undefined, text, "dim")
    }

    file(sincePowerOn: number | undefined, words: string): void {
        this.print(sincePowerOn, `▤ ${words}`, "blue")
    }

    close(): void {
        this.status?.close()
        const { account, frame, state } = this.options
        const summary = account.get()
        if (!frame || summary.boots === 0) return
        this.print(undefined, summaryText(summary), "bold")
        this.print(undefined, `state: ${state}`, "dim")
    }

    private print(
        ms: number | undefined,
        text: string,
        colour: Colour | undefined
    ): void {
        const seconds = ms === undefined ? "" : (ms / 1000).toFixed(2)
        const time = this.paint("dim", seconds.padStart(TIME_WIDTH))
        const { board, isOneOfMany } = this.options
        const name = isOneOfMany ? `${board} ` : ""
        const lines = wrap(printable(text), this.width() - name.length)
            .map(part => (colour ? this.paint(colour, part) : part))
            .join(`\n${" ".repeat(INDENT + name.length)}`)
        this.status?.clear()
        printLive(`${time}  ${name}${lines}`)
        this.status?.draw()
    }

    private width(): number {
        const { isTTY, columns } = process.stdout
        const width = isTTY ? columns - INDENT : Infinity
        return width >= MIN_WIDTH ? width : Infinity
    }

    private figures(): string {
        const { account, board } = this.options
        const { seconds, panics, messages, missing, writes } = account.get()
        const tasks = this.options.tasks()
        return [
            board,
            `up ${Math.round(seconds)} s`,
            ...(tasks === undefined ? [] : [count(tasks, "task")]),
            `${account.rate(performance.now()).toFixed(1)} lines/s`,
            `${count(messages, "message")} (${missing} missing)`,
            `link ${this.options.isLinkUp() ? "up" : "down"}`,
            count(writes, "flash write"),
            `LED ${account.led > 0 ? "●" : "○"}`,
            ...(panics ? [count(panics, "panic")] : []),
        ].join(" · ")
    }
}

/** An event in words, and its colour. */
function describe(
    event: SimEvent,
    record: LogRecord | undefined,
    line: string
): [text: string, colour?: Colour] {
    switch (event.event) {
        case "boot":
            return [`⏻ board ${event.deviceId} runs ${event.program}`, "bold"]
        case "console":
            return record
                ? [
                      `[${record.level.toUpperCase()}] [${record.topic}] ${record.message}`,
                      levelColour(record.level),
                  ]
                : [line]
        case "led":
            return event.brightness > 0
                ? [`● LED ${Math.round(event.brightness * 100)} %`, "yellow"]
                : ["○ LED off", "dim"]
        case "tone":
            return [`♪ ${event.hz} Hz for ${event.ms} ms`, "magenta"]
        case "syslog":
            return [`⇢ ${line}`, levelColour(record?.level) ?? "cyan"]
        case "flash":
            return [`▤ flash: ${writesText(event)} programmed`, "blue"]
        case "panic":
            return [
                `✗ PANIC ${event.code} (${event.meaning}); the program starts again in 5 s`,
                "red",
            ]
        case "end":
            return [`■ ${event.reason}`, "bold"]
    }
}

function wrap(text: string, width: number): string[] {
    const parts: string[] = []
    let rest = text
    while (rest.length > width) {
        const space = rest.lastIndexOf(" ", width)
        const end = space > width / 2 ? space : width
        parts.push(rest.slice(0, end))
        rest = rest.slice(end).trimStart()
    }
    return [...parts, rest]
}
