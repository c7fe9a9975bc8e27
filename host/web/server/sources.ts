import { readFileSync, statSync } from "node:fs"
import { readTables } from "../../settings/index.ts"
import { imageBeside } from "../../sim/debug-files.ts"
import { SourceMap } from "../../sim/source-map.ts"
import type { SourceView } from "../protocol.ts"

const FRAME = /\bgpc:\d/

/** Makes the frames of a program readable, as long as its debug information is there. */
export class Sources {
    private readonly find: () => string | undefined
    private map: SourceMap | undefined
    private stamp = ""
    private tables: string[] = []

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

    /** The tables of settings that the program declares; none when its build is not here. */
    settingTables(): string[] {
        return this.current() ? this.tables : []
    }

    private current(): SourceMap | undefined {
        const file = this.find()
        if (file === undefined) return undefined
        try {
            const stamp = `${file} ${statSync(file).mtimeMs}`
            if (stamp !== this.stamp) {
                this.map = new SourceMap(file)
                this.tables = tablesBeside(file)
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

/** The tables of the image that is kept beside its debug information. */
function tablesBeside(debugFile: string): string[] {
    try {
        return readTables(readFileSync(imageBeside(debugFile)))
    } catch {
        return [] // it was cleaned away
    }
}
