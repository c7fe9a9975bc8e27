import { readFileSync } from "node:fs"

/** What the compiler tells about a program (`bytecode-dbg.json`), as far as it is used here. */
interface DebugInfo {
    functions: { startpc: number }[]
    /** Triples, each relative to the one before: position in the sources, length, code position. */
    srcmap: number[]
    /** Positions count through all of them, one after the other. */
    sources: { path: string; length: number; text: string }[]
}

const NUMBERS_PER_ENTRY = 3
/** A frame in a line of the log: a position in the whole program. */
const FRAME = /\bgpc:(\d+)\b/g
/** A frame as the VM prints it: number of the function, position in it. */
const VM_FRAME = /\bat (\w+)_F(\d+) \(pc:(\d+)\)/g

/** Finds file and line of the frames that a board prints, for the program that it runs. */
export class SourceMap {
    private readonly info: DebugInfo

    /** @param debugFile written by the build of the program */
    constructor(debugFile: string) {
        this.info = JSON.parse(readFileSync(debugFile, "utf8")) as DebugInfo
    }

    /** `text` with `FILE:LINE` in place of each frame that belongs to the program. */
    resolve(text: string): string {
        return text
            .replace(FRAME, (frame, pc) => this.place(Number(pc)) ?? frame)
            .replace(VM_FRAME, (frame, name, index, pc) => {
                const called = this.info.functions[Number(index)]
                const place = called && this.place(called.startpc + Number(pc))
                return place ? `at ${name} (${place})` : frame
            })
    }

    /** The place of a call; `pc` is that of the instruction after it, as the VM keeps it. */
    private place(pc: number): string | undefined {
        const { srcmap, sources } = this.info
        let position: number | undefined
        let at = 0
        let code = 0
        for (let i = 0; i < srcmap.length; i += NUMBERS_PER_ENTRY) {
            code += srcmap[i + 2]!
            if (code >= pc) break
            at += srcmap[i]!
            position = at
        }
        if (position === undefined) return undefined
        for (const { path, length, text } of sources) {
            if (position < length)
                return `${path}:${text.slice(0, position).split("\n").length}`
            position -= length
        }
        return undefined
    }
}
