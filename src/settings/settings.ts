import { FlashSlots } from "../platform"
import {
    fault,
    MASK,
    Schema,
    SchemaMaker,
    SettingProblem,
    Values,
} from "./setting"

/** Most listeners of one setting. */
export const MAX_LISTENERS = 16

/** Told of a changed value, within the `set` that changed it. Must not wait. */
export type SettingListener<T> = (value: T) => void

/**
 * The running firmware's settings: read once from flash, checked against their schema,
 * and changed in RAM while it runs. A text that is refused leaves the default, or the value
 * before, in force and is told in `problems()`.
 * @devsWhenUsed
 */
export class Settings<S extends Schema> {
    /** By key; for reading only. */
    readonly values: Record<string, unknown> = {}
    /** What was set, of those that have not their default: most have, and take no heap here. */
    private readonly texts: Record<string, string> = {}
    /** Why texts were refused, by key. */
    readonly refused: Record<string, SettingProblem> = {}
    private readonly listeners: Record<string, SettingListener<any>[]> = {}

    /** Settings that all have their defaults; `loadSettings` reads the ones in flash. */
    constructor(private readonly schema: SchemaMaker<S>) {
        const settings = schema()
        for (const key of Object.keys(settings))
            this.values[key] = settings[key].fallback
    }

    /** The value in force. */
    get<K extends keyof S & string>(key: K): Values<S>[K] {
        return this.values[key] as Values<S>[K]
    }

    /**
     * Takes a new text for a key, as from a dotenv text or a remote command, and tells the
     * key's listeners when the value changed. An empty text means the default. Kept in RAM only.
     * @param line line of the dotenv text it stood in, where known
     * @returns the problem when the text is refused (the value before stands) or the key is
     * not in the schema; undefined when it holds
     */
    set(key: string, text: string, line?: number): SettingProblem | undefined {
        const { values, texts, refused } = this
        const setting = this.schema()[key]
        if (!setting) return { key, message: `${key}: no such setting` }
        let value: unknown = setting.fallback
        if (text !== "") {
            value = setting.read(text)
            const problem = fault(key, setting, text, value, line)
            if (problem) {
                refused[key] = problem
                return problem
            }
        }
        delete refused[key]
        const { fallback } = setting
        const isDefault = value === fallback
        // a list is a new one each time it is read
        const changed =
            values[key] !== value &&
            texts[key] !== (isDefault ? undefined : text)
        // equal texts are two objects in the heap
        values[key] = isDefault ? fallback : value
        if (isDefault) delete texts[key]
        else texts[key] = text
        if (changed) this.tell(key, value)
        return undefined
    }

    /**
     * Calls `listener` with each new value of a key, until the returned function is called.
     * A listener that throws is told in `problems()`; the others are called all the same.
     * @throws RangeError when the key has `MAX_LISTENERS` already
     */
    subscribe<K extends keyof S & string>(
        key: K,
        listener: SettingListener<Values<S>[K]>
    ): () => void {
        const listeners = this.listeners[key] || []
        if (listeners.length >= MAX_LISTENERS)
            throw new RangeError(
                `setting "${key}" has ${MAX_LISTENERS} listeners, no more are taken`
            )
        this.listeners[key] = listeners
        listeners.push(listener)
        return () => {
            const at = listeners.indexOf(listener)
            if (at >= 0) listeners.insert(at, -1)
        }
    }

    /** What is wrong now, at most one problem a key. */
    problems(): SettingProblem[] {
        return Object.values(this.refused)
    }

    /** One line `KEY=text` a setting, with `(default)` where it has that, and `***` for a secret. */
    describe(): string[] {
        const { texts } = this
        const schema = this.schema()
        return Object.keys(schema).map(key => {
            const text = texts[key]
            if (!text) return `${key} (default)`
            return `${key}=${schema[key].secret ? MASK : text}`
        })
    }

    private tell(key: string, value: unknown): void {
        const listeners = this.listeners[key] || []
        for (const listener of listeners.slice()) {
            try {
                listener(value)
            } catch (e: any) {
                const why = e.message ?? e
                const message = `${key}: a listener failed with: ${why}`
                this.refused[key] = { key, message }
            }
        }
    }
}

/**
 * The settings of a schema as they are in flash: one read of about 15 ms for each key. The
 * DeviceScript tool keeps a value as JSON: mostly a string, but `514` or `true` bare.
 * Never throws: a slot that cannot be read is a problem, and the default stands.
 */
export async function loadSettings<S extends Schema>(
    flash: FlashSlots,
    schema: SchemaMaker<S>
): Promise<Settings<S>> {
    const settings = new Settings<S>(schema)
    const { values, refused } = settings
    for (const key of Object.keys(values)) {
        try {
            const slot = await flash.read(key)
            if (slot) settings.set(key, decode(slot.toString()))
        } catch (e: any) {
            refused[key] = { key, message: `${key}: ${e.message ?? e}` }
        }
    }
    return settings
}

/**
 * The text of a slot's JSON. Numbers, booleans and objects keep the form they are written in.
 * @throws Error when it is not JSON
 */
function decode(json: string): string {
    let value: unknown
    try {
        value = JSON.parse(json)
    } catch (e: any) {
        throw new Error("what is in flash is not JSON")
    }
    return typeof value === "string" ? value : json
}
