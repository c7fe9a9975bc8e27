/**
 * Whether the whole `text` matches `pattern`, in which each `*` matches any run of characters,
 * also an empty one. Case counts, and a `*` cannot be escaped.
 */
export function matches(pattern: string, text: string): boolean {
    let star = pattern.indexOf("*")
    if (star < 0) return pattern === text
    // the VM does not find an empty text at the end of a text, so empty parts are not searched
    if (star > 0 && text.indexOf(pattern.slice(0, star), 0, 1) < 0) return false
    let from = star
    while (true) {
        const next = pattern.indexOf("*", star + 1)
        if (next < 0) break
        const size = next - star - 1
        if (size > 0) {
            const at = text.indexOf(pattern.slice(star + 1, next), from)
            if (at < 0) return false
            from = at + size
        }
        star = next
    }
    const tail = pattern.slice(star + 1)
    const start = text.length - tail.length
    return start >= from && (!tail || text.indexOf(tail, start) === start)
}

/**
 * Whether a topic pattern applies to a topic: it matches the topic itself or one of its
 * dotted parents, so that `net` covers `net.syslog`.
 */
export function covers(pattern: string, topic: string): boolean {
    if (pattern.indexOf("*") >= 0)
        return matches(pattern, topic) || matches(pattern + ".*", topic)
    // natives only: after a new specification this runs for each topic in use and each override
    if (topic.indexOf(pattern, 0, 1) < 0) return false
    const { length } = pattern
    return topic.length === length || topic.indexOf(".", length) === length
}

/**
 * How exact a topic or pattern is: its number of characters without stars, plus 0.5 if it has no
 * star. Of several that cover a topic, the one with the largest value counts.
 */
export function exactness(pattern: string): number {
    let stars = 0
    let at = pattern.indexOf("*")
    while (at >= 0) {
        stars++
        at = pattern.indexOf("*", at + 1)
    }
    return pattern.length - (stars > 0 ? stars : -0.5)
}
