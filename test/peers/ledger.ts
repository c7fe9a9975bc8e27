import { parseSyslog } from "./rfc5424.ts"

/** What a careful receiver knows about the numbered lines of `syslog-load.ts`. */
export interface Verdict {
    /** Different lines that arrived. */
    arrived: number
    /** Lines that arrived more than once: same boot, same sequenceId. */
    duplicates: number
    /** Lines that did not arrive and that a record declares dropped. */
    declared: number
    /** Lines that did not arrive and of which no record speaks. */
    silent: number
}

/**
 * Judges messages by boot and sequenceId alone, as a receiver can. In `syslog-load.ts`
 * the sequenceId of a line is its number.
 */
export function judge(messages: Buffer[], count: number): Verdict {
    const times = new Array<number>(count + 1).fill(0)
    const gone = new Array<boolean>(count + 1).fill(false)
    for (const bytes of messages) {
        const { data, msgId } = parseSyslog(bytes)
        const values = Object.fromEntries(data.flatMap(({ params }) => params))
        if (msgId === "net.syslog" && values["dropped"]) {
            for (let n = Number(values["first"]); n <= Number(values["last"]);)
                gone[n++] = true
        } else times[Number(values["sequenceId"])]!++
    }
    const verdict = { arrived: 0, duplicates: 0, declared: 0, silent: 0 }
    for (let n = 1; n <= count; ++n) {
        if (times[n]! > 0) verdict.arrived++
        if (times[n]! > 1) verdict.duplicates++
        if (!times[n] && gone[n]) verdict.declared++
        if (!times[n] && !gone[n]) verdict.silent++
    }
    return verdict
}
