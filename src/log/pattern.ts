/**
 * Whether `text` as a whole matches `pattern`, in which each `*` stands for any run of
 * characters, also an empty one. Case counts; there is no escape.
 */
export function matches(pattern: string, text: string): boolean {
    const parts = pattern.split("*")
    if (parts.length === 1) return pattern === text
    const first = parts[0]
    const last = parts[parts.length - 1]
    // the VM does not find the empty text at the end of a text
    if (first && !text.startsWith(first)) return false
    if (last && !text.endsWith(last)) return false
    let from = first.length
    const end = text.length - last.length
    if (end < from) return false
    for (let i = 1; i < parts.length - 1; ++i) {
        if (!parts[i]) continue
        const at = text.indexOf(parts[i], from, end)
        if (at < 0) return false
        from = at + parts[i].length
    }
    return from <= end
}

/**
 * Whether a topic pattern applies to a topic: it matches the topic itself or one of its
 * dotted parents, so that `net` covers `net.syslog`.
 */
export function covers(pattern: string, topic: string): boolean {
    if (pattern.indexOf("*") < 0)
        return topic === pattern || topic.startsWith(pattern + ".")
    while (true) {
        if (matches(pattern, topic)) return true
        const dot = topic.lastIndexOf(".")
        if (dot < 0) return false
        topic = topic.slice(0, dot)
    }
}
