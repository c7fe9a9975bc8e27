import { Connection, QUEUED, WriteResult } from "../../platform"
import { Link, LinkContext } from "./link"
import { OCTET } from "./framing"
import { RelpFrame, RelpParser, nextTxnr, relpFrame } from "./relp-frame"

/** What we offer: RELP specification, command "open". */
const OFFER = "relp_version=0\nrelp_software=fiberd\ncommands=syslog"
/** Room in the window that the next batch may need. */
const ROOM_BYTES = 1024
/** How long a server may take to answer, ms. */
export const RELP_ANSWER_MS = 10000

/** Numbers of a batch's records: the first, and those that were not answered yet. */
interface Unanswered {
    first: number
    numbers: number[]
}

/**
 * RELP, version 0 (rsyslog's imrelp, librelp): each record is answered. What was not when
 * a connection broke is kept in the window and sent again on the next.
 */
export class RelpLink implements Link {
    readonly lingerMs = 1000
    private readonly parser = new RelpParser()
    private txnr = 1
    /** What is without an answer of each batch of the window sent on this connection. */
    private readonly unanswered: Unanswered[] = []
    private accepted = false
    private problem: string
    private progressAt: number
    /** Batches of the window that are from an earlier connection and not sent on this one. */
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

    /** Leaves in the window only what was not answered. */
    ended(): void {
        for (let i = 0; i < this.unanswered.length; ++i) this.trim(i)
    }

    bye(): void {
        this.txnr = nextTxnr(this.txnr)
        this.connection.write(relpFrame(this.txnr, "close", ""))
    }

    private hasRoom(): boolean {
        const { outbox, window } = this.context
        return window.hasRoom(Math.min(outbox.bytes, ROOM_BYTES))
    }

    private sendBacklog(): WriteResult {
        const { window, stats } = this.context
        while (this.backlog) {
            const batch = window.at(this.unanswered.length)
            const result = this.sendFrames(batch.data)
            if (result !== QUEUED) return result
            this.backlog--
            stats.resent += batch.count
        }
        return QUEUED
    }

    private sendBatch(): WriteResult {
        const { outbox, window, stats } = this.context
        const gap = outbox.hasGap() ? this.context.declareGap() : undefined
        const batch = gap || outbox.head()
        const result = this.sendFrames(batch.data)
        if (result !== QUEUED) return result
        window.keep(batch)
        if (gap) {
            outbox.forgetGap()
            stats.declared++
        } else outbox.remove()
        return QUEUED
    }

    /** Sends the messages of a batch, each under a number of its own, in one write. */
    private sendFrames(data: Buffer): WriteResult {
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
        return QUEUED
    }

    private trim(index: number): void {
        const { window, stats } = this.context
        const { first, numbers } = this.unanswered[index]
        const kept: string[] = []
        let txnr = first
        let answered = 0
        for (const message of OCTET.split(window.at(index).data)) {
            if (numbers.indexOf(txnr) < 0) answered++
            else kept.push(OCTET.frame(message))
            txnr = nextTxnr(txnr)
        }
        if (!answered) return
        window.shorten(index, Buffer.from(kept.join("")), answered)
        stats.delivered += answered
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
        for (let i = 0; i < this.unanswered.length; ++i) {
            const { numbers } = this.unanswered[i]
            const at = numbers.indexOf(txnr)
            if (at < 0) continue
            numbers.insert(at, -1)
            if (numbers.length) return
            this.unanswered.insert(i, -1)
            this.context.stats.delivered += this.context.window.take(i).count
            return
        }
    }
}
