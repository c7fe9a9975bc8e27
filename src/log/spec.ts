import { LevelSpecError } from "./errors"
import { Level, levelName, levelNames, parseLevel } from "./levels"
import { covers } from "./pattern"

/** Most `level@topic` overrides of one specification. */
export const MAX_RULES = 32
/** Longest topic or pattern, in characters. */
export const MAX_TOPIC = 48

/** An override: the level of a topic, or of all topics that match a `*` pattern. */
export interface LevelRule {
    topic: string
    level: Level
    /** How exact the topic is: its characters without stars, and a half for having none. */
    weight: number
}

/**
 * Levels by topic: a default and overrides, as in `error debug@net warning@task.*`
 * (after Racket's PLTSTDERR). An override holds for the topic and what is below it in
 * dotted names. Of several that hold, the one with the most characters wins, stars not
 * counted; of equals one without star, then the later.
 * @devsWhenUsed
 */
export class LevelRules {
    readonly rules: LevelRule[] = []

    constructor(public fallback: Level) {}

    /** The level that holds for a topic. */
    levelOf(topic: string): Level {
        let best = -1
        let level = this.fallback
        for (const rule of this.rules) {
            if (rule.weight < best || !covers(rule.topic, topic)) continue
            best = rule.weight
            level = rule.level
        }
        return level
    }

    /** The most detailed level of all. */
    finest(): Level {
        let most = this.fallback
        for (const rule of this.rules) most = Math.max(most, rule.level)
        return most
    }

    /** The override written for exactly this topic or pattern, or undefined. */
    rule(topic: string): LevelRule | undefined {
        for (const rule of this.rules) if (rule.topic === topic) return rule
        return undefined
    }

    /**
     * Sets the override of a topic or pattern; undefined takes it away.
     * @throws RangeError for a malformed topic, or one too many
     */
    set(topic: string, level: Level | undefined): void {
        const fault = topicFault(topic)
        if (fault) throw new RangeError(`topic "${topic}": ${fault}`)
        const rule = this.rule(topic)
        if (level === undefined) {
            if (rule) this.rules.insert(this.rules.indexOf(rule), -1)
        } else if (rule) rule.level = level
        else if (this.rules.length >= MAX_RULES)
            throw new RangeError(`at most ${MAX_RULES} topics have a level`)
        else this.rules.push({ topic, level, weight: weightOf(topic) })
    }

    /** The specification as text; `parseLevelSpec` reads it back. */
    toText(): string {
        const words = [levelName(this.fallback)]
        for (const rule of this.rules)
            words.push(`${levelName(rule.level)}@${rule.topic}`)
        return words.join(" ")
    }
}

function weightOf(topic: string): number {
    const stars = topic.split("*").length - 1
    return topic.length - stars + (stars ? 0 : 0.5)
}

/**
 * Reads `LEVEL LEVEL@TOPIC ...`: words between spaces, at most one without topic, which may
 * stand anywhere. A later word for the same topic is a fault, not an override.
 * @param fallback the level for all other topics when the text names none
 * @throws LevelSpecError with the place of the fault
 */
export function parseLevelSpec(text: string, fallback: Level): LevelRules {
    const rules = new LevelRules(fallback)
    let named = false
    let at = 0
    for (const word of text.split(" ")) {
        const start = at
        at += word.length + 1
        if (!word) continue
        const sign = word.indexOf("@")
        const level = parseWord(
            text,
            start,
            sign < 0 ? word : word.slice(0, sign)
        )
        if (sign >= 0) addRule(rules, text, start, sign, word, level)
        else if (named)
            throw new LevelSpecError(text, start, "a second default level")
        else {
            named = true
            rules.fallback = level
        }
    }
    return rules
}

function parseWord(text: string, start: number, name: string): Level {
    const level = parseLevel(name)
    if (level === undefined)
        throw new LevelSpecError(
            text,
            start,
            `"${name}" is no level; wanted ${levelNames().join(", ")}`
        )
    return level
}

function addRule(
    rules: LevelRules,
    text: string,
    start: number,
    sign: number,
    word: string,
    level: Level
): void {
    const topic = word.slice(sign + 1)
    const place = start + sign + 1
    const fault = topicFault(topic)
    if (fault) throw new LevelSpecError(text, place, fault)
    if (rules.rule(topic))
        throw new LevelSpecError(text, place, `"${topic}" is named twice`)
    if (rules.rules.length >= MAX_RULES)
        throw new LevelSpecError(text, place, `more than ${MAX_RULES} topics`)
    rules.set(topic, level)
}

/** What is wrong with a topic or pattern, or undefined when nothing is. */
export function topicFault(topic: string): string | undefined {
    if (!topic) return "a topic is missing"
    if (topic.length > MAX_TOPIC) return `longer than ${MAX_TOPIC} characters`
    if (topic.startsWith(".") || topic.endsWith(".") || topic.includes(".."))
        return "an empty part between dots"
    if (topic.includes("@")) return "a second @"
    if (topic.includes(" ")) return "a space in the topic"
    return undefined
}
