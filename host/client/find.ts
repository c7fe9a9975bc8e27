import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { type BusFile, readBusFile, statesFolder } from "../bus/index.ts"
import { NoBoardError } from "./errors.ts"

/**
 * Finds the simulator of a state folder, or the only one that runs with a folder of its own
 * making.
 * @throws NoBoardError when there is none, or one of several would have to be guessed
 */
export function findSimulator(folder: string | undefined): BusFile {
    if (folder !== undefined) {
        const found = readBusFile(folder)
        if (found) return found
        throw new NoBoardError(
            `no simulator runs with the state folder "${folder}"`
        )
    }
    const running = simulators()
    if (running.length === 1) return running[0]![1]
    if (!running.length)
        throw new NoBoardError(
            "no simulator runs here: start one by `fiberctl sim`, or name a board by --state, --bus or --serial"
        )
    const names = running.map(([name]) => `--state ${name}`).join(", ")
    throw new NoBoardError(`several simulators run here: choose by ${names}`)
}

/** The simulators that run with state folders of the default place, by folder. */
function simulators(): [string, BusFile][] {
    const states = statesFolder()
    if (!existsSync(states)) return []
    return readdirSync(states)
        .map(name => join(states, name))
        .flatMap(folder => {
            const found = readBusFile(folder)
            return found ? [[folder, found] as [string, BusFile]] : []
        })
}
