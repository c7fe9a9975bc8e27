import { INFO } from "./levels"
import { parseLevelSpec } from "./spec"

/** What is wrong with a level specification, and where; undefined when it is well formed. */
export function levelSpecFault(text: string): string | undefined {
    try {
        parseLevelSpec(text, INFO)
        return undefined
    } catch (e: any) {
        return e.message
    }
}
