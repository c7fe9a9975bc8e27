import * as ds from "@devicescript/core"
import { levelSpecFault, parseLevel } from "../log"
import { addTo, nearestName } from "../platform"
import {
    CheckContext,
    CheckedSettings,
    SettingOrigin,
    SettingText,
    unknownKey,
} from "./check"
import type { SettingsFile } from "./file"
import { addProblem, SettingProblem } from "./problem"
import {
    findRule,
    isSecretKind,
    KeyOf,
    Rule,
    schemaKeys,
    SchemaTable,
    ValueOf,
} from "./schema"
import { hasPassword } from "./secrets"
import { replaceAll } from "./text"
import { MASK, readValue, valueFault } from "./values"

/** Most listeners of a `Settings` object, over all keys. */
export const MAX_LISTENERS = 32

/**
 * Called when settings have changed, once for all of its keys that changed together, with these
 * keys. Must not wait.
 */
export type SettingListener = (changed: string[]) => void

/** One setting, without its secret. */
export interface SettingInfo {
    key: string
    /** `***` for a secret; the text of the default if nothing sets it. */
    text: string
    origin: SettingOrigin
    /** Line in the settings file; undefined when its text is not from there. */
    line: number | undefined
    /** Whether a change takes effect at the next start only. */
    restart: boolean
    /** Whether it has changed and waits for the next start. */
    pending: boolean
}

interface Listener {
    keys: string[]
    call: SettingListener
}

/** The state of a `Settings` object. */
export interface Held extends CheckContext {
    /** Problems with reading the build's settings. */
    readonly unread: SettingProblem[]
    /** Texts in force by key, without settings that have their default. */
    texts: Record<string, SettingText>
    /** The texts at the start, with those of the file if one was opened. */
    started: Record<string, SettingText>
    /** Values read so far, without secrets: reading one from its text takes a thousand steps. */
    readonly values: Record<string, unknown>
    /** What was refused, and listeners that failed. */
    problems: SettingProblem[]
    readonly listeners: Listener[]
    /** Where changes are kept; undefined until `openSettingsFile`. */
    file?: SettingsFile
}

/**
 * The settings of the running firmware: from the settings file, else from the build, else the
 * default of the schema. If a text is refused, the default is in force and `problems()` reports it.
 * @devsWhenUsed
 */
export class Settings<T extends SchemaTable> {
    /**
     * The state of this object, behind a function: printing the object, as a log call does with an
     * argument, must not print secrets.
     */
    readonly held: () => Held
    private readonly values: Record<string, unknown> = {}
    /** For type checks: settings of several tables can be used as settings of each of them only. */
    declare readonly tables?: (table: T) => void

    /**
     * Settings that all have their defaults; `loadSettings` reads those in flash.
     * @param tables the schema: one table or several; for a key in two tables the first one counts
     */
    constructor(tables: T[]) {
        const held: Held = {
            tables,
            level: parseLevel,
            specFault: levelSpecFault,
            nearest: nearestName,
            pause: ds.sleep,
            build: {},
            unread: [],
            texts: {},
            started: {},
            values: this.values,
            problems: [],
            listeners: [],
        }
        this.held = () => held
    }

    /**
     * The value in force; undefined for a flag that is not set and has no default.
     * @throws RangeError when no table has the key
     */
    get<K extends KeyOf<T>>(key: K): ValueOf<T, K> {
        return (this.values[key] ?? valueOf(this.held(), key)) as ValueOf<T, K>
    }

    /**
     * Sets a key until the next start, or until the settings file changes; `changeSettings` keeps
     * a change. An empty text means the default. References are not filled in.
     * @returns the problem when the text is refused; the value then stays as it was
     */
    set(key: string, text: string): SettingProblem | undefined {
        const held = this.held()
        const rule = findRule(held.tables, key)
        const secret = rule !== undefined && isSecretKind(rule.kind)
        const fault = rule
            ? valueFault(rule, text, secret, held)
            : unknownKey(key, held)
        if (fault !== undefined) {
            const problems: SettingProblem[] = []
            addProblem(problems, key, undefined, fault)
            return problems[0]
        }
        const texts = Object.assign({}, held.texts)
        delete texts[key]
        const origin = "program"
        if (text !== "") texts[key] = { text, line: undefined, origin, secret }
        const before = held.texts
        const changed = activate(held, texts)
        for (const listener of held.listeners.slice())
            callListener(held, listener, changed, before)
        return undefined
    }

    /**
     * Calls `listener` when the text of one of the keys changes, once for all that change
     * together, until the returned function is called. A listener that throws is reported by
     * `problems()`; the others are still called.
     * @throws RangeError when there are `MAX_LISTENERS` already
     */
    subscribe<K extends KeyOf<T>>(
        keys: K | K[],
        listener: SettingListener
    ): () => void {
        const { listeners } = this.held()
        if (listeners.length >= MAX_LISTENERS)
            throw new RangeError(
                `settings have ${MAX_LISTENERS} listeners, no more are taken`
            )
        const list = (typeof keys === "string" ? [keys] : keys) as string[]
        return addTo(listeners, { keys: list, call: listener })
    }

    /** What is wrong now: what was refused, and listeners that failed. */
    problems(): SettingProblem[] {
        return this.held().problems.slice()
    }

    /** All settings with their origins, in the order of the schema, secrets masked. */
    list(): SettingInfo[] {
        const held = this.held()
        return schemaKeys(held.tables).map(key => infoOf(held, key))
    }
}

/** Reads the value in force of a key. @throws RangeError when no table has it */
function valueOf(held: Held, key: string): unknown {
    const value = readValue(
        ruleOf(held, key),
        settingText(held.texts, key),
        held
    )
    const found = held.texts[key]
    if (!found || !found.secret) held.values[key] = value
    return value
}

/** What `list` shows of a setting, secrets masked. @throws RangeError when no table has the key */
export function infoOf(held: Held, key: string): SettingInfo {
    const { kind, fallback, restart } = ruleOf(held, key)
    const found = held.texts[key] || {
        text: fallback,
        line: undefined,
        origin: "default",
        secret: isSecretKind(kind),
    }
    const { text, line, origin, secret } = found
    return {
        key,
        text: (secret && text !== "") || hasPassword(text) ? MASK : text,
        origin,
        line,
        restart,
        pending:
            restart &&
            settingText(held.started, key) !== settingText(held.texts, key),
    }
}

/**
 * Puts texts in force, all at once, and calls the listeners of those that changed.
 * @returns the keys whose texts have changed
 */
export async function putInForce(
    held: Held,
    { texts, problems }: CheckedSettings
): Promise<string[]> {
    const before = held.texts
    const changed = activate(held, texts)
    held.problems = problems
    for (const listener of held.listeners.slice()) {
        callListener(held, listener, changed, before)
        // a listener may read values, at some 1,000 steps each
        await held.pause(0)
    }
    return changed
}

/** Puts texts in force. @returns the keys whose texts have changed */
function activate(held: Held, texts: Record<string, SettingText>): string[] {
    const before = held.texts
    held.texts = texts
    const all = Object.assign(Object.assign({}, before), texts)
    return Object.keys(all).filter(key => {
        const isChanged = settingText(before, key) !== settingText(texts, key)
        if (isChanged) held.values[key] = undefined
        return isChanged
    })
}

/** Calls a listener with its keys among those that changed. Never throws. */
export function callListener(
    held: Held,
    { keys, call }: Listener,
    changed: string[],
    before: Record<string, SettingText>
): void {
    const mine = keys.filter(key => changed.indexOf(key) >= 0)
    if (!mine.length) return
    try {
        call(mine)
    } catch (e: any) {
        // anything may be thrown, even undefined
        const thrown = e instanceof Error ? e.message : "" + e
        const why = `a listener failed: ${thrown}`
        const safe = redact(redact(why, held.texts), before)
        addProblem(held.problems, mine[0], undefined, safe)
    }
}

/** A text with `***` in place of each secret in `texts`. */
function redact(text: string, texts: Record<string, SettingText>): string {
    for (const held of Object.values(texts))
        if (held.secret) text = replaceAll(text, held.text, MASK)
    return text
}

/** The text in force for a key; empty for the default. */
export function settingText(
    texts: Record<string, SettingText>,
    key: string
): string {
    const found = texts[key]
    return found ? found.text : ""
}

function ruleOf(held: Held, key: string): Rule {
    const rule = findRule(held.tables, key)
    if (!rule) throw new RangeError(`${key}: ${unknownKey(key, held)}`)
    return rule
}
