import { levelNumber } from "../levels.ts"

/** Longest topic or pattern, and most overrides, as the firmware's log has them. */
const MAX_TOPIC = 56
const MAX_RULES = 32

/** Whether a text is `LEVEL LEVEL@TOPIC ...`, as the firmware's log takes it. */
export function isLevelSpec(text: string): boolean {
    const topics = new Set<string>()
    let defaults = 0
    for (const word of text.split(/[ \t\r\n]+/).filter(Boolean)) {
        const [name, ...rest] = word.split("@")
        if (levelNumber(name!) === undefined) return false
        if (!rest.length) {
            if (++defaults > 1) return false
            continue
        }
        const [topic, ...more] = rest
        if (more.length || !isTopic(topic!) || topics.has(topic!)) return false
        topics.add(topic!)
    }
    return topics.size <= MAX_RULES
}

/** Whether a text is a topic or a pattern of topics: parts between dots, none of them empty. */
function isTopic(topic: string): boolean {
    return (
        [...topic].length <= MAX_TOPIC &&
        !`.${topic}.`.includes("..") &&
        !/[\]\u0000-\u001f\u007f-\u009f]/.test(topic)
    )
}
