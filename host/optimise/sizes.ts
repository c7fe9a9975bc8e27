// What an image consists of, by the files that it is made of: for people who look for room.
import { type DebugInfo, placeFinder, sourceFinder } from "./debug.ts"
import { decodeProgram } from "./decode.ts"
import { FUNCTION_HEADER_SIZE } from "./format.ts"
import { readImage } from "./image.ts"
import { installedMethods } from "./methods.ts"

/** What a source file takes of an image. */
export interface PartSize {
    /** Bytes of code, and of the headers of its functions. */
    code: number
    functions: number
    /** Methods that are installed: each takes 16 bytes of heap. */
    methods: number
    /** Slots of all its functions: a call takes 8 bytes of heap for each. */
    slots: number
}

/** One function of an image. */
export interface FunctionSize {
    name: string
    file: string
    /** Bytes with its header, and with whatever was inlined into it. */
    bytes: number
}

export interface Sizes {
    /** By source file; code of the compiler's own making is under "". */
    parts: Record<string, PartSize>
    /** The largest first. */
    functions: FunctionSize[]
}

/** Measures an image; inlined code counts for the file that it was written in. */
export function measureSizes(image: Uint8Array, debug: DebugInfo): Sizes {
    const raw = readImage(image)
    const placeAt = placeFinder(debug)
    const findSource = sourceFinder(debug)
    const fileAt = (position: number) => findSource(position)?.path ?? ""
    const parts: Record<string, PartSize> = {}
    const partOf = (file: string) =>
        (parts[file] ??= { code: 0, functions: 0, methods: 0, slots: 0 })
    const files = debug.functions.map(({ location }) =>
        location ? fileAt(location[0]) : ""
    )
    const functions = raw.functions.map(({ start, code, slots }, i) => {
        const file = files[i] ?? ""
        const part = partOf(file)
        part.functions++
        part.slots += slots
        part.code += FUNCTION_HEADER_SIZE
        for (let at = 0; at < code.length; at++) {
            const place = placeAt(start + at + 1)
            partOf(place.length > 0 ? fileAt(place.position) : file).code++
        }
        const { name } = debug.functions[i]!
        return { name, file, bytes: code.length + FUNCTION_HEADER_SIZE }
    })
    for (const f of decodeProgram(raw, placeAt, () => []).functions)
        for (const id of installedMethods(f)) partOf(files[id] ?? "").methods++
    functions.sort((a, b) => b.bytes - a.bytes)
    return { parts, functions }
}
