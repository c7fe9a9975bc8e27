import { lineColour, type Paint, paintFor } from "../colour.ts"
import type { SimEvent } from "./events.ts"

/** Severities of RFC 5424 by number. */
const SEVERITIES =
    "emergency alert critical error warning notice info debug".split(" ")

/** The live view of a simulator for people: one line for each thing that happens. */
export class Screen {
    private readonly stream: NodeJS.WriteStream
    private readonly paint: Paint
    private readonly resolve: (line: string) => string

    /** @param resolve puts file and line in place of stack frames */
    constructor(stream: NodeJS.WriteStream, resolve: (line: string) => string) {
        this.stream = stream
        this.resolve = resolve
        this.paint = paintFor(stream)
    }

    /** Shows an event. */
    show(event: SimEvent): void {
        const line = this.describe(event)
        if (line !== undefined) this.line(event.at, line)
    }

    /** Shows a word of the simulator's own. */
    note(at: number, text: string): void {
        this.line(at, this.paint("dim", text))
    }

    /** Shows what became of a log file in flash. */
    file(at: number, words: string): void {
        this.line(at, this.paint("blue", `▤ ${words}`))
    }

    private line(at: number, text: string): void {
        const seconds = (at / 1000).toFixed(2).padStart(8)
        this.stream.write(`${this.paint("dim", seconds)}  ${text}\n`)
    }

    private describe(event: SimEvent): string | undefined {
        const { paint } = this
        switch (event.event) {
            case "boot":
                return paint(
                    "bold",
                    `⏻ board ${event.deviceId} runs ${event.program}`
                )
            case "console":
                return this.console(this.resolve(event.text))
            case "led":
                return event.brightness > 0
                    ? paint("yellow", `● LED ${percent(event.brightness)}`)
                    : paint("dim", "○ LED off")
            case "tone":
                return paint("magenta", `♪ ${event.hz} Hz for ${event.ms} ms`)
            case "syslog":
                return this.syslog(event.line)
            case "flash":
                return paint(
                    "blue",
                    `▤ flash: ${event.writes} writes, ${event.bytes} bytes programmed`
                )
            case "panic":
                return paint(
                    "red",
                    `✗ PANIC ${event.code}; the program starts again in 5 s`
                )
            case "end":
                return paint("bold", `■ ${event.reason}`)
        }
    }

    private console(text: string): string {
        const colour = lineColour(text)
        return `  ${colour ? this.paint(colour, text) : text}`
    }

    private syslog(line: string): string {
        const pri = /^<(\d{1,3})>/.exec(line)
        const severity = pri && SEVERITIES[Number(pri[1]) & 7]
        const colour = (severity && lineColour(severity)) || "cyan"
        return `${this.paint("cyan", "⇢ collector")} ${this.paint(colour, line)}`
    }
}

function percent(part: number): string {
    return `${Math.round(part * 100)} %`
}
