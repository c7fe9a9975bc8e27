import { readFileSync } from "node:fs"

/** What the compiler tells about a program (`bytecode-dbg.json`), as far as it is used here. */
interface DebugInfo {
    functions: { startpc: number; size: number }[]
    /** Triples, each relative to the one before: position in the sources, length, code position. */
    srcmap: number[]
    /** Positions count through all of them, one after the other. */
    sources: { path: string; length: number; text: string }[]
    /** Set by the optimiser when it has put functions into others. */
    inlined?: {
        /** Inlined calls: name of the function, place of the call, the site around it. */
        sites: { name: string; position: number; outer: number }[]
        /** For each triple of `srcmap` 0, or 1 and the number of its site. */
        entries: number[]
    }
}

/** A frame of the sources; several may be one frame of the VM. */
interface Frame {
    /** The function that was inlined; undefined for the VM's own function. */
    name?: string
    place: string
}

const NUMBERS_PER_ENTRY = 3
/** A frame in a line of the log: a position in the whole program. */
const FRAME = /\bgpc:(\d+)\b/g
/** A frame as the VM prints it: number of the function, position in it. */
const VM_FRAME = /\bat (\w+)_F(\d+) \(pc:(\d+)\)/g

/** Whether a text has frames of a board. */
export function hasFrames(text: string): boolean {
    return text.search(FRAME) >= 0 || text.search(VM_FRAME) >= 0
}

/** Finds file and line of the frames that a board prints, for the program that it runs. */
export class SourceMap {
    private readonly info: DebugInfo
    /** Where the code ends: what lies behind is of another build. */
    private readonly end: number

    /** @param debugFile written by the build of the program */
    constructor(debugFile: string) {
        this.info = JSON.parse(readFileSync(debugFile, "utf8")) as DebugInfo
        this.end = Math.max(
            ...this.info.functions.map(({ startpc, size }) => startpc + size)
        )
    }

    /**
     * `text` with `FILE:LINE` in place of each frame that belongs to the program. Where functions
     * were inlined one frame becomes several, the innermost first, as without the optimiser.
     */
    resolve(text: string): string {
        return text
            .replace(FRAME, (frame, pc) => {
                const frames = this.frames(Number(pc))
                return frames.map(({ place }) => place).join(" ") || frame
            })
            .replace(VM_FRAME, (frame, called, index, pc) => {
                const info = this.info.functions[Number(index)]
                const frames = info
                    ? this.frames(info.startpc + Number(pc))
                    : []
                const lines = frames.map(
                    ({ name = called, place }) => `at ${name} (${place})`
                )
                return lines.join(" ") || frame
            })
    }

    /** The text of one of the program's sources. */
    source(path: string): string | undefined {
        return this.info.sources.find(source => source.path === path)?.text
    }

    /** The frames of a call; `pc` is that of the instruction after it, as the VM keeps it. */
    private frames(pc: number): Frame[] {
        if (pc > this.end) return []
        const { srcmap, inlined } = this.info
        let position: number | undefined
        let at = 0
        let code = 0
        let site = 0
        for (let i = 0; i < srcmap.length; i += NUMBERS_PER_ENTRY) {
            code += srcmap[i + 2]!
            if (code >= pc) break
            at += srcmap[i]!
            position = at
            site = inlined?.entries[i / NUMBERS_PER_ENTRY] ?? 0
        }
        if (position === undefined) return []
        const frames: Frame[] = []
        for (let place = this.place(position); place;) {
            if (site === 0 || !inlined) return [...frames, { place }]
            const { name, position: call, outer } = inlined.sites[site - 1]!
            frames.push({ name, place })
            place = this.place(call)
            site = outer
        }
        return []
    }

    /** File and line of a position in the sources. */
    private place(position: number): string | undefined {
        for (const { path, length, text } of this.info.sources) {
            if (position < length)
                return `${path}:${text.slice(0, position).split("\n").length}`
            position -= length
        }
        return undefined
    }
}
