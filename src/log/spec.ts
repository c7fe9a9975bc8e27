import {
    checkOption,
    escapeControls,
    OptionTable,
    rangeError,
    removeFrom,
    replaceAll,
    splitText,
} from "../platform"
import {
    INFO,
    Level,
    LEVEL_NAMES,
    levelName,
    parseLevel,
    TRACE,
} from "./levels"
import { covers, exactness } from "./pattern"
import { cut } from "./text"

/**
 * Name of the error about a malformed level specification: a RangeError whose `at` is the index
 * of the first wrong character. The specification is refused as a whole.
 */
export const LEVEL_SPEC_ERROR = "LevelSpecError"
/** Most `level@topic` overrides of one specification. */
export const MAX_RULES = 32
/** Longest topic or pattern, in characters. */
export const MAX_TOPIC = 56

const LEVEL: OptionTable = " level: level -1 8"

/** An override: the level of a topic with its children, or of what matches a `*` pattern. */
export interface LevelRule {
    topic: string
    level: Level
    /** `exactness` of the topic. */
    weight: number
}

/**
 * Levels by topic: a default and overrides, as in `error debug@net warning@task.*`
 * (after Racket's PLTSTDERR). An override holds for the topic and its dotted children. Of several
 * that hold, the most exact one wins (`exactness`), of equals the later one.
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

    /** The most detailed level of the default and all overrides. */
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

    /** Adds an override. @returns what is wrong with it, or undefined when it was added */
    add(topic: string, level: Level): string | undefined {
        const { rules } = this
        if (this.rule(topic)) return `"${topic}" is named twice`
        if (rules.length >= MAX_RULES) return `more than ${MAX_RULES} topics`
        const fault = topicFault(topic)
        if (!fault) rules.push({ topic, level, weight: exactness(topic) })
        return fault
    }

    /**
     * Sets the override of a topic or pattern; undefined removes it.
     * @throws OPTION_ERROR for a value that is not a level, RangeError for a malformed topic, or
     * beyond MAX_RULES
     */
    setRule(topic: string, level: Level | undefined): void {
        if (level !== undefined)
            checkOption(`topic "${topic}"`, LEVEL, "level", level)
        const rule = this.rule(topic)
        if (level === undefined) {
            if (rule) removeFrom(this.rules, rule)
        } else if (rule) rule.level = level
        else {
            const fault = this.add(topic, level)
            if (fault) throw new RangeError(`topic "${topic}": ${fault}`)
        }
    }

    /** The specification as text; `parseLevelSpec` reads it back. */
    toText(): string {
        let text = levelName(this.fallback)
        for (const rule of this.rules)
            text += ` ${levelName(rule.level)}@${rule.topic}`
        return text
    }
}

/**
 * Reads `LEVEL LEVEL@TOPIC ...`: words between blanks, tabs or line ends. At most one word has no
 * topic; it may be anywhere. A second word for the same topic is a fault.
 * @param fallback the level of all other topics when no word without topic gives one
 * @param before levels in force, which the new ones replace. `trace` is for the start only: later
 * it is refused unless it is in force already, since its records can overload a device in the field
 * @throws LEVEL_SPEC_ERROR with the place of the fault, RangeError for trace
 */
export function parseLevelSpec(
    text: string,
    fallback: Level,
    before?: LevelRules
): LevelRules {
    const rules = new LevelRules(fallback)
    if (typeof text !== "string")
        throw specError("" + text, 0, "a text is wanted")
    const lines = replaceAll(replaceAll(text, "\r", "\n"), "\t", "\n")
    const blanked = replaceAll(lines, "\n", " ")
    let hasDefault = false
    let start = 0
    for (const word of splitText(blanked, " ")) {
        let at = start
        start += word.length + 1
        if (!word) continue
        const sign = word.indexOf("@")
        const name = sign < 0 ? word : word.slice(0, sign)
        const topic = sign < 0 ? "*" : word.slice(sign + 1)
        const level = parseLevel(name)
        let problem: string = undefined
        if (level === undefined)
            problem = `"${name}" is no level; wanted ${LEVEL_NAMES}`
        else if (sign >= 0) {
            at += sign + 1
            problem = rules.add(topic, level)
        } else if (hasDefault) problem = "a second default level"
        else {
            hasDefault = true
            rules.fallback = level
        }
        if (problem) throw specError(text, at, problem)
        if (before) checkTrace(before, topic, level)
    }
    return rules
}

function specError(spec: string, at: number, problem: string): Error {
    const error = rangeError(
        LEVEL_SPEC_ERROR,
        escapeControls(
            `level specification "${spec}", character ${at + 1}: ${problem}`
        )
    )
    ;(error as any).at = at
    return error
}

/**
 * Refuses `trace` while running.
 * @throws RangeError for it, unless the topic has it already
 */
export function checkTrace(
    rules: LevelRules,
    topic: string,
    level: Level
): void {
    if (level === TRACE && rules.levelOf(topic) !== TRACE)
        throw new RangeError(
            `${topic === "*" ? "" : `topic "${topic}": `}trace can be set at the start only`
        )
}

/** What is wrong with a topic or pattern; undefined when it is well formed. */
function topicFault(topic: string): string | undefined {
    if (typeof topic !== "string") return "a text is wanted"
    if (!topic) return "a topic is missing"
    if (topic.length > MAX_TOPIC) return `longer than ${MAX_TOPIC} characters`
    if (`.${topic}.`.indexOf("..") >= 0) return "an empty part between dots"
    if (topic.indexOf("@") >= 0) return "a second @"
    if (topic.indexOf(" ") >= 0) return "a space in the topic"
    // a `]` ends the mark in a line
    if (topic.indexOf("]") >= 0) return "a ] in the topic"
    if (escapeControls(topic) !== topic)
        return "a control character in the topic"
    return undefined
}

/** @throws RangeError for a malformed topic */
export function checkTopic(topic: string): void {
    const fault = topicFault(topic)
    if (fault)
        throw new RangeError(
            `topic "${escapeControls(cut("" + topic, 2 * MAX_TOPIC))}": ${fault}`
        )
}

/** Whether a text is a level specification. */
export function isLevelSpec(text: string): boolean {
    try {
        parseLevelSpec(text, INFO)
        return true
    } catch (e: any) {
        return false
    }
}
