/**
 * One program on two images: the compiler's, and what an optimiser made of it. Both must print
 * the same lines, end the same way and show the same frames where an error is printed.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { DebugInfo, Optimised } from "../../host/optimise/index.ts"
import { SourceMap } from "../../host/sim/source-map.ts"
import type { Compiled } from "./compiler.ts"
import { BROKEN, type Machine, type Run } from "./machine.ts"

/** What is tested: from an image and its debug information to others. */
export type Optimiser = (image: Uint8Array, debug: DebugInfo) => Optimised

/** How often each pass changed something. */
export type Changes = Record<string, number>

/** A run of one of the two images, and its size. */
export interface Side extends Run {
    bytes: number
}

export interface Pair {
    before: Side
    /** Undefined when the run proves nothing: the compiler's image ran into a limit. */
    after: Side | undefined
    /** What differs, undefined when nothing does. */
    difference: string | undefined
    changes: Changes
}

/** Panics caused by a limit of the VM, which the optimised image may not reach. */
const LIMITS = new Set([60001, 60004, 60006])
const MISSING_OBJECT = /[gs]etting field '\w+' of (undefined|null)/
const FRAME = /^\*\s+at /
const HAS_FRAMES = /^\*\s+at |\bgpc:/
/** Frames that the VM keeps of an error. */
const MOST_FRAMES = 16

/**
 * Optimises a program and runs both images.
 * @param typed the optimiser knows the types: an error of a missing object then names what the
 *     method touches first, and not the method, and comes from there
 */
export async function runPair(
    machine: Machine,
    optimiser: Optimiser,
    compiled: Compiled,
    typed = false
): Promise<Pair> {
    const before = await runSide(machine, compiled.image, compiled.debug)
    const nothing = { before, after: undefined, changes: {} }
    if (before.panic === BROKEN)
        throw new Error("the compiler's image breaks the VM")
    if (before.panic !== undefined && LIMITS.has(before.panic))
        return { ...nothing, difference: undefined }
    let optimised: Optimised
    try {
        optimised = optimiser(compiled.image, compiled.debug)
    } catch (error) {
        const difference = `the optimiser throws ${(error as Error).stack}`
        return { ...nothing, difference }
    }
    const { image, debug, report } = optimised
    const after = await runSide(machine, image, debug)
    const difference = report.skipped ?? compare(before, after, typed)
    return { before, after, difference, changes: report.passes }
}

async function runSide(
    machine: Machine,
    image: Uint8Array,
    debug: DebugInfo
): Promise<Side> {
    const run = await machine.run(image)
    return {
        ...run,
        bytes: codeEnd(image),
        lines: resolveFrames(run.lines, debug).map(withoutAddresses),
    }
}

/** Where the header of an image tells start and length of the functions' code. */
const CODE_SECTION = 40

/** Bytes of the image up to where its code ends: what counts to the VM's 64 KB. */
function codeEnd(image: Uint8Array): number {
    const view = new DataView(image.buffer, image.byteOffset)
    return (
        view.getUint32(CODE_SECTION, true) +
        view.getUint32(CODE_SECTION + 4, true)
    )
}

/** Frames as they are shown to people, each with name, file and line. */
function resolveFrames(lines: string[], debug: DebugInfo): string[] {
    if (!lines.some(line => HAS_FRAMES.test(line))) return lines
    const folder = mkdtempSync(join(tmpdir(), "fiberd-pair-"))
    try {
        const file = join(folder, "debug.json")
        writeFileSync(file, JSON.stringify(debug))
        const map = new SourceMap(file)
        return lines.flatMap(line => {
            const resolved = map.resolve(line)
            // those of inlined functions come with that of the VM
            return FRAME.test(line)
                ? resolved.split(/(?<=\)) (?=at )/).map(frame)
                : [resolved]
        })
    } finally {
        rmSync(folder, { recursive: true })
    }
}

const frame = (text: string) => `*  ${text.replace(FRAME, "at ")}`

/** Addresses in heap and code, and numbers of functions, mean nothing to the program. */
function withoutAddresses(line: string): string {
    return line
        .replace(/__stack__.*/, "__stack__")
        .replace(/\b0x[0-9A-F]+\b/g, "0x")
        .replace(/\b(fun|str|buf|method|closure):[\w:]+/g, "$1:")
        .replace(/\b[0-9a-f]+@fun:/g, "@fun:")
}

function compare(
    before: Side,
    after: Side,
    typed: boolean
): string | undefined {
    if (after.verified !== before.verified)
        return `the verifier says ${after.verified}, not ${before.verified}`
    const end = ({ panic }: Side) => panic ?? "none"
    const got = withoutMoreFrames(before.lines, after.lines, typed)
    for (let i = 0; i < Math.max(before.lines.length, got.length); i++)
        if (!isSame(before.lines[i], got[i], typed))
            return [
                `line ${i}`,
                `  expected ${before.lines[i] ?? "nothing more"}`,
                `  got      ${got[i] ?? "nothing more"}`,
                `  panic    ${end(before)}, ${end(after)}`,
            ].join("\n")
    if (before.panic !== after.panic)
        return `panic ${end(after)}, not ${end(before)}`
    return undefined
}

function isSame(
    expected: string | undefined,
    got: string | undefined,
    typed: boolean
): boolean {
    const read = (line: string | undefined) =>
        typed ? line?.replace(MISSING_OBJECT, "a field of $1") : line
    return read(expected) === read(got)
}

/**
 * Where some functions are inlined, more of the frames of an error fit than before; the error of a
 * missing object may come from within the method.
 */
function withoutMoreFrames(
    expected: string[],
    got: string[],
    typed: boolean
): string[] {
    const kept: string[] = []
    let frames = 0
    let isMissing = false
    for (const line of got) {
        if (!FRAME.test(line)) {
            frames = 0
            isMissing = typed && MISSING_OBJECT.test(line)
        } else {
            const isMore = ++frames > MOST_FRAMES || isMissing
            if (isMore && expected[kept.length] !== line) continue
            isMissing = false
        }
        kept.push(line)
    }
    return kept
}
