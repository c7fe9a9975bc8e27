import type { DebugInfo } from "../debug.ts"
import type { RawImage } from "../image.ts"
import type { Func, Program } from "../program.ts"
import { useTypes } from "../typed-calls.ts"
import type { Types } from "../types.ts"
import { simplifyConditions } from "./conditions.ts"
import { propagateCopies } from "./copies.ts"
import { dropDeadStores } from "./dead-stores.ts"
import { straighten } from "./flow.ts"
import { forwardValues } from "./forward.ts"
import { gatherInstalls } from "./installs.ts"
import { inlineFunctions } from "./inline.ts"
import { orderBlocks } from "./layout.ts"
import { callPlainly } from "./plain-calls.ts"
import { indexOfIsKnown, testPositions } from "./positions.ts"
import { keepInReturned } from "./returned.ts"
import { readReturned } from "./returned-copies.ts"
import { sinkValues } from "./sink.ts"
import { chooseSlots } from "./slots.ts"
import { storeFirst } from "./store-first.ts"
import { fillTexts } from "./texts.ts"
import { splitWebs } from "./webs.ts"

/** What a program was made from. */
export interface Origin {
    raw: RawImage
    debug: DebugInfo
    types?: Types | undefined
}

/** A pass over a whole program. */
export interface Pass {
    name: string
    run: (program: Program, origin: Origin) => void
}

/** Most rounds of the passes within a function; three are usual. */
const MAX_ROUNDS = 10

/** All passes within a function, until nothing changes any more. */
export function tidy(program: Program, f: Func): void {
    for (let round = 0; round < MAX_ROUNDS; round++) {
        splitWebs(f)
        let changed = straighten(program, f)
        for (const pass of [
            simplifyConditions,
            propagateCopies,
            forwardValues,
            sinkValues,
            dropDeadStores,
        ])
            if (pass(program, f)) changed = true
        if (!changed) return
    }
}

export const passes: readonly Pass[] = [
    {
        name: "tidy",
        run: program => program.functions.forEach(f => tidy(program, f)),
    },
    {
        name: "types",
        run: (program, { raw, debug, types }) => {
            if (types) useTypes(program, raw, debug, types)
        },
    },
    {
        name: "methods",
        run: (program, { raw }) => callPlainly(program, raw),
    },
    {
        name: "inline",
        run: (program, { raw }) =>
            inlineFunctions(program, raw, f => tidy(program, f)),
    },
    {
        name: "texts",
        run: (program, { raw }) =>
            fillTexts(program, raw, f => tidy(program, f)),
    },
    {
        name: "slots",
        run: program => {
            const isKnown = indexOfIsKnown(program)
            for (const f of program.functions) {
                chooseSlots(program, f)
                straighten(program, f)
                gatherInstalls(program, f)
                keepInReturned(program, f)
                readReturned(program, f)
                storeFirst(program, f)
                if (isKnown) testPositions(program, f)
                orderBlocks(f)
            }
        },
    },
]
