import { type Command, InvalidArgumentError } from "commander"
import { levelColour, type Paint, paintFor } from "../colour.ts"
import type { Run } from "../client/follow.ts"
import { type History, type LogLine, taskOf } from "../client/log-lines.ts"
import { UsageError } from "../errors.ts"
import { complain, outputLost } from "../output.ts"
import { printable } from "../printable.ts"
import {
    addBoardCommand,
    askAll,
    boardName,
    type BoardOptions,
    type Target,
    withBoard,
    withBoards,
} from "./board.ts"
import { endTime, type FilterOptions, makeFilter } from "./log-filter.ts"
import { someText } from "./option-values.ts"
import { levelName } from "../levels.ts"
import { longSleep } from "../sleep.ts"
import { logJson } from "../log-json.ts"

/** Lines that `-f` begins with. */
const FOLLOW_LINES = 10
/** How long a line waits for earlier ones of other boards, in ms. */
const MERGE_MS = 150
/** How long a line may be on its way, in ms. */
const ARRIVAL_MS = 1000

const FORMS = ["short", "json", "cat"] as const
type Form = (typeof FORMS)[number]

interface LogsOptions extends BoardOptions, FilterOptions {
    follow?: boolean
    lines?: number
    output?: string
    file?: string
}

/** A line and the board that it is of. */
interface Source {
    target: Target
    name: string
    history: History
}

/** Adds `fiberctl logs`: the log of a board, from its RAM and its flash. */
export function addLogsCommand(program: Command): void {
    addBoardCommand(
        program,
        "logs",
        "show the log of a board: ring in RAM and flash files together",
        "logs -f -u network -p warning"
    )
        .option("-f, --follow", "continue with new lines")
        .option("-n, --lines <n>", "only the last n lines", wholeNumber)
        .option(
            "-u, --unit <task>",
            "lines of a task; may be repeated",
            collect
        )
        .option("-p, --priority <level[..level]>", "this level and worse")
        .option("-g, --grep <pattern>", "lines that match a regular expression")
        .option("-t, --topic <topic>", "lines of a topic and below", collect)
        .option("--since <time>", "not before this time")
        .option("--until <time>", "not after this time")
        .option("-b, --boot [n]", "this run of the firmware, or -1, -2, ...")
        .option("-o, --output <form>", "short, json or cat")
        .option("--file <name>", "one file of the flash log only")
        .option("--all", "all boards on the bus, by time")
        .action(async (options: LogsOptions) => {
            const form = outputForm(options)
            const filter = makeFilter(options)
            // new lines are those of the ring, which may never come to a file
            if (options.follow && options.file !== undefined)
                throw new UsageError("--file goes without --follow")
            if (options.follow && Number(options.boot) < 0)
                throw new UsageError(
                    `--boot ${options.boot} goes without --follow: new lines are of run 0`
                )
            const run = (targets: Target[]) =>
                showLogs(targets, options, form, filter)
            if (options.all) await withBoards(options, run)
            else await withBoard(options, target => run([target]))
        })
}

function outputForm({ output, json }: LogsOptions): Form {
    const form = output ?? (json ? "json" : "short")
    if (!FORMS.includes(form as Form))
        throw new UsageError(
            `--output "${form}": ${FORMS.join(", ")} are known`
        )
    return form as Form
}

async function showLogs(
    targets: Target[],
    options: LogsOptions,
    form: Form,
    filter: (line: LogLine) => boolean
): Promise<void> {
    const { byTime, readHistory } = await import("../client/index.ts")
    const { file, follow, lines } = options
    const end = endTime(options)
    const isMany = targets.length > 1
    const sources: Source[] = await askAll(targets, async target => ({
        target,
        name: isMany ? boardName(await target.board.info()) : "",
        history: await readHistory(target.board, { file }),
    }))
    for (const unit of options.unit ?? [])
        await checkUnit(sources, unit, follow)
    checkBoot(sources, options)
    const paint = paintFor(process.stdout)
    const show = (source: Source, line: LogLine) =>
        console.log(render(line, source, form, paint))
    const before = byTime(
        ...sources.map(source =>
            source.history.lines
                .filter(filter)
                .map(line => ({ source, line, at: line.at }))
        )
    )
    const most = lines ?? (follow ? FOLLOW_LINES : before.length)
    for (const { source, line } of most ? before.slice(-most) : [])
        show(source, line)
    if (!follow) return
    const merger = new Merger(isMany ? MERGE_MS : 0)
    const followed = sources.map(source =>
        followBoard(source, filter, line =>
            merger.add(line.at ?? 0, () => show(source, line))
        )
    )
    // as with `logs -f | head -1`, after which a script goes on
    await Promise.race([Promise.all(followed), outputLost(), timeOver(end)])
    merger.flush()
}

/** Settles when every line of the time until `end` has come, as far as this machine's clock tells. */
async function timeOver(end: number): Promise<void> {
    const left = () => end - Date.now() + ARRIVAL_MS
    // nothing new is of a time that was over before the log was read
    if (left() <= ARRIVAL_MS) return
    while (left() > 0) await longSleep(left())
}

/**
 * Checks that `-u` names something: a task of a board, or one that is gone and has left lines.
 * With `-f` it may be added later.
 * @throws RemoteError (exit code 3) naming it, and the task whose name is near
 */
async function checkUnit(
    sources: Source[],
    unit: string,
    follow = false
): Promise<void> {
    const filter = makeFilter({ unit: [unit] })
    let unknown: Error | undefined
    for (const { target, history } of sources) {
        if (history.lines.some(filter)) return
        try {
            await target.board.tasks(unit)
            return
        } catch (error) {
            // one that serves no tasks has none to be named
            if ((error as Error).name !== "UnknownTaskError") return
            unknown = error as Error
        }
    }
    if (unknown && !follow) throw unknown
    if (unknown) complain(unknown.message)
}

/** Says that no line is kept of the run that `-b` names, and how far the log goes back. */
function checkBoot(sources: Source[], { boot, file }: LogsOptions): void {
    if (boot === undefined) return
    const lines = sources.flatMap(({ history }) => history.lines)
    if (lines.some(makeFilter({ boot }))) return
    const first = Math.min(0, ...lines.map(line => line.boot))
    const where = file === undefined ? "the log" : `"${file}"`
    complain(
        `no line of run ${Number(boot) || 0} is kept: ${where} ` +
            (lines.length ? `goes back to run ${first}` : "is empty")
    )
}

/** Goes on with the new lines of a board, and says when it is lost and back. */
async function followBoard(
    { target, name, history }: Source,
    filter: (line: LogLine) => boolean,
    show: (line: LogLine) => void
): Promise<void> {
    const { board } = target
    const say = (text: string) =>
        console.error(`fiberctl: ${name ? `${name}: ` : ""}${text}`)
    const sayLost = () => say("the connection is lost, waiting for it")
    // it may have been lost after the history was read
    if (!board.isUp) sayLost()
    board.on("lost", sayLost)
    board.on("back", () => say("the connection is back"))
    const { newLine } = await import("../client/index.ts")
    let startedAt = history.startedAt
    const gap = (count: number) => say(`${count} lines were overwritten`)
    const restarted = (run: Run) => {
        startedAt = run.startedAt
        say("the board has started again")
    }
    const news = board.follow({
        from: history.next,
        run: history,
        gap,
        restarted,
    })
    for await (const line of news) {
        const entry = newLine(line, startedAt)
        if (filter(entry)) show(entry)
    }
}

/** Shows what comes from several boards by time, after a short wait. */
class Merger {
    private readonly wait: number
    private waiting: { at: number; show: () => void }[] = []

    constructor(wait: number) {
        this.wait = wait
    }

    add(at: number, show: () => void): void {
        if (!this.wait) return show()
        this.waiting.push({ at, show })
        if (this.waiting.length === 1) setTimeout(() => this.flush(), this.wait)
    }

    /** Shows what waits. */
    flush(): void {
        const { waiting } = this
        this.waiting = []
        for (const { show } of waiting.sort((a, b) => a.at - b.at)) show()
    }
}

function render(
    line: LogLine,
    { target, name }: Source,
    form: Form,
    paint: Paint
): string {
    const message = target.resolve(line.message)
    if (form === "cat") return printable(message)
    if (form === "json")
        return logJson(target.board.device, {
            ...line,
            task: taskOf(line.mark),
            message,
        })
    const label = line.level === undefined ? "" : levelName(line.level)
    const words = [
        name,
        line.time,
        label && `[${label.toUpperCase()}]`,
        line.mark && `[${line.mark}]`,
        message,
    ]
    const text = printable(words.filter(Boolean).join(" "))
    const colour = levelColour(label)
    return colour ? paint(colour, text) : text
}

function collect(value: string, before: string[] = []): string[] {
    return [...before, someText(value)]
}

function wholeNumber(text: string): number {
    if (!/^\d+$/.test(text))
        throw new InvalidArgumentError("a number of lines is wanted.")
    return Number(text)
}
