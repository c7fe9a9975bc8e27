import { splitText } from "../platform"
import { KeyOf, SchemaTable } from "./schema"
import { callListener, Settings } from "./settings"

/**
 * Hands settings to what is configured by options: at once, and again whenever one of them
 * changes. One that `apply` refuses is reported in `problems()`, and must not stop the start: a
 * board that starts again and again could not be given a better one.
 *
 *     followSettings(settings, "level=HB_LEVEL", options => log.configureHandler("led", options))
 *
 * @param bindings pairs `option=KEY` with a blank between them
 * @param apply gets an object with all options of the bindings
 * @returns ends it
 */
export function followSettings<T extends SchemaTable>(
    settings: Settings<T>,
    bindings: string,
    apply: (options: any) => void
): () => void {
    const names: string[] = []
    const keys: KeyOf<T>[] = []
    for (const binding of splitText(bindings, " ")) {
        const [name, key] = splitText(binding, "=")
        names.push(name)
        keys.push(key as KeyOf<T>)
    }
    const hand = () => {
        const options: Record<string, any> = {}
        for (let i = 0; i < keys.length; ++i)
            options[names[i]] = settings.get(keys[i])
        apply(options)
    }
    const end = settings.subscribe(keys, hand)
    callListener(settings.held(), { keys, call: hand }, keys, {})
    return end
}
