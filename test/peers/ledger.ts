import { parseSyslog } from "./rfc5424.ts"

/** What a careful receiver knows about the numbered lines of a board. */
export interface Verdict {
    /** Different lines that arrived. */
    arrived: number
    /** Lines that arrived more than once: same boot, same sequenceId, same text. */
    duplicates: number
    /** Lines that did not arrive and that a record declares dropped. */
    declared: number
    /** Lines that did not arrive and that no record declares dropped. */
    silent: number
    /** Messages whose text is not that of the line with their sequenceId. */
    wrong: number
}

/**
 * Judges messages by sequenceId, as a receiver can. The programs of the tests write the number
 * of a line, which is its sequenceId, into its text: `line 17 of ...`.
 */
export class Ledger {
    /** By sequenceId: how often the line came, at most 2. */
    private times = new Uint8Array(1 << 16)
    private readonly gaps: [first: number, last: number][] = []
    private wrong = 0

    /** Takes a message. @throws SyslogSyntaxError when it is none */
    take(bytes: Buffer): void {
        const { data, msgId, text = "" } = parseSyslog(bytes)
        const values = Object.fromEntries(data.flatMap(({ params }) => params))
        if (msgId === "net.syslog" && values["dropped"]) {
            this.gaps.push([Number(values["first"]), Number(values["last"])])
            return
        }
        const sequence = Number(values["sequenceId"])
        if (!text.startsWith(`line ${sequence} of `)) this.wrong++
        while (sequence >= this.times.length) this.grow()
        if (this.times[sequence]! < 2) this.times[sequence]!++
    }

    /** The verdict on the lines 1 to `count`. */
    judge(count: number): Verdict {
        const { times, wrong } = this
        const gone = new Uint8Array(count + 1)
        for (const [first, last] of this.gaps) gone.fill(1, first, last + 1)
        const verdict = { arrived: 0, duplicates: 0, declared: 0, silent: 0 }
        for (let n = 1; n <= count; ++n) {
            if (times[n]) verdict.arrived++
            else if (gone[n]) verdict.declared++
            else verdict.silent++
            if (times[n]! > 1) verdict.duplicates++
        }
        return { ...verdict, wrong }
    }

    private grow(): void {
        const times = new Uint8Array(this.times.length * 2)
        times.set(this.times)
        this.times = times
    }
}

/** The verdict on messages that have all arrived. */
export function judge(messages: Buffer[], count: number): Verdict {
    const ledger = new Ledger()
    for (const message of messages) ledger.take(message)
    return ledger.judge(count)
}
