import { replaceAll } from "../platform"

/**
 * Whether the whole `text` matches `pattern`, in which each `*` matches any run of characters,
 * also an empty one. Case counts, and a `*` cannot be escaped.
 */
export function matches(pattern: string, text: string): boolean {
    let star = pattern.indexOf("*")
    if (star < 0) return pattern === text
    if (text.slice(0, star) !== pattern.slice(0, star)) return false
    let from = star
    while (true) {
        const next = pattern.indexOf("*", star + 1)
        if (next < 0) break
        const size = next - star - 1
        // the VM does not find an empty text at the end of a text
        if (size > 0) {
            const at = text.indexOf(pattern.slice(star + 1, next), from)
            if (at < 0) return false
            from = at + size
        }
        star = next
    }
    const tail = pattern.slice(star + 1)
    const start = text.length - tail.length
    return start >= from && text.slice(start) === tail
}

/**
 * Whether a topic pattern applies to a topic: it matches the topic itself or one of its
 * dotted parents, so that `net` covers `net.syslog`.
 */
export function covers(pattern: string, topic: string): boolean {
    return matches(pattern + ".*", topic + ".")
}

/**
 * How exact a topic or pattern is: its number of characters without stars, plus 0.5 if it has no
 * star. Of several that cover a topic, the one with the largest value counts.
 */
export function exactness(pattern: string): number {
    const plain = replaceAll(pattern, "*", "").length
    return plain < pattern.length ? plain : plain + 0.5
}
