import { Exclusive } from "../platform"
import {
    CheckedSettings,
    SettingOrigin,
    SettingText,
    unknownKey,
    Written,
} from "./check"
import { settingContext } from "./context"
import type { SettingsFile } from "./file"
import { SettingProblem, settingProblem } from "./problem"
import {
    findRule,
    isSecretKind,
    KeyOf,
    Rule,
    SCHEMA_MARK,
    schemaKeys,
    SchemaTable,
    ValueOf,
} from "./schema"
import { replaceAll } from "./text"
import { LevelNames, MASK, readValue, valueFault } from "./values"

/** Most listeners of all settings. */
export const MAX_LISTENERS = 32

/** Called when settings changed, once for all of its keys, with those of them that did. Must not wait. */
export type SettingListener = (changed: string[]) => void

/** One setting, as somebody may see it. */
export interface SettingInfo {
    key: string
    /** `***` for a secret; the default's text where nothing sets it. */
    text: string
    origin: SettingOrigin
    /** Line in the settings file. */
    line: number | undefined
    /** A change holds from the next start. */
    restart: boolean
    /** It has been changed, and the next start has not come yet. */
    pending: boolean
}

/** What a change has led to. */
export interface SettingChange {
    /** Keys whose values are others now. */
    changed: string[]
    /** Those of them that hold from the next start only. */
    restart: string[]
}

interface Listener {
    keys: string[]
    call: SettingListener
}

/** What `Settings` knows. */
export interface Held {
    readonly tables: readonly string[]
    readonly levels: LevelNames
    /** Texts of the build by key, without those that are the default's. */
    readonly build: Record<string, Written>
    /** What of the build could not be read. */
    readonly unread: SettingProblem[]
    /** Texts of those that have not their default. */
    texts: Record<string, SettingText>
    /** Values that were asked for, as a value takes a thousand steps to read from its text. */
    values: Record<string, unknown>
    /** What was refused. */
    problems: SettingProblem[]
    readonly listeners: Listener[]
    /** Keys changed since the start that need a restart. */
    readonly pending: string[]
    /** Where changes are kept; undefined until `openSettingsFile`. */
    file: SettingsFile | undefined
    /** Changes of the file, one after another. */
    turns: Exclusive | undefined
}

/**
 * The running firmware's settings: what the settings file says, else what the build put on the
 * board, else the default of the schema. A text that is refused leaves the default in force and
 * is told in `problems()`.
 * @devsWhenUsed
 */
export class Settings<T extends SchemaTable> {
    /**
     * What this object knows, behind a function: whoever prints the object, as a log call does
     * with an argument, must not print secrets.
     */
    readonly held: () => Held

    /**
     * Settings that all have their defaults; `loadSettings` reads the ones in flash.
     * @param tables the schema: one table or several, of which the first with a key counts
     * @throws TypeError for a table that does not start as one
     */
    constructor(tables: T[]) {
        for (const table of tables)
            if (!table.startsWith(SCHEMA_MARK + "\n"))
                throw new TypeError(
                    `a table of settings starts with the line "${SCHEMA_MARK}"`
                )
        const held: Held = {
            tables,
            levels: settingContext(tables).levels,
            build: {},
            unread: [],
            texts: {},
            values: {},
            problems: [],
            listeners: [],
            pending: [],
            file: undefined,
            turns: undefined,
        }
        this.held = () => held
    }

    /**
     * The value in force; undefined for a flag that is not set and has no default.
     * @throws RangeError when no table has the key
     */
    get<K extends KeyOf<T>>(key: K): ValueOf<T, K> {
        const held = this.held()
        const known = held.values[key]
        // a key from outside may be the name of one of the VM's own methods
        if (known !== undefined && typeof known !== "function")
            return known as ValueOf<T, K>
        const rule = ruleOf(held, key)
        const found = held.texts[key]
        const text = found ? found.text : ""
        const value = readValue(rule, text, held.levels) as ValueOf<T, K>
        held.values[key] = value
        return value
    }

    /**
     * Takes a new text for a key until the next start, or until the settings file changes. An
     * empty text means the default. `changeSettings` keeps a change.
     * @returns the problem when the text is refused: then the value before stands
     */
    set(key: string, text: string): SettingProblem | undefined {
        const held = this.held()
        const rule = findRule(held.tables, key)
        const fault = rule
            ? valueFault(rule, text, isSecretKind(rule.kind), held.levels)
            : unknownKey(key, settingContext(held.tables))
        if (fault !== undefined) return settingProblem(key, undefined, fault)
        const texts = Object.assign({}, held.texts)
        delete texts[key]
        if (text !== "")
            texts[key] = {
                text,
                origin: "program",
                line: undefined,
                secret: isSecretKind(rule.kind),
            }
        putInForce(held, { texts, problems: held.problems })
        return undefined
    }

    /**
     * Calls `listener` when the value of one of the keys changes, once for all that change
     * together, until the returned function is called. One that throws is told in `problems()`;
     * the others are called all the same.
     * @throws RangeError when no table has a key, or `MAX_LISTENERS` are there already
     */
    subscribe<K extends KeyOf<T>>(
        keys: K | K[],
        listener: SettingListener
    ): () => void {
        const held = this.held()
        const { listeners } = held
        const list = (typeof keys === "string" ? [keys] : keys) as string[]
        for (const key of list) ruleOf(held, key)
        if (listeners.length >= MAX_LISTENERS)
            throw new RangeError(
                `settings have ${MAX_LISTENERS} listeners, no more are taken`
            )
        const entry: Listener = { keys: list, call: listener }
        listeners.push(entry)
        return () => {
            const at = listeners.indexOf(entry)
            if (at >= 0) listeners.insert(at, -1)
        }
    }

    /** What is wrong now: what was refused, and listeners that failed. */
    problems(): SettingProblem[] {
        return this.held().problems.slice()
    }

    /** All settings with where they come from, in the order of the schema, secrets masked. */
    list(): SettingInfo[] {
        const held = this.held()
        return schemaKeys(held.tables).map(key => infoOf(held, key))
    }
}

/** Where a setting comes from and what it is, secrets masked. @throws RangeError when no table has the key */
export function infoOf(held: Held, key: string): SettingInfo {
    const { kind, fallback, restart } = ruleOf(held, key)
    const found = held.texts[key]
    const text = found ? found.text : fallback
    const secret = found ? found.secret : isSecretKind(kind)
    return {
        key,
        text: secret && text !== "" ? MASK : text,
        origin: found ? found.origin : "default",
        line: found && found.line,
        restart,
        pending: held.pending.indexOf(key) >= 0,
    }
}

/** Puts texts in force and calls the listeners of what changed. */
export function putInForce(
    held: Held,
    checked: CheckedSettings
): SettingChange {
    const before = held.texts
    held.texts = checked.texts
    held.values = {}
    held.problems = checked.problems
    const changed: string[] = []
    const restart: string[] = []
    const keys = Object.keys(
        Object.assign(Object.assign({}, before), held.texts)
    )
    for (const key of keys) {
        const old = before[key] ? before[key].text : ""
        const next = held.texts[key] ? held.texts[key].text : ""
        if (old === next) continue
        const rule = findRule(held.tables, key)
        if (!isChanged(held, rule, old, next)) continue
        changed.push(key)
        if (!rule.restart) continue
        restart.push(key)
        if (held.pending.indexOf(key) < 0) held.pending.push(key)
    }
    if (changed.length)
        for (const listener of held.listeners.slice())
            callListener(held, listener, changed, before)
    return { changed, restart }
}

/** Whether another text is another value; an empty one is the default. */
function isChanged(held: Held, rule: Rule, old: string, next: string): boolean {
    // a list is a new one each time it is read
    if (rule.kind === "list") return true
    const { levels } = held
    return readValue(rule, old, levels) !== readValue(rule, next, levels)
}

function callListener(
    held: Held,
    listener: Listener,
    changed: string[],
    before: Record<string, SettingText>
): void {
    const mine = listener.keys.filter(key => changed.indexOf(key) >= 0)
    if (!mine.length) return
    try {
        listener.call(mine)
    } catch (e: any) {
        // it may have thrown anything, undefined too
        const thrown = e instanceof Error ? e.message : "" + e
        const why = `a listener failed: ${thrown}`
        const safe = redact(redact(why, held.texts), before)
        held.problems.push(settingProblem(mine[0], undefined, safe))
    }
}

/** A text without the secrets that are, or were, in force. */
function redact(text: string, texts: Record<string, SettingText>): string {
    for (const held of Object.values(texts))
        if (held.secret) text = replaceAll(text, held.text, MASK)
    return text
}

function ruleOf(held: Held, key: string): Rule {
    const rule = findRule(held.tables, key)
    if (!rule)
        throw new RangeError(
            `${key}: ${unknownKey(key, settingContext(held.tables))}`
        )
    return rule
}
