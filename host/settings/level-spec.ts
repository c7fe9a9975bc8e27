import { levelNumber, LEVELS } from "../levels.ts"

/** Longest topic or pattern, and most overrides, as the firmware's log has them. */
const MAX_TOPIC = 56
const MAX_RULES = 32

/** What is wrong with `LEVEL LEVEL@TOPIC ...`; undefined when nothing is. */
export function levelSpecFault(text: string): string | undefined {
    const topics = new Set<string>()
    let defaults = 0
    for (const word of text.split(/[ \t\r\n]+/).filter(Boolean)) {
        const [name, ...rest] = word.split("@")
        if (levelNumber(name!) === undefined)
            return `"${name}" is no level; wanted none, ${LEVELS.join(", ")}`
        if (!rest.length) {
            if (++defaults > 1) return "a second default level"
            continue
        }
        const topic = rest.join("@")
        const fault = topicFault(topic)
        if (fault) return `"${topic}": ${fault}`
        if (topics.has(topic)) return `"${topic}" is named twice`
        topics.add(topic)
        if (topics.size > MAX_RULES) return `more than ${MAX_RULES} topics`
    }
    return undefined
}

function topicFault(topic: string): string | undefined {
    if (!topic) return "a topic is missing"
    if ([...topic].length > MAX_TOPIC)
        return `longer than ${MAX_TOPIC} characters`
    if (`.${topic}.`.includes("..")) return "an empty part between dots"
    if (topic.includes("@")) return "a second @"
    if (topic.includes("]")) return "a ] in the topic"
    if (/[\u0000-\u001f\u007f-\u009f]/.test(topic))
        return "a control character in the topic"
    return undefined
}
