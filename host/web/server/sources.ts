import { statSync } from "node:fs"
import { SourceMap } from "../../sim/source-map.ts"
import type { SourceView } from "../protocol.ts"

const FRAME = /\bgpc:\d/

/** Makes the frames of a program readable, as long as its debug information is there. */
export class Sources {
    private readonly find: () => string | undefined
    private map: SourceMap | undefined
    private stamp = ""

    /** @param find the debug information of the program that runs now */
    constructor(find: () => string | undefined) {
        this.find = find
    }

    /** `text` with file and line in place of frames. */
    resolve(text: string): string {
        if (!FRAME.test(text)) return text
        return this.current()?.resolve(text) ?? text
    }

    /** A file of the program, as it was built. */
    source(path: string): SourceView | undefined {
        const text = this.current()?.source(path)
        return text === undefined ? undefined : { path, text }
    }

    private current(): SourceMap | undefined {
        const file = this.find()
        if (file === undefined) return undefined
        try {
            const stamp = `${file} ${statSync(file).mtimeMs}`
            if (stamp !== this.stamp) {
                this.map = new SourceMap(file)
                this.stamp = stamp
            }
        } catch {
            // the build was cleaned away: frames stay as they are
            this.map = undefined
            this.stamp = ""
        }
        return this.map
    }
}
