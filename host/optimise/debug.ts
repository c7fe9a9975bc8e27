// The compiler's debug information (`bytecode-dbg.json`), and what is added to it: which code was
// inlined where.
import type { Inlining, Place } from "./program.ts"

/** The debug information, as far as it is read or written here. */
export interface DebugInfo {
    functions: FunctionInfo[]
    /** Triples, position and code position relative to the one before: position, length, code. */
    srcmap: number[]
    /** The sources, laid end to end by positions; lengths in characters. */
    sources?: { path: string; length: number }[]
    /** Set when functions were inlined. */
    inlined?: InlinedInfo
    binary?: { hex: string }
    binarySHA256?: string
    sizes?: Record<string, number>
}

export interface FunctionInfo {
    name: string
    startpc: number
    size: number
    slots: { name: string; type: string }[]
    location?: [number, number]
}

/** What was inlined: a frame of the VM is several of the sources. */
export interface InlinedInfo {
    /** Each inlined call. */
    sites: InlinedSite[]
    /** For each triple of `srcmap` 0, or 1 and the number of the site whose code it is. */
    entries: number[]
}

export interface InlinedSite {
    /** Name of the function that was inlined. */
    name: string
    /** Where it was called, as in `srcmap`. */
    position: number
    length: number
    /** 0, or 1 and the number of the site whose code the call is. */
    outer: number
}

/** Makes a function that finds the source that holds a position, and where that begins. */
export function sourceFinder({
    sources = [],
}: DebugInfo): (
    position: number
) => { path: string; start: number } | undefined {
    const starts: number[] = []
    let start = 0
    for (const { length } of sources) {
        starts.push(start)
        start += length
    }
    return position => {
        let i = starts.length - 1
        while (i > 0 && starts[i]! > position) i--
        const source = sources[i]
        return source && { path: source.path, start: starts[i]! }
    }
}

/** Numbers of an entry of `srcmap`. */
const ENTRY_SIZE = 3

/** Makes a function that tells where the instruction that ends before a code position is from. */
export function placeFinder(debug: DebugInfo): (end: number) => Place {
    const codes: number[] = []
    const places: Place[] = []
    let position = 0
    let code = 0
    for (let i = 0; i < debug.srcmap.length; i += ENTRY_SIZE) {
        position += debug.srcmap[i]!
        code += debug.srcmap[i + 2]!
        codes.push(code)
        places.push({ position, length: debug.srcmap[i + 1]! })
    }
    const nowhere: Place = { position: 0, length: 0 }
    return end => {
        let low = 0
        let high = codes.length
        while (low < high) {
            const middle = (low + high) >> 1
            if (codes[middle]! < end) low = middle + 1
            else high = middle
        }
        return places[low - 1] ?? nowhere
    }
}

/** Collects the places of an image's code, in its order. */
export class SourceMapWriter {
    readonly srcmap: number[] = []
    private readonly sites: InlinedSite[] = []
    private readonly entries: number[] = []
    private readonly numbers = new Map<Inlining, number>()
    private position = 0
    private code = 0

    constructor(private readonly functions: FunctionInfo[]) {}

    add(code: number, { position, length, inlined }: Place): void {
        this.srcmap.push(position - this.position, length, code - this.code)
        this.position = position
        this.code = code
        this.entries.push(this.siteNumber(inlined))
    }

    /** The table of what was inlined, if anything was. */
    get inlined(): InlinedInfo | undefined {
        if (this.sites.length === 0) return undefined
        return { sites: this.sites, entries: this.entries }
    }

    private siteNumber(inlining: Inlining | undefined): number {
        if (!inlining) return 0
        const known = this.numbers.get(inlining)
        if (known !== undefined) return known
        const { callee, call } = inlining
        const site: InlinedSite = {
            name: this.functions[callee]!.name,
            position: call.position,
            length: call.length,
            outer: this.siteNumber(call.inlined),
        }
        const number = this.sites.push(site)
        this.numbers.set(inlining, number)
        return number
    }
}
