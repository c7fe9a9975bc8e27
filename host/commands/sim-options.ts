import { UsageError } from "../errors.ts"
import type { Level } from "../levels.ts"
import type { SettingSources } from "../sim/index.ts"
import type { Kind } from "../view/kinds.ts"

/** Options of `fiberctl sim` as commander gives them. */
export interface SimCommandOptions extends SettingSources {
    main: string
    board?: string
    image?: string
    optimise: boolean
    state?: string
    fresh?: boolean
    watch?: boolean
    web?: number | true
    collector: boolean
    for?: number
    count?: number
    json?: boolean
    only?: Kind[]
    led: boolean
    level?: Level
    task?: string
    quiet?: boolean
    expect: string[]
    failOn: string[]
    timeout?: number
    allowPanics?: boolean
    scenario?: string
}

/** The error about what was asked for beside an image, which boots as it is. */
export function notForImage(what: string): UsageError {
    return new UsageError(
        `${what} is for a program that is built, not for --image`
    )
}
