import { outputLost } from "../output.ts"
import {
    type BoardReport,
    pushFile,
    readBytes,
    readState,
} from "../ota/index.ts"
import {
    askAll,
    type BoardOptions,
    printJson,
    withBoard,
    withBoards,
} from "./board.ts"

/** Options of `fiberctl ota push`. */
export interface PushOptions extends BoardOptions {
    /** Longest wait for the verdict, in seconds. */
    timeout: number
}

/** Runs `fiberctl ota push`. @throws FirmwareError (exit code 1) when the file does not become active */
export async function push(file: string, options: PushOptions): Promise<void> {
    const { json, timeout } = options
    const bytes = readBytes(file, "file")
    await withBoard(options, async ({ board }) => {
        const show = (state: BoardReport) =>
            json ? printJson(state) : console.log(stateLine(state))
        await Promise.race([
            pushFile(board, { name: file, bytes }, show, timeout * 1000),
            // the board goes on by itself
            outputLost(),
        ])
    })
}

/** Runs `fiberctl ota status`: one line, or one JSON object, a board. */
export async function status(options: BoardOptions): Promise<void> {
    await withBoards(options, async targets => {
        const states = await askAll(targets, async ({ board }) => {
            const state = await readState(board)
            return { ...state, device: state.device || board.device }
        })
        for (const state of states)
            if (options.json) printJson(state)
            else console.log(stateLine(state))
    })
}

function stateLine({ device, version, hash, state, reason }: BoardReport) {
    const parts = [device, `version ${version}`, hash || "-", state]
    return parts.join("  ") + (reason ? `: ${reason}` : "")
}
