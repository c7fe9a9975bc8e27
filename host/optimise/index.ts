// Makes the image of a DeviceScript program smaller and faster without changing what it does.
// It knows nothing of the project around it: bytes and debug information in, the same out.
import { createHash } from "node:crypto"
import { type DebugInfo, placeFinder, SourceMapWriter } from "./debug.ts"
import { decodeProgram } from "./decode.ts"
import { encodeFunction, slotOf } from "./encode.ts"
import { MAX_CODE_END } from "./format.ts"
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

export type { DebugInfo } from "./debug.ts"

export interface OptimiseOptions {
    /** Names of passes to leave out, for tests that look for a fault. */
    without?: readonly string[]
}

/** What became of an image. */
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
        const raw = readImage(image)
        const before = codeEnd(raw.functions)
        const program = decodeProgram(raw, placeFinder(debug), id =>
            (debug.functions[id]?.slots ?? []).map(({ name }) => name)
        )
        for (const pass of passes)
            if (!options.without?.includes(pass.name)) pass.run(program, raw)
        const result = writeProgram(program, raw, debug)
        return {
            ...result,
            report: {
                before,
                after: codeEnd(readImage(result.image).functions),
                passes: Object.fromEntries(program.counts),
            },
        }
    } catch (error) {
        if (!(error instanceof NotUnderstood)) throw error
        const skipped = `the image is not optimised: ${error.message}`
        return {
            image,
            debug,
            report: { skipped, before: 0, after: 0, passes: {} },
        }
    }
}

function codeEnd(functions: RawFunction[]): number {
    const last = functions[functions.length - 1]!
    return last.start + last.code.length
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

/** How many bytes of code are left to the VM's limit. */
export function codeLeft(report: Report): number {
    return MAX_CODE_END - 1 - report.after
}
