import { setTimeout as sleep } from "node:timers/promises"
import { Command } from "commander"
import type { Board, BoardInfo, ConnectOptions } from "../client/index.ts"
import { UsageError } from "../errors.ts"
import { complain } from "../output.ts"
import { printable, printableJson } from "../printable.ts"
import { example } from "./example.ts"

/** How long a message waits for the name of a board, in ms: one that is gone tells none. */
const NAME_MS = 1000

/** Options that every command for a running board has. */
export interface BoardOptions extends ConnectOptions {
    json?: boolean
    /** All boards on the bus, where a command takes several. */
    all?: boolean
    /** Texts are handed on, not printed: they stay as the board sends them. */
    raw?: boolean
}

/** A running board, and what makes its frames readable. */
export interface Target {
    board: Board
    /** Puts file and line in place of stack frames. */
    resolve: (text: string) => string
}

/**
 * Adds a command for a running board.
 * @param usage name and arguments
 * @param words an example: what follows `fiberctl` on a command line
 */
export function addBoardCommand(
    program: Command,
    usage: string,
    description: string,
    words: string
): Command {
    return program
        .command(usage)
        .description(description)
        .option("--json", "print JSON")
        .option("--state <dir>", "state folder of the simulator")
        .option("--bus <host:port>", "a Jacdac bus, of a simulator or a proxy")
        .option("--serial <path>", "a board at a serial port")
        .option(
            "--device <id>",
            "the board: device id, its first digits, or hostname"
        )
        .addHelpText("after", example(words))
}

/**
 * Connects to the boards that the options name, and disconnects at the end.
 * @throws NoBoardError; UsageError for options that exclude each other
 */
export async function withBoards<T>(
    options: BoardOptions,
    use: (targets: Target[]) => Promise<T>
): Promise<T> {
    const { state, bus, serial, json, raw } = options
    if ([state, bus, serial].filter(way => way !== undefined).length > 1)
        throw new UsageError("one of --state, --bus and --serial is wanted")
    const { connectAll } = await import("../client/index.ts")
    const connection = await connectAll(options)
    // a board's texts must not control the terminal; JSON escapes them when it is printed
    if (!json && !raw)
        for (const board of connection.boards) board.textFilter = printable
    const debugFile = connection.simulator?.debugFile
    const resolve = debugFile ? await frameResolver(debugFile) : same
    try {
        return await use(connection.boards.map(board => ({ board, resolve })))
    } finally {
        await connection.close()
    }
}

/**
 * Like `withBoards`, for a command that means one board.
 * @throws UsageError when there are several
 */
export async function withBoard<T>(
    options: BoardOptions,
    use: (target: Target) => Promise<T>
): Promise<T> {
    return withBoards(options, async targets => {
        if (targets.length === 1) return use(targets[0]!)
        const names = await Promise.all(
            targets.map(({ board }) => nameWithId(board))
        )
        throw new UsageError(
            `${targets.length} boards are on the bus: choose one by --device ${names.join(", ")}`
        )
    })
}

/** A board by both names that `--device` takes, as far as it tells its hostname. */
async function nameWithId(board: Board): Promise<string> {
    const hostname = await Promise.race([
        board.info().then(
            info => info.hostname,
            () => undefined
        ),
        sleep(NAME_MS, undefined, { ref: false }),
    ])
    return hostname ? `${hostname} (${board.device})` : board.device
}

/**
 * Asks the boards of a bus, all at the same time. Of several, one that fails is named and sets the exit
 * code, and the others count.
 * @returns the answers, in the order of the boards
 * @throws what the only board throws
 */
export async function askAll<T>(
    targets: Target[],
    ask: (target: Target) => Promise<T>
): Promise<T[]> {
    if (targets.length === 1) return [await ask(targets[0]!)]
    const answers = await Promise.allSettled(targets.map(ask))
    return answers.flatMap((answer, at) => {
        if (answer.status === "fulfilled") return [answer.value]
        const { message, exitCode = 1 } = answer.reason
        complain(`${targets[at]!.board.device}: ${message}`)
        process.exitCode ||= exitCode
        return []
    })
}

/** What a board is called: its hostname, or its device id. */
export function boardName({ hostname, device }: BoardInfo): string {
    return hostname ?? device
}

/** Prints a value as one line of JSON. */
export function printJson(value: unknown): void {
    console.log(printableJson(value))
}

/** Makes stack frames readable, as long as a build's debug information is there. */
export async function frameResolver(
    file: string
): Promise<(text: string) => string> {
    const { SourceMap } = await import("../sim/source-map.ts")
    let map: InstanceType<typeof SourceMap> | undefined
    return text => {
        if (!/\bgpc:\d/.test(text)) return text
        try {
            map ??= new SourceMap(file)
        } catch {
            // the builds were cleaned away: frames stay as they are
            return text
        }
        return map.resolve(text)
    }
}

function same(text: string): string {
    return text
}
