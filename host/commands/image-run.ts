import {
    type BoardImage,
    type BoardInfo,
    findBoard,
    findRuntime,
    makeImage,
    projectBoard,
} from "../boards/index.ts"
import { UsageError } from "../errors.ts"
import { isSameFile, writeOutput } from "../files.ts"
import { complain } from "../output.ts"
import { checkBoardSettings } from "./settings-checks.ts"
import {
    buildProgram,
    checkProgram,
    gatherBoardSettings,
} from "../sim/index.ts"
import { printJson } from "./board.ts"

/** Options of `fiberctl image` as commander gives them. */
export interface ImageOptions {
    main: string
    board?: string
    env: string[]
    set: string[]
    runtime?: string
    out?: string
    json?: boolean
}

/** An image that was made, and what it was made of. */
export interface MadeImage extends BoardImage {
    board: BoardInfo
    /** The program's debug information, for stack frames. */
    debugFile: string
}

/**
 * Runs `fiberctl image`.
 * @throws UsageError when board, VM or settings are wrong, or it does not fit
 * @throws FirmwareError when the program does not compile
 */
export async function runImage(options: ImageOptions): Promise<void> {
    if (options.out !== undefined) checkTarget(options.out, options)
    const { board, bytes, offset, ...made } = await buildImage(options)
    const { json } = options
    const at = `0x${offset.toString(16)}`
    const out = options.out ?? `fiberd-${board.id}-${at}.bin`
    writeOutput(out, bytes)
    if (json)
        return printJson({
            file: out,
            board: board.id,
            offset,
            bytes: bytes.length,
            programBytes: made.programBytes,
            settingBytes: made.settingBytes,
            mostSettingBytes: made.mostSettingBytes,
        })
    console.log(
        `${out}: ${bytes.length} bytes for ${board.name}, to be written at ${at}`
    )
    console.log(
        `program ${made.programBytes} bytes, settings ${made.settingBytes} of at most ${made.mostSettingBytes}`
    )
}

/** @throws UsageError when the image would take the place of what it is made of */
function checkTarget(out: string, { main, env, runtime }: ImageOptions): void {
    const sources: [what: string, file: string | undefined][] = [
        ["the program", main],
        ["the board's VM", runtime],
        ...env.map((file): [string, string] => ["a file of settings", file]),
    ]
    for (const [what, file] of sources)
        if (file !== undefined && isSameFile(out, file))
            throw new UsageError(`--out "${out}": is ${what}`)
}

/** Builds the program and makes the image in memory. */
export async function buildImage(options: ImageOptions): Promise<MadeImage> {
    const { board: wanted } = options
    const board = wanted === undefined ? projectBoard() : findBoard(wanted)
    // before anybody is asked to download a VM
    checkProgram(options.main, board.id)
    const gathered = gatherBoardSettings(options)
    const { settings, warnings } = gathered
    for (const warning of warnings) complain(warning)
    const runtime = findRuntime(board, options.runtime)
    const { bytecode, debugFile } = await buildProgram(options.main, {
        board: board.id,
        started: () =>
            (options.json ? complain : console.log)(
                `building ${options.main} ...`
            ),
    })
    await checkBoardSettings(bytecode, gathered)
    if (!settings.WIFI_SSID)
        complain(
            "WIFI_SSID is not set: the board will have no network (docs/board.md)"
        )
    return {
        ...makeImage(board, runtime, bytecode, settings),
        board,
        debugFile,
    }
}
