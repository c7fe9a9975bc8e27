import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Command } from "commander"
import type { Board, SettingInfo } from "../client/index.ts"
import {
    checkFileSetting,
    type EnvEntry,
    hashWarning,
    isSecret,
    parseSet,
    readEnvFile,
} from "../env/index.ts"
import { UsageError } from "../errors.ts"
import { nearest, nearKey } from "../nearest.ts"
import { complain } from "../output.ts"
import { radioHint } from "../settings/index.ts"
import {
    addBoardCommand,
    type BoardOptions,
    printJson,
    withBoard,
} from "./board.ts"
import { printable } from "../printable.ts"
import { UNKNOWN_SETTING } from "../../src/settings/problem.ts"
import { OWN_PREFIX } from "../../src/settings/schema.ts"
import { MASK } from "../../src/settings/values.ts"
import { editDotenv } from "../../src/settings/writer.ts"
import type { SchemaOptions } from "./settings-schema.ts"
import { table } from "./table.ts"
import { example } from "./example.ts"

/** Signals of keys that editors use, as vim does Ctrl-C. */
const EDITOR_KEYS = ["SIGINT", "SIGQUIT"] as const
/** The program whose schema counts, unless another one is named. */
const PROGRAM = "src/main.ts"

type Changes = Record<string, string | undefined>
/** Where keys are in a file, as `board.env:3: `; a key may be any word, `constructor` too. */
type Places = ReadonlyMap<string, string>

/** Adds `fiberctl settings`: the settings of a board with their sources, read and changed. */
export function addSettingsCommand(program: Command): void {
    const settings = addBoardCommand(
        program,
        "settings",
        "list the settings of a board and their sources",
        "settings set LOG_LEVEL=debug FLUSH_TIME=1m"
    ).action(async (options: BoardOptions) => {
        await withBoard(options, async ({ board }) =>
            show(await board.settings(), options)
        )
    })
    const sub = (usage: string, description: string, example: string) =>
        addBoardCommand(settings, usage, description, `settings ${example}`)
    sub("get", "print the texts of settings", "get LOG_LEVEL")
        .argument("<keys...>")
        .action(async (keys: string[], _, command: Command) =>
            getSettings(keys, command.optsWithGlobals())
        )
    sub("set", "change settings, all or none", "set LOG_LEVEL=debug")
        .argument("<assignments...>", "KEY=VALUE")
        .action(async (texts: string[], _, command: Command) =>
            change(
                Object.fromEntries(
                    texts.map(text => parseSet(text, "", checkFileSetting))
                ),
                command
            )
        )
    sub("unset", "bring back the defaults of settings", "unset LOG_LEVEL")
        .argument("<keys...>")
        .action(async (keys: string[], _, command: Command) =>
            change(
                Object.fromEntries(keys.map(key => [key, undefined])),
                command
            )
        )
    sub("push", "set all settings of a dotenv file", "push board.env")
        .argument("<file>")
        .action(async (file: string, _, command: Command) =>
            pushFile(file, command)
        )
    sub("diff", "compare a dotenv file with the board", "diff board.env")
        .argument("<file>")
        .action(async (file: string, _, command: Command) =>
            diff(file, command.optsWithGlobals())
        )
    sub("edit", "edit the settings in $EDITOR", "edit").action(
        async (_, command: Command) => edit(command)
    )
    addSchemaCommands(settings)
}

/** Adds what needs a program's schema, and no board. */
function addSchemaCommands(settings: Command): void {
    const sub = (usage: string, description: string, words: string) =>
        settings
            .command(usage)
            .description(description)
            .option("--json", "print JSON")
            .addHelpText("after", example(`settings ${words}`))
    sub(
        "check <file>",
        "check a dotenv file as the program does",
        "check board.env"
    )
        .option("--main <file>", "the program", PROGRAM)
        .action(async (file: string, _, command: Command) =>
            (await schema()).runCheck(file, command.optsWithGlobals())
        )
    sub(
        "schema [program]",
        "print JSON Schema of a program's settings",
        "schema > settings.schema.json"
    )
        .option("--env", "print a dotenv file to be filled in")
        .action(async (program: string | undefined, _, command: Command) =>
            (await schema()).runSchema(
                program ?? PROGRAM,
                command.optsWithGlobals()
            )
        )
    sub(
        "docs [program]",
        "print a table of a program's settings",
        "docs src/main.ts"
    ).action(async (program: string | undefined, _, command: Command) => {
        const { runDocs, runSchema } = await schema()
        const { json } = command.optsWithGlobals<SchemaOptions>()
        if (json) await runSchema(program ?? PROGRAM, {})
        else await runDocs(program ?? PROGRAM)
    })
}

async function schema(): Promise<typeof import("./settings-schema.ts")> {
    return await import("./settings-schema.ts")
}

function show(settings: SettingInfo[], options: BoardOptions): void {
    if (options.json) return printJson(settings)
    const rows = settings.map(({ key, text, origin, pending }) => [
        printable(key),
        printable(text),
        printable(origin) + (pending ? ", from the next start" : ""),
    ])
    for (const line of table(["SETTING", "VALUE", "ORIGIN"], rows))
        console.log(line)
}

async function getSettings(
    keys: string[],
    options: BoardOptions
): Promise<void> {
    await withBoard(options, async ({ board }) => {
        const settings = await board.settings()
        const found = keys.map(key => findSetting(settings, key))
        if (options.json) printJson(found)
        else for (const { text } of found) console.log(printable(text))
    })
}

/** Whether a key is for references only, and not listed by a board. */
function isOwn(key: string): boolean {
    return key.startsWith(OWN_PREFIX)
}

/**
 * @param place of the key in a file, as `board.env:3: `
 * @throws UsageError for a key that the board does not know
 */
function findSetting(
    settings: SettingInfo[],
    key: string,
    place = ""
): SettingInfo {
    const found = settings.find(setting => setting.key === key)
    if (found) return found
    const radio = radioHint(key)
    if (radio) throw new UsageError(`${place}no setting "${key}"; ${radio}`)
    const keys = settings.map(({ key }) => key)
    const near = place ? nearKey(key, keys) : nearest(key, keys)
    throw new UsageError(
        near
            ? `${place}no setting "${key}"; the nearest is ${near}`
            : place
              ? place + UNKNOWN_SETTING
              : `no setting "${key}"; there are: ${keys.join(" ")}`
    )
}

async function change(
    changes: Changes,
    command: Command,
    places: Places = new Map()
): Promise<void> {
    const options = command.optsWithGlobals<BoardOptions>()
    await withBoard(options, board =>
        applyChanges(board.board, changes, options, places)
    )
}

async function pushFile(file: string, command: Command): Promise<void> {
    const entries = readEntries(file)
    await change(settingsOf(entries), command, placesOf(file, entries))
}

/** What of a board's client a change of settings needs. */
export type ChangedBoard = Pick<Board, "settings" | "set" | "config">

/**
 * Changes settings, and shows what has changed, also by reference. When the answer is lost, it shows what
 * the board has now.
 * @throws UsageError for a key that the board does not know; what the board throws
 */
export async function applyChanges(
    board: ChangedBoard,
    changes: Changes,
    options: BoardOptions,
    places: Places = new Map()
): Promise<void> {
    const isNothing = Object.keys(changes).length === 0
    if (isNothing && !options.json) return console.log("nothing is changed")
    const known = await board.settings()
    for (const key of Object.keys(changes))
        if (!isOwn(key)) findSetting(known, key, places.get(key))
    try {
        await board.set(changes)
    } catch (error) {
        placeError(error as Error, places)
        await showLost(board, changes, options, error as Error)
        throw error
    }
    const after = await board.settings()
    const before = new Map(known.map(one => [one.key, one]))
    const changed = after.filter(
        // one that was not named may refer to one that was
        ({ key, text }) => key in changes || text !== before.get(key)?.text
    )
    if (changed.length > 0 || options.json) show(changed, options)
    else console.log("done; no setting refers to it")
    const isSame = ({ key, text, origin }: SettingInfo) =>
        before.get(key)?.text === text && before.get(key)?.origin === origin
    if (changed.every(isSame)) await warnOfProbation(board)
}

/** Shows what a board has of a change whose answer is lost: it may have been made. */
async function showLost(
    board: ChangedBoard,
    changes: Changes,
    options: BoardOptions,
    error: Error
): Promise<void> {
    if (error.name !== "TimedOutError") return
    const now = await board.settings().catch((): SettingInfo[] => [])
    const named = now.filter(({ key }) => key in changes)
    if (!named.length) return
    show(named, options)
    error.message += "; what it has now is shown"
}

/**
 * A version on probation cannot be changed. A change that it has already is no change, and is not made in
 * the settings that come back when the version is taken back.
 */
async function warnOfProbation(board: ChangedBoard): Promise<void> {
    const config = (await board.config().catch(() => undefined)) as
        { state?: string; version?: number } | undefined
    if (config?.state === "probation")
        complain(
            `version ${config.version} is on probation: if it is taken back, the settings before it are back`
        )
}

/** Makes an error about a setting that was given name its place there. */
function placeError(error: Error, places: Places): void {
    const key = /^(\w+): /.exec(error.message)?.[1]
    if (key) error.message = `${places.get(key) ?? ""}${error.message}`
}

function readSettings(file: string): Record<string, string> {
    return settingsOf(readEntries(file))
}

function settingsOf(entries: EnvEntry[]): Record<string, string> {
    return Object.fromEntries(entries.map(({ key, value }) => [key, value]))
}

function placesOf(file: string, entries: EnvEntry[]): Places {
    return new Map(entries.map(({ key, line }) => [key, `${file}:${line}: `]))
}

function readEntries(file: string): EnvEntry[] {
    const entries = readEnvFile(file, checkFileSetting)
    for (const { line, cutAtHash } of entries)
        if (cutAtHash) complain(hashWarning(`${file}:${line}`))
    return entries
}

/** Exit code 1 when they differ, as diff has it. */
async function diff(file: string, options: BoardOptions): Promise<void> {
    const entries = readEntries(file)
    const places = placesOf(file, entries)
    await withBoard(options, async ({ board }) => {
        const settings = await board.settings()
        const differences = Object.entries(settingsOf(entries))
            .filter(([key]) => !isOwn(key))
            .map(([key, file]) => ({
                key,
                held: findSetting(settings, key, places.get(key)),
                file,
            }))
            .filter(({ held: { text, origin }, file }) => {
                // an empty text stands for the default
                if (file === "" && origin === "default") return false
                return text !== file && text !== MASK
            })
            .map(({ key, held: { text }, file }) => ({
                key,
                board: text,
                file,
            }))
            // a secret that the board does not have has no mask there; what it shows is none
            .map(one =>
                one.file && isSecret(one.board ? "" : one.key, one.file)
                    ? { ...one, file: MASK }
                    : one
            )
        if (options.json) printJson(differences)
        else
            for (const { key, board, file } of differences)
                console.log(
                    `-${key}=${printable(board)}\n+${key}=${printable(file)}`
                )
        if (differences.length) process.exitCode = 1
    })
}

async function edit(command: Command): Promise<void> {
    const options = command.optsWithGlobals<BoardOptions>()
    const editor = process.env.VISUAL || process.env.EDITOR
    if (!editor) throw new UsageError("EDITOR is not set")
    await withBoard(options, async ({ board }) => {
        const before = await board.settings()
        const folder = mkdtempSync(join(tmpdir(), "fiberctl-"))
        const file = join(folder, "settings.env")
        let isRefused = false
        try {
            const text = await settingsFile(before)
            writeFileSync(file, text, { mode: 0o600 })
            const { status, signal } = runEditor(editor, file)
            if (status !== 0)
                throw new UsageError(
                    `"${editor}" ended with ${status ?? signal}`
                )
            isRefused = true
            await applyChanges(
                board,
                editedChanges(before, readSettings(file)),
                options
            )
            isRefused = false
        } finally {
            if (isRefused) complain(`what was edited is kept in "${file}"`)
            else rmSync(folder, { recursive: true, force: true })
        }
    })
}

/** Runs an editor on this terminal. Its Ctrl-C and Ctrl-\\ are for the editor only. */
function runEditor(editor: string, file: string) {
    for (const signal of EDITOR_KEYS) process.on(signal, passOver)
    try {
        // the shell has the keys, too
        return spawnSync(`trap : INT QUIT; ${editor} "${file}"`, {
            shell: true,
            stdio: "inherit",
        })
    } finally {
        for (const signal of EDITOR_KEYS) process.off(signal, passOver)
    }
}

function passOver(): void {}

/** Settings as they are edited: those with their defaults are comments. */
async function settingsFile(settings: SettingInfo[]): Promise<string> {
    let text = ""
    for (const { key, text: value, origin } of settings) {
        const line = await editDotenv("", { [key]: value }, async () => {})
        text += origin === "default" ? `# ${line}` : line
    }
    return text
}

/** What an edited file changes; a secret that still has its mask stays. */
function editedChanges(
    before: SettingInfo[],
    after: Record<string, string>
): Changes {
    const changes: Changes = {}
    for (const { key, text, origin } of before) {
        const wanted = after[key]
        if (wanted === undefined && origin !== "default")
            changes[key] = undefined
        else if (wanted !== undefined && wanted !== text) changes[key] = wanted
    }
    for (const [key, text] of Object.entries(after))
        if (!before.some(setting => setting.key === key)) changes[key] = text
    return changes
}
