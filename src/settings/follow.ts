import type { AtOnce } from "../platform"
import { Bindings, BoundOptions, SchemaTable } from "./schema"
import { ending, follow, Settings, tell } from "./settings"

/**
 * Applies settings as options: at once, and again whenever one of them changes. If `apply` throws,
 * that is reported by `problems()` and does not end the start: a board that restarts again and
 * again could not be given a better setting.
 *
 *     followSettings(settings, "level=HB_LEVEL", options => log.configureHandler("led", options))
 *
 * @param bindings pairs `option=KEY`, separated by a blank
 * @param apply is called with an object that has all options of the bindings
 * @returns a function that ends this
 * @throws RangeError when the settings have `MAX_LISTENERS` already
 */
export function followSettings<T extends SchemaTable, B extends string>(
    settings: Settings<T>,
    bindings: Bindings<B, T>,
    apply: (options: BoundOptions<B, T>) => AtOnce
): () => void {
    const held = settings.held()
    const place = follow(held, bindings, apply)
    tell(held, place, held.inForce)
    return ending(held, place)
}
