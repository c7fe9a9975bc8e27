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

/**
 * The folder where a simulated board of this machine has its flash; undefined for any other board.
 * @param folder a state folder that is looked at besides those of the default place
 */
export function findStateFolder(
    device: string,
    folder?: string
): string | undefined {
    const folders = [...simulators().map(([name]) => name)]
    if (folder !== undefined) folders.push(folder)
    // each board of a fleet has a folder below that of the fleet
    return folders
        .flatMap(one => [one, ...foldersIn(one)])
        .find(one => {
            const { boards = [] } = readBusFile(one) ?? {}
            return boards.length === 1 && boards[0] === device
        })
}

/** The simulators that run with state folders of the default place, by folder. */
function simulators(): [string, BusFile][] {
    return foldersIn(statesFolder()).flatMap(folder => {
        const found = readBusFile(folder)
        return found ? [[folder, found] as [string, BusFile]] : []
    })
}

/** What is in a folder, with its path; nothing when there is no such folder. */
function foldersIn(folder: string): string[] {
    if (!existsSync(folder)) return []
    return readdirSync(folder).map(name => join(folder, name))
}
