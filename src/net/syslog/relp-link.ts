import { Connection, QUEUED, WriteResult } from "../../platform"
import { Link, LinkContext } from "./link"
import { RelpFrame, RelpParser, nextTxnr, relpFrame } from "./relp-frame"

/** What we offer: RELP specification, command "open". */
const OFFER = "relp_version=0\nrelp_software=fiberd\ncommands=syslog"
/** Most records that may be unacknowledged; librelp's own window has 128. */
const MAX_UNACKED = 64
/** How long a server may take to answer, ms. */
export const RELP_ANSWER_MS = 10000

/**
 * RELP, version 0 (rsyslog's imrelp, librelp): each record is answered, and is kept in the
 * window until it is. What was not answered when a connection broke is sent again on the next.
 */
export class RelpLink implements Link {
    readonly lingerMs = 1000
    private readonly parser = new RelpParser()
    private txnr = 1
    /** Numbers of the window's records on this connection, in the same order. */
    private readonly numbers: number[] = []
    private accepted = false
    private problem: string
    private progressAt: number
    /** Records of the window that are from an earlier connection and not sent on this one. */
    private backlog: number

    constructor(
        private readonly context: LinkContext,
        private readonly connection: Connection
    ) {
        this.backlog = context.window.count()
    }

    opened(now: number): void {
        this.progressAt = now
        const result = this.connection.write(relpFrame(1, "open", OFFER))
        if (result !== QUEUED) this.problem = "open not sent"
    }

    received(data: Buffer, now: number): void {
        this.progressAt = now
        try {
            for (const frame of this.parser.push(data)) this.take(frame)
        } catch (e: any) {
            this.problem = e.message
        }
    }

    isUp(): boolean {
        return this.accepted
    }

    isReady(): boolean {
        return this.accepted && !this.backlog && this.hasRoom()
    }

    isSettled(): boolean {
        return this.context.window.isEmpty()
    }

    failure(): string | undefined {
        return this.problem
    }

    tick(now: number): number | undefined {
        if (this.accepted && this.context.window.isEmpty()) {
            this.progressAt = now
            return undefined
        }
        const left = this.progressAt + RELP_ANSWER_MS - now
        if (left <= 0) this.problem = `no answer for ${RELP_ANSWER_MS} ms`
        return Math.max(1, left)
    }

    send(now: number): WriteResult {
        if (!this.accepted) return QUEUED
        if (this.context.window.isEmpty()) this.progressAt = now
        let result = this.sendBacklog()
        while (
            result === QUEUED &&
            this.context.outbox.count() &&
            this.hasRoom()
        )
            result = this.sendBatch()
        return result
    }

    bye(): void {
        this.txnr = nextTxnr(this.txnr)
        this.connection.write(relpFrame(this.txnr, "close", ""))
    }

    private hasRoom(): boolean {
        const { window } = this.context
        return (
            window.count() < MAX_UNACKED &&
            window.hasRoom(this.context.batchBytes)
        )
    }

    private sendBacklog(): WriteResult {
        const { window, stats } = this.context
        while (this.backlog) {
            const batch = window.at(this.numbers.length)
            const result = this.sendLine(batch.text)
            if (result !== QUEUED) return result
            this.backlog--
            stats.resent += batch.count
        }
        return QUEUED
    }

    /** Sends as many records as one write and the window take. */
    private sendBatch(): WriteResult {
        const { outbox, window, batchBytes } = this.context
        if (outbox.hasGap()) return this.sendGap()
        const head = outbox.head(batchBytes, MAX_UNACKED - window.count())
        const { txnr } = this
        const frames: string[] = []
        for (const line of head.lines) frames.push(this.frame(line))
        const result = this.connection.write(frames.join(""))
        if (result !== QUEUED) {
            this.txnr = txnr
            this.numbers.length -= frames.length
            return result
        }
        for (const text of head.lines) window.keep({ text, count: 1 })
        outbox.remove(head)
        return QUEUED
    }

    private sendGap(): WriteResult {
        const { outbox, window, stats } = this.context
        const text = this.context.declareGap()
        const result = this.sendLine(text)
        if (result !== QUEUED) return result
        window.keep({ text, count: 0 })
        outbox.forgetGap()
        stats.declared++
        return QUEUED
    }

    private frame(line: string): string {
        this.txnr = nextTxnr(this.txnr)
        this.numbers.push(this.txnr)
        return relpFrame(this.txnr, "syslog", line)
    }

    private sendLine(line: string): WriteResult {
        const { txnr } = this
        const result = this.connection.write(this.frame(line))
        if (result !== QUEUED) {
            this.txnr = txnr
            this.numbers.pop()
        }
        return result
    }

    private take(frame: RelpFrame): void {
        if (frame.command === "serverclose") this.problem = "closed by server"
        else if (frame.command !== "rsp")
            this.problem = `unexpected RELP command "${frame.command}"`
        else if (!frame.data.startsWith("200")) this.refused(frame)
        else if (frame.txnr === 1 && !this.accepted) this.accepted = true
        else this.acknowledged(frame.txnr)
    }

    private refused(frame: RelpFrame): void {
        // the answer to our close is empty
        if (frame.data) this.problem = `refused: ${frame.data.slice(0, 64)}`
    }

    private acknowledged(txnr: number): void {
        const at = this.numbers.indexOf(txnr)
        if (at < 0) return
        this.numbers.insert(at, -1)
        this.context.stats.delivered += this.context.window.take(at).count
    }
}
