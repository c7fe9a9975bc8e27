import { styled } from "../colour.ts"
import type { SimEvent } from "../sim/index.ts"

/** How often the line is drawn again when nothing is printed, in ms. */
const REFRESH_MS = 500
const CLEAR = "\r\x1b[K"

/** The last line of a terminal, drawn again below whatever is printed. */
export class StatusLine {
    private readonly stream: NodeJS.WriteStream
    private readonly text: () => string
    private readonly timer: NodeJS.Timeout
    private isUp = false

    constructor(stream: NodeJS.WriteStream, text: () => string) {
        this.stream = stream
        this.text = text
        this.timer = setInterval(() => this.draw(), REFRESH_MS).unref()
    }

    /** Shows the line from the first boot on. */
    see({ event }: SimEvent): void {
        if (event === "boot") this.isUp = true
    }

    /** Takes the line away, before something else is printed. */
    clear(): void {
        if (this.isUp) this.stream.write(CLEAR)
    }

    /** Puts the line below what was printed, cut to the width of the terminal. */
    draw(): void {
        if (!this.isUp) return
        const text = this.text().slice(0, Math.max(0, this.stream.columns - 1))
        this.stream.write(CLEAR + styled("inverse", text))
    }

    /** Takes the line away for good. */
    close(): void {
        clearInterval(this.timer)
        this.clear()
        this.isUp = false
    }
}
