// Makes the image of a DeviceScript program smaller and faster without changing what it does.
// It knows nothing of the project around it: bytes and debug information in, the same out.
import { createHash } from "node:crypto"
import { type DebugInfo, placeFinder, SourceMapWriter } from "./debug.ts"
import { decodeProgram } from "./decode.ts"
import { encodeFunction, slotOf } from "./encode.ts"
import {
    codeStart,
    NotUnderstood,
    type RawFunction,
    type RawImage,
    readImage,
    writeImage,
} from "./image.ts"
import { numberProgram } from "./numbering.ts"
import { passes } from "./passes/index.ts"
import type { Func, Program } from "./program.ts"
import type { Types } from "./types.ts"

export { findUncalled, type LinkedMethod } from "./typed-calls.ts"
export { projectTypes, type Types } from "./types.ts"
export type { DebugInfo } from "./debug.ts"
export { MAX_CODE_END } from "./format.ts"
export {
    type FunctionSize,
    measureSizes,
    type PartSize,
    type Sizes,
} from "./sizes.ts"

export interface OptimiseOptions {
    /** The types of the sources: with them more calls by name have one target. */
    types?: Types
    /** Names of passes to leave out, for tests that look for a fault. */
    without?: readonly string[]
}

/** What the optimiser did to an image. */
export interface Report {
    /** Why the image was left as it is, in one line. */
    skipped?: string
    /** Where the code ends, in bytes: the VM reaches 65,535. */
    before: number
    after: number
    /** How often each pass changed something. */
    passes: Record<string, number>
}

export interface Optimised<D extends DebugInfo = DebugInfo> {
    image: Uint8Array
    debug: D
    report: Report
}

/**
 * Optimises an image. What is not understood (another version of the format, code that no
 * compiler of this version makes) comes back as it is, with the reason in the report.
 */
export function optimise<D extends DebugInfo>(
    image: Uint8Array,
    debug: D,
    options: OptimiseOptions = {}
): Optimised<D> {
    try {
        const done = runPasses(image, debug, options)
        // what is smaller in each place may be larger in sum
        return done.report.after <= done.report.before
            ? done
            : runPasses(image, debug, {
                  ...options,
                  without: ["inline", ...(options.without ?? [])],
              })
    } catch (error) {
        if (!(error instanceof NotUnderstood)) throw error
        const skipped = `the image is not optimised: ${error.message}`
        return {
            image,
            debug,
            report: {
                skipped,
                before: codeEnd(image),
                after: codeEnd(image),
                passes: {},
            },
        }
    }
}

function runPasses<D extends DebugInfo>(
    image: Uint8Array,
    debug: D,
    { types, without = [] }: OptimiseOptions
): Optimised<D> {
    const raw = readImage(image)
    const program = decodeProgram(raw, placeFinder(debug), id =>
        (debug.functions[id]?.slots ?? []).map(({ name }) => name)
    )
    for (const pass of passes)
        if (!without.includes(pass.name))
            pass.run(program, { raw, debug, types })
    const result = writeProgram(program, raw, debug)
    return {
        ...result,
        report: {
            before: codeEnd(image),
            after: codeEnd(result.image),
            passes: Object.fromEntries(program.counts),
        },
    }
}

function writeProgram<D extends DebugInfo>(
    program: Program,
    raw: RawImage,
    debug: D
): { image: Uint8Array; debug: D } {
    const numbered = numberProgram(program, raw)
    const map = new SourceMapWriter(debug.functions)
    let start = codeStart(numbered.functions.length)
    const functions = numbered.functions.map((f): RawFunction => {
        const encoded = encodeFunction(f, numbered.numbering)
        for (const { at, place } of encoded.places) map.add(start + at, place)
        const written = {
            start,
            code: encoded.code,
            slots: encoded.slots,
            args: f.parameters,
            flags: f.flags,
            name: numbered.name(f.name),
            tryFrames: encoded.tryFrames,
        }
        start += encoded.code.length
        return written
    })
    const { ascii, utf8, numbers, specs } = numbered
    const image = writeImage({ ...raw, functions, ascii, utf8, numbers, specs })
    const { inlined } = map
    return {
        image,
        debug: {
            ...debug,
            functions: numbered.functions.map((f, i) => ({
                ...debug.functions[f.id]!,
                startpc: functions[i]!.start,
                size: functions[i]!.code.length,
                slots: slotNames(f, functions[i]!.slots),
            })),
            srcmap: map.srcmap,
            ...(inlined ? { inlined } : {}),
            binary: { hex: Buffer.from(image).toString("hex") },
            binarySHA256: createHash("sha256").update(image).digest("hex"),
        },
    }
}

/** Names for the slots, for a debugger: several variables may share one. */
function slotNames(f: Func, slots: number) {
    return Array.from({ length: slots }, (_, slot) => {
        const variable = f.variables.find((_, i) => slotOf(f, i) === slot)
        const parameter = variable?.parameter !== undefined
        return {
            name: variable?.name || `_s${slot}`,
            type: parameter ? "arg" : "loc",
        }
    })
}

/** Where the header tells start and length of the functions' code. */
const CODE_SECTION = 40

/** Where the code of an image ends, to be held against MAX_CODE_END; 0 for what is no image. */
export function codeEnd(image: Uint8Array): number {
    if (image.length < CODE_SECTION + 8) return 0
    const view = new DataView(image.buffer, image.byteOffset)
    return (
        view.getUint32(CODE_SECTION, true) +
        view.getUint32(CODE_SECTION + 4, true)
    )
}
