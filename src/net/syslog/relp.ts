import { QUEUED, WriteResult } from "../../platform"
import { Channel } from "./channel"
import { format } from "./format"
import { OCTET } from "./framing"
import { Batch } from "./window"

/** What we offer: RELP specification, command "open". */
const OFFER = "relp_version=0\nrelp_software=fiberd\ncommands=syslog"
/** Largest TXNR, after which they start again at 1: RELP specification, "RELP frame". */
const MAX_TXNR = 999999999
/** Longest frame a server may send us: its answer to `open` has about 100 bytes. */
const MAX_FRAME_BYTES = 1024
/** How long a server may take to answer, ms. */
const ANSWER_MS = 10000
/** Room in the window that the next batch may need, bytes. */
const ROOM_BYTES = 1024

/** Numbers of a batch's records: the first, and those that were not answered yet. */
interface Unanswered {
    first: number
    numbers: number[]
}

/**
 * RELP, version 0 (rsyslog's imrelp, librelp): each record is answered. What was not when
 * a connection broke is kept in the window and sent again on the next.
 *
 * @devsWhenUsed
 */
export class RelpChannel extends Channel {
    override lingerMs = 1000
    private txnr = 1
    /** What is without an answer of each batch of the window sent on this connection. */
    private readonly unanswered: Unanswered[] = []
    private progressAt: number
    /** Start of a frame whose end has not come. */
    private rest = ""

    override opened(): void {
        const { clock, wake } = this.context
        this.openedAt = clock.millis()
        this.progressAt = this.openedAt
        if (this.connection.write(relpFrame(1, "open", OFFER)) !== QUEUED)
            this.ended = "open not sent"
        wake()
    }

    override received(data: Buffer): void {
        this.progressAt = this.context.clock.millis()
        this.rest = this.rest + data.toString()
        while (!this.ended && this.takeFrame());
        if (this.rest.length > MAX_FRAME_BYTES) this.ended = "no RELP server"
        this.context.wake()
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

    protected override hasRoom(): boolean {
        const { window } = this.context
        return !window.bytes || window.bytes + ROOM_BYTES <= window.limit
    }

    /** Sends the messages of a batch, each under a number of its own, in one write. */
    protected override write(data: Buffer): WriteResult {
        const frames: string[] = []
        const numbers: number[] = []
        let { txnr } = this
        for (const message of OCTET.split(data)) {
            txnr = nextTxnr(txnr)
            numbers.push(txnr)
            frames.push(relpFrame(txnr, "syslog", message))
        }
        const result = this.connection.write(frames.join(""))
        if (result !== QUEUED) return result
        this.txnr = txnr
        this.unanswered.push({ first: numbers[0], numbers })
        return result
    }

    protected override keep(batch: Batch): void {
        this.context.window.add(batch, false)
    }

    /** Says goodbye, and leaves in the window only what was not answered. */
    protected override leave(): void {
        if (!this.ended && this.isUp)
            this.connection.write(relpFrame(nextTxnr(this.txnr), "close", ""))
        for (let i = 0; i < this.unanswered.length; ++i) this.trim(i)
    }

    private trim(index: number): void {
        const { window } = this.context
        const batch = window.batches[index]
        const { first, numbers } = this.unanswered[index]
        const kept: string[] = []
        let txnr = first
        for (const message of OCTET.split(batch.data)) {
            if (numbers.indexOf(txnr) >= 0) kept.push(OCTET.frame(message))
            txnr = nextTxnr(txnr)
        }
        const answered = batch.count - kept.length
        if (answered <= 0) return
        const data = Buffer.from(kept.join(""))
        window.bytes += data.length - batch.data.length
        batch.data = data
        batch.count -= answered
        this.context.delivered += answered
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
        const { context, unanswered } = this
        for (let i = 0; i < unanswered.length; ++i) {
            const { numbers } = unanswered[i]
            const at = numbers.indexOf(txnr)
            if (at < 0) continue
            numbers.insert(at, -1)
            if (numbers.length) return
            unanswered.insert(i, -1)
            context.delivered += context.window.take(i).count
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
