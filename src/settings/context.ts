import * as ds from "@devicescript/core"
import { levelSpecFault, parseLevel } from "../log"
import { nearestName } from "../platform"
import { CheckContext } from "./check"

/** What the checks of settings need, on a board. */
export function settingContext(tables: readonly string[]): CheckContext {
    return {
        tables,
        levels: { level: parseLevel, specFault: levelSpecFault },
        nearest: nearestName,
        pause: async () => {
            await ds.sleep(0)
        },
    }
}
