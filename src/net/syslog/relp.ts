import { QUEUED, WriteResult } from "../../platform"
import { Channel } from "./channel"
import { format } from "./format"
import { frame, splitFrames } from "./framing"
import { Batch } from "./window"

/** What we offer: RELP specification, command "open". */
const OFFER = "relp_version=0\nrelp_software=fiberd\ncommands=syslog"
/** Largest TXNR, after which they start again at 1: RELP specification, "RELP frame". */
const MAX_TXNR = 999999999
/** Longest frame a server may send us: its answer to `open` has about 100 bytes. */
const MAX_FRAME_BYTES = 1024
/** How long a server may take to answer, ms. */
const ANSWER_MS = 10000

/**
 * RELP, version 0 (rsyslog's imrelp, librelp): each record is answered. What was not when
 * a connection broke is kept in the window and sent again on the next.
 *
 * @devsWhenUsed
 */
export class RelpChannel extends Channel {
    override lingerMs = 1000
    private txnr = 1
    private progressAt: number
    /** Start of a frame whose end has not come. */
    private rest = ""

    override opened(): void {
        const { clock, wake } = this.context
        this.openedAt = this.progressAt = clock.millis()
        if (this.connection.write(relpFrame(1, "open", OFFER)) !== QUEUED)
            this.ended = "open not sent"
        wake.notify()
    }

    override received(data: Buffer): void {
        this.progressAt = this.context.clock.millis()
        this.rest = this.rest + data.toString()
        while (!this.ended && this.takeFrame());
        if (this.rest.length > MAX_FRAME_BYTES) this.ended = "no RELP server"
        this.context.wake.notify()
    }

    protected override tick(now: number): number | undefined {
        if (this.isUp && !this.context.window.bytes) {
            this.progressAt = now
            return undefined
        }
        const left = this.progressAt + ANSWER_MS - now
        if (left <= 0) this.ended = `no answer for ${ANSWER_MS} ms`
        return left
    }

    /** Sends the messages of a batch, each under a number of its own, in one write. */
    protected override write(batch: Batch): WriteResult {
        const frames: string[] = []
        const numbers: number[] = []
        let { txnr } = this
        for (const message of splitFrames(batch.data, false)) {
            txnr = nextTxnr(txnr)
            numbers.push(txnr)
            frames.push(relpFrame(txnr, "syslog", message))
        }
        const result = this.connection.write(frames.join(""))
        if (result === QUEUED) {
            this.txnr = txnr
            batch.numbers = numbers
        }
        return result
    }

    /** Says goodbye, and leaves in the window only what was not answered. */
    protected override leave(): void {
        if (!this.ended && this.isUp)
            this.connection.write(relpFrame(nextTxnr(this.txnr), "close", ""))
        const { context } = this
        const { window } = context
        window.batches.slice(0, this.sent()).forEach(batch => {
            const { data, numbers } = batch
            const kept = splitFrames(data, false).filter((m, at) => numbers[at])
            const answered = batch.count - kept.length
            if (answered <= 0) return
            batch.data = Buffer.from(kept.map(m => frame(m, false)).join(""))
            batch.count -= answered
            window.bytes += batch.data.length - data.length
            context.delivered += answered
        })
    }

    /** How many batches of the window were sent on this connection: its first ones. */
    private sent(): number {
        return this.context.window.batches.length - this.backlog
    }

    /**
     * Takes one frame, `TXNR SP COMMAND SP DATALEN [SP DATA] LF`, off what came; servers
     * answer in ASCII. Returns false when there is no whole one.
     */
    private takeFrame(): boolean {
        const { rest } = this
        const first = rest.indexOf(" ")
        const second = first < 0 ? -1 : rest.indexOf(" ", first + 1)
        if (second < 0) return false
        let at = second + 1
        while (at < rest.length && " \n".indexOf(rest[at]) < 0) at++
        if (at === rest.length) return false
        const txnr = parseInt(rest.slice(0, first))
        const size = parseInt(rest.slice(second + 1, at))
        if (size) at++
        const end = at + size
        if (!(txnr >= 0 && size >= 0)) this.ended = "no RELP server"
        else if (rest.length <= end) return false
        else this.take(txnr, rest.slice(first + 1, second), rest.slice(at, end))
        this.rest = rest.slice(end + 1)
        return true
    }

    private take(txnr: number, command: string, data: string): void {
        if (command === "serverclose") this.ended = "closed by the server"
        else if (command !== "rsp") this.ended = "no RELP server"
        else if (!data.startsWith("200")) {
            // the answer to our close is empty
            if (data) this.ended = `refused: ${data.slice(0, 64)}`
        } else if (!this.isUp) this.isUp = true
        else this.acknowledge(txnr)
    }

    private acknowledge(txnr: number): void {
        const { context } = this
        const { window } = context
        for (let i = 0; i < this.sent(); ++i) {
            const { numbers } = window.batches[i]
            const at = numbers.indexOf(txnr)
            if (at < 0) continue
            numbers[at] = 0
            if (!numbers.some(number => number > 0))
                context.delivered += window.take(i).count
            return
        }
    }
}

function nextTxnr(txnr: number): number {
    return txnr < MAX_TXNR ? txnr + 1 : 1
}

function relpFrame(txnr: number, command: string, data: string): string {
    const size = data.byteLength
    return size
        ? format("{0} {1} {2} {3}\n", txnr, command, size, data)
        : format("{0} {1} 0\n", txnr, command)
}
