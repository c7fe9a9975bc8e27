import { InvalidArgumentError, type Command } from "commander"
import { addBoardCommand, printJson, withBoard } from "./board.ts"
import type { PipeOptions, PipeResult } from "./pipe-run.ts"

/** Longest topic of MQTT. */
const MAX_TOPIC_BYTES = 65535

/** Adds `fiberctl pipe`: the log, or a file of it, to a topic of an MQTT broker. */
export function addPipeCommand(program: Command): void {
    const pipe = program
        .command("pipe")
        .description("send the log of a board to a topic of an MQTT broker")
    const add = (usage: string, description: string, example: string) =>
        addBoardCommand(pipe, usage, description, example)
            .requiredOption(
                "--mqtt <url>",
                "the broker, as mqtt://host:1883",
                brokerUrl
            )
            .requiredOption(
                "--topic <topic>",
                "where the lines are published",
                topicName
            )
            .option(
                "--from <index>",
                "index of the first line, as an earlier run printed it",
                wholeNumber
            )
    add(
        "log",
        "send the ring, and then each new line",
        "pipe log --mqtt mqtt://127.0.0.1 --topic boards/1/log"
    )
        .option("--once", "end after the lines that are there now")
        .action(async (options: PipeOptions) => {
            const { pipeLog } = await import("./pipe-run.ts")
            await withBoard({ ...options, raw: true }, async ({ board }) =>
                finish(await pipeLog(board, options), options)
            )
        })
    add(
        "file",
        "send a file of the flash log",
        "pipe file error.log --mqtt mqtt://127.0.0.1 --topic boards/1/errors"
    )
        .argument("<name>", "name of the file")
        .action(async (name: string, options: PipeOptions) => {
            const { pipeFile } = await import("./pipe-run.ts")
            await withBoard({ ...options, raw: true }, async ({ board }) =>
                finish(await pipeFile(board, name, options), options)
            )
        })
}

function finish(result: PipeResult, { json }: PipeOptions): void {
    if (json) printJson(result)
    else
        console.log(
            `${result.sent} lines sent, go on with --from ${result.next}`
        )
}

function wholeNumber(text: string): number {
    if (!/^\d+$/.test(text))
        throw new InvalidArgumentError("a whole number is wanted.")
    return Number(text)
}

/** MQTT 3.1.1, section 4.7.3: a name of a topic, not a filter. */
function topicName(text: string): string {
    const bytes = Buffer.byteLength(text)
    if (bytes < 1 || bytes > MAX_TOPIC_BYTES || /[+#\0]/.test(text))
        throw new InvalidArgumentError(
            `1 to ${MAX_TOPIC_BYTES} bytes without + and # are wanted.`
        )
    return text
}

function brokerUrl(text: string): string {
    if (!/^(mqtts?|wss?):\/\/./.test(text) || !URL.canParse(text))
        throw new InvalidArgumentError(
            "mqtt://, mqtts://, ws:// or wss:// and a host are wanted."
        )
    return text
}
