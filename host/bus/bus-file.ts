import { readFileSync, rmSync } from "node:fs"
import { join, resolve } from "node:path"
import { inBuildDir } from "../build-dir.ts"
import { writeOutput } from "../files.ts"
import { isAlive } from "../processes.ts"

/** Where the states of simulated boards are kept by default. */
export function statesFolder(): string {
    return inBuildDir("state")
}

/** Name of the file in a state folder that tells where the bus of its simulator is. */
const BUS_FILE = "bus.json"

/** What a running simulator says about itself in its state folder. */
export interface BusFile {
    /** Port of the bus on 127.0.0.1. */
    port: number
    /** Process of the simulator. */
    pid: number
    /** The program that its boards run. */
    main: string
    /** Device ids of its boards. */
    boards: string[]
    /** The build's debug information, by which frames become file and line. */
    debugFile?: string
}

/** Writes into a state folder where the bus is. @returns a function that removes that file */
export function writeBusFile(folder: string, content: BusFile): () => void {
    const file = join(folder, BUS_FILE)
    const { debugFile } = content
    // absolute, as commands find the simulator from other folders, too
    const found = { ...content, debugFile: debugFile && resolve(debugFile) }
    writeOutput(file, JSON.stringify(found) + "\n")
    return () => rmSync(file, { force: true })
}

/** Reads the bus file of a folder; undefined when no simulator runs there. */
export function readBusFile(folder: string): BusFile | undefined {
    let text: string
    try {
        text = readFileSync(join(folder, BUS_FILE), "utf8")
    } catch {
        return undefined
    }
    const file = JSON.parse(text) as BusFile
    return isAlive(file.pid) ? file : undefined
}
