import { isLevelSpec, parseLevel } from "../log"
import { AtOnce, giveWay, splitText } from "../platform"
import {
    CheckContext,
    CheckedSettings,
    SettingOrigin,
    SET_BY_PROGRAM,
    SettingTexts,
} from "./check"
import type { SettingsFile } from "./file"
import { addProblem, SettingProblem, UNKNOWN_SETTING } from "./problem"
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
export type SettingListener = (changed: string[]) => AtOnce

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

/** The texts of settings that all have their defaults, as JSON. */
const NO_TEXTS = '{"texts":{}, "lines":{}, "secrets":{}}'

/** What the message about a listener that failed says. */
const FAILURE = "a listener failed: "

/** What a change is told to: a listener, or what takes the values of its bindings as options. */
type Told = (told: any) => AtOnce

/** The state of a `Settings` object. */
export interface Held extends CheckContext {
    /** Problems with reading the build's settings. */
    readonly unread: SettingProblem[]
    /** The texts in force. */
    inForce: SettingTexts
    /** The texts at the start, with those of the file if one was opened. */
    started: SettingTexts
    /** Values read so far, without secrets: reading one from its text takes a thousand steps. */
    readonly values: Record<string, unknown>
    /** What was refused, and listeners that failed. */
    problems: SettingProblem[]
    /** By place in the list: the key by which a listener failed that failed when it was called last. */
    readonly failed: string[]
    /**
     * For each listener two items: itself, undefined after its end, and what it follows: its keys,
     * or bindings `option=KEY`, separated by blanks.
     */
    readonly listeners: (Told | string)[]
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
            isSpec: isLevelSpec,
            pause: giveWay,
            build: {},
            unread: [],
            // not by a variable, which the closure below would keep
            inForce: JSON.parse(NO_TEXTS),
            started: JSON.parse(NO_TEXTS),
            values: this.values,
            problems: [],
            failed: [],
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
     * @throws RangeError when no table has the key
     */
    set<K extends KeyOf<T>>(key: K, text: string): SettingProblem | undefined {
        const held = this.held()
        const rule = ruleOf(held, key)
        const fault = valueFault(rule, text, held)
        if (fault !== undefined) {
            const problems: SettingProblem[] = []
            addProblem(problems, key, undefined, fault)
            return problems[0]
        }
        const before = held.inForce
        const texts = Object.assign({}, before.texts)
        const lines = Object.assign({}, before.lines)
        const secrets = Object.assign({}, before.secrets)
        texts[key] = text
        lines[key] = SET_BY_PROGRAM
        secrets[key] = isSecretKind(rule.kind)
        const changed = activate(held, { texts, lines, secrets })
        // listeners that failed are called again
        held.problems = held.problems.filter(
            ({ message }) => message.indexOf(FAILURE) < 0
        )
        for (let i = 0; i < held.listeners.length; i += 2)
            tell(held, i, before, changed)
        return undefined
    }

    /**
     * Calls `listener` when the text of one of the keys changes, once for all that change
     * together, until the returned function is called. A listener that throws is reported by
     * `problems()`, and called with all of its keys at the next change of any setting; the others are
     * still called.
     * @throws RangeError when there are `MAX_LISTENERS` already
     */
    subscribe<K extends KeyOf<T>>(
        keys: K | K[],
        listener: SettingListener
    ): () => void {
        const list = (typeof keys === "string" ? [keys] : keys) as string[]
        const held = this.held()
        return ending(held, follow(held, list.join(" "), listener))
    }

    /** What is wrong now: what was refused, and listeners that failed. */
    problems(): SettingProblem[] {
        return this.held().problems.slice()
    }
}

/** Reads the value in force of a setting from its text. */
function readText(held: Held, key: string, rule: Rule): unknown {
    // texts in force have been checked, and those of the schema by the build
    return readValue(rule, settingText(held.inForce, key), held, true)
}

/**
 * The same, and keeps the value, unless it is a secret, or of a key that takes effect at the start
 * only: programs read such a key once.
 * @throws RangeError when no table has the key
 */
function valueOf(held: Held, key: string): unknown {
    const rule = ruleOf(held, key)
    const value = readText(held, key, rule)
    if (!held.inForce.secrets[key] && !rule.restart) held.values[key] = value
    return value
}

/** The keys of all settings, in the order of the schema. */
export function settingKeys<T extends SchemaTable>({
    held,
}: Settings<T>): string[] {
    return schemaKeys(held().tables)
}

/** One setting with its origin, a secret masked. @throws RangeError when no table has the key */
export function settingInfo<T extends SchemaTable>(
    settings: Settings<T>,
    key: string
): SettingInfo {
    const held = settings.held()
    const { kind, fallback, restart } = ruleOf(held, key)
    const { inForce, started } = held
    const set = settingText(inForce, key)
    const text = set || fallback
    const line = set ? inForce.lines[key] : undefined
    const secret = inForce.secrets[key] || isSecretKind(kind)
    return {
        key,
        text: (secret && text !== "") || hasPassword(text) ? MASK : text,
        origin:
            line > 0
                ? "file"
                : line === SET_BY_PROGRAM
                  ? "program"
                  : set
                    ? "build"
                    : "default",
        line: line > 0 ? line : undefined,
        restart,
        pending: restart && settingText(started, key) !== set,
    }
}

/**
 * Puts texts in force, all at once, and calls the listeners of those that changed.
 * @returns the keys whose texts have changed
 */
export async function putInForce(
    held: Held,
    checked: CheckedSettings
): Promise<string[]> {
    const before = held.inForce
    const changed = activate(held, checked)
    held.problems = checked.problems
    for (let i = 0; i < held.listeners.length; i += 2) {
        tell(held, i, before, changed)
        // a listener may read values, at some 1,000 steps each
        await held.pause()
    }
    return changed
}

/** Puts texts in force. @returns the keys whose texts have changed */
function activate(held: Held, next: SettingTexts): string[] {
    const before = held.inForce
    next.texts = merged(before.texts, next.texts)
    next.lines = merged(before.lines, next.lines)
    next.secrets = merged(before.secrets, next.secrets)
    held.inForce = next
    const all = Object.assign(Object.assign({}, before.texts), next.texts)
    const changed: string[] = []
    for (const key of Object.keys(all))
        if (settingText(before, key) !== settingText(next, key)) {
            held.values[key] = undefined
            changed.push(key)
        }
    return changed
}

/**
 * The same as `next`, with the names and texts of `before` where they are equal: new ones lie between
 * what was read of a file, all over the heap, and leave no room for its text when it is changed again.
 */
function merged<V>(
    before: Record<string, V>,
    next: Record<string, V>
): Record<string, V> {
    const all = Object.assign({}, before)
    for (const key of Object.keys(before))
        if (next[key] === undefined) delete all[key]
    for (const key of Object.keys(next))
        if (all[key] !== next[key]) all[key] = next[key]
    return all
}

/**
 * Adds a listener.
 * @param followed keys, or bindings `option=KEY`, separated by blanks
 * @returns its place in the list
 * @throws RangeError when there are `MAX_LISTENERS` already
 */
export function follow(held: Held, followed: string, told: Told): number {
    const { listeners } = held
    // places of listeners that have ended are used again
    let place = listeners.indexOf(undefined)
    if (place < 0) place = listeners.length
    if (place >= 2 * MAX_LISTENERS)
        throw new RangeError(
            `settings have ${MAX_LISTENERS} listeners, no more are taken`
        )
    listeners[place] = told
    listeners[place + 1] = followed
    return place
}

/** A function that ends a listener. */
export function ending(held: Held, place: number): () => void {
    const told = held.listeners[place]
    return () => {
        if (held.listeners[place] === told)
            held.listeners[place] = held.failed[place] = undefined
    }
}

/**
 * Tells a listener which of its keys have changed, or gives it the values of its bindings if one
 * of them has, or if it failed the last time. Never throws.
 * @param changed the keys that have changed; undefined for all
 */
export function tell(
    held: Held,
    place: number,
    before: SettingTexts,
    changed?: string[]
): void {
    const told = held.listeners[place] as Told
    if (!told) return
    const { failed } = held
    const mine: string[] = []
    const bindings = splitText(held.listeners[place + 1] as string, " ")
    for (const binding of bindings) {
        const key = binding.slice(binding.indexOf("=") + 1)
        if (!changed || changed.indexOf(key) >= 0) mine.push(key)
    }
    const culprit = failed[place]
    const key = culprit || mine[0]
    if (!key) return
    // not always: the list has room in the heap for none
    if (culprit) failed[place] = undefined
    try {
        const isBound = bindings[0].indexOf("=") >= 0
        // one that failed gets all of its keys, which are its bindings
        told(isBound ? optionsOf(held, bindings) : culprit ? bindings : mine)
    } catch (e: any) {
        // anything may be thrown, even undefined
        const why: string = FAILURE + (e instanceof Error ? e.message : e)
        const safe = redact(redact(why, held.inForce), before)
        failed[place] = key
        addProblem(held.problems, key, undefined, safe, true)
        // what was changed is not in force for it, whichever key is to blame
        if (changed && mine.length) changed.push(key)
    }
}

/** The values of bindings `option=KEY`. They are not kept, as they are read at a change only. */
function optionsOf(held: Held, bindings: string[]): Record<string, unknown> {
    const options: Record<string, unknown> = {}
    for (const binding of bindings) {
        const [name, key] = splitText(binding, "=")
        options[name] =
            held.values[key] ?? readText(held, key, ruleOf(held, key))
    }
    return options
}

/** A text with `***` in place of each secret in `texts`. */
function redact(text: string, { texts, secrets }: SettingTexts): string {
    for (const key of Object.keys(secrets))
        if (secrets[key] && texts[key])
            text = replaceAll(text, texts[key], MASK)
    return text
}

/** The text of a key; empty for the default. */
export function settingText(
    { texts }: Pick<SettingTexts, "texts">,
    key: string
): string {
    return texts[key] || ""
}

function ruleOf(held: Held, key: string): Rule {
    const rule = findRule(held.tables, key)
    if (!rule) throw new RangeError(`${key}: ${UNKNOWN_SETTING}`)
    return rule
}
