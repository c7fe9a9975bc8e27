import { type Command, InvalidArgumentError } from "commander"
import { addBoardCommand, type BoardOptions } from "./board.ts"
import type { PushOptions } from "./ota-push.ts"
import { example } from "./example.ts"
import type { KeygenOptions, SignOptions, VerifyOptions } from "./ota-run.ts"
import type { ServeOptions } from "./ota-serve.ts"
import { hostAddress, portNumber, secondsReader } from "./option-values.ts"

const seconds = secondsReader("30s, 5m or 1h", true)

/** Adds `fiberctl ota`: sign settings files for boards, and bring them there. */
export function addOtaCommand(program: Command): void {
    const ota = program
        .command("ota")
        .description("sign settings files and bring them to boards")
    addKeygen(ota)
    addSign(ota)
    addVerify(ota)
    addServe(ota)
    addPush(ota)
    addStatus(ota)
}

function addKeygen(ota: Command): void {
    ota.command("keygen")
        .description("make a key: for one board, or with --lms for a fleet")
        .option("--lms", "a key pair whose public key, FILE.pub, cannot sign")
        .option(
            "--height <h>",
            "with --lms: 2^h versions can be signed; 5, 10 or 15",
            wholeNumber
        )
        .option("--out <file>", "write it here, readable by you alone")
        .option("--json", "print one JSON object")
        .addHelpText("after", example("ota keygen --out board.key"))
        .action(async (options: KeygenOptions) => {
            const { keygen } = await import("./ota-run.ts")
            keygen(options)
        })
}

function addSign(ota: Command): void {
    ota.command("sign")
        .description("sign a dotenv file for a board, or for a share of them")
        .argument("<file>", "the settings, or a file that was signed before")
        .requiredOption(
            "--key <file>",
            "the key; twice when the file changes it: the old one and the new one",
            collect,
            []
        )
        .option("--device <id>", "the board: 16 hexadecimal digits")
        .option("--share <percent>", "a share of the boards, as 10%", percent)
        .requiredOption("--version <n>", "higher than the one before", version)
        .option("--seal", "encrypt it under the key")
        .option("--seal-key <file>", "the boards' OTA_KEY, when --key is LMS")
        .option("--main <file>", "the boards' program: check by its settings")
        .option("--out <file>", "write it here instead of standard output")
        .option("--json", "print one JSON object")
        .addHelpText(
            "after",
            example(
                "ota sign a.env --key board.key --share 10% --version 1 --out a.ota"
            )
        )
        .action(async (file: string, options: SignOptions) => {
            const { sign } = await import("./ota-run.ts")
            await sign(file, options)
        })
}

function addVerify(ota: Command): void {
    ota.command("verify")
        .description(
            "check whether a file is signed by a key (exit code 1: it is not)"
        )
        .argument("<file>", "a signed file")
        .requiredOption("--key <file>", "the key, or an LMS key's FILE.pub")
        .option("--json", "print one JSON object")
        .addHelpText("after", example("ota verify a.ota --key board.key"))
        .action(async (file: string, options: VerifyOptions) => {
            const { verify } = await import("./ota-run.ts")
            verify(file, options)
        })
}

function addServe(ota: Command): void {
    ota.command("serve")
        .description(
            "serve the signed files of a folder, and show the version of each board"
        )
        .argument("<dir>", "a folder")
        .option("--port <port>", "0: a free one", portNumber, 8090)
        .option(
            "--host <address>",
            "0.0.0.0: reachable by others",
            hostAddress,
            "127.0.0.1"
        )
        .option("--json", "print one JSON object a line")
        .addHelpText("after", example("ota serve served --port 8090"))
        .action(async (folder: string, options: ServeOptions) => {
            const { serve } = await import("./ota-serve.ts")
            await serve(folder, options)
        })
}

function addPush(ota: Command): void {
    addBoardCommand(
        ota,
        "push",
        "send a signed file to a board, and wait until it is active",
        "ota push a.ota"
    )
        .argument("<file>", "a signed file")
        .option("--timeout <seconds>", "longest wait", seconds, 900)
        .action(async (file: string, options: PushOptions) => {
            const { push } = await import("./ota-push.ts")
            await push(file, options)
        })
}

function addStatus(ota: Command): void {
    addBoardCommand(
        ota,
        "status",
        "show the versions of the boards on the bus",
        "ota status --json"
    ).action(async (options: BoardOptions) => {
        const { status } = await import("./ota-push.ts")
        await status(options)
    })
}

function collect(value: string, before: string[]): string[] {
    return [...before, value]
}

function wholeNumber(text: string): number {
    if (!/^\d{1,9}$/.test(text))
        throw new InvalidArgumentError("a whole number is wanted.")
    return Number(text)
}

function version(text: string): number {
    const value = Number(text)
    if (!/^[1-9]\d{0,9}$/.test(text) || value > 2 ** 31 - 1)
        throw new InvalidArgumentError(
            "a whole number from 1 to 2147483647 is wanted."
        )
    return value
}

function percent(text: string): number {
    const match = /^(100|[1-9]\d?)%?$/.exec(text)
    if (!match) throw new InvalidArgumentError("1% to 100% is wanted.")
    return Number(match[1])
}
