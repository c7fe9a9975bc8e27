import { isSecret, isSettingKey } from "../env/index.ts"
import { UsageError } from "../errors.ts"
import { readInput } from "../files.ts"
import {
    FlashImageError,
    FlashStore,
    type LogFile,
    readLogFiles,
    SETTING_PREFIX,
} from "../flash/index.ts"
import { paintFor } from "../colour.ts"
import { printable, printableJson } from "../printable.ts"

/** Options of `fiberctl flash read` as commander gives them. */
export interface FlashReadOptions {
    file?: string
    json?: boolean
}

/** Largest image that is read: the flash of the largest ESP32 module is half of it. */
const MAX_IMAGE_BYTES = 32 << 20

/** What is shown in place of a secret. */
const MASK = "********"

/** What an image holds, as `--json` prints it. */
interface Content {
    /** Values of the dotenv settings, by key. */
    settings: Record<string, string>
    /** Sizes in bytes of what else lies in the store, by key. */
    slots: Record<string, number>
    /** Size of the program in bytes; null when there is none or it is damaged. */
    program: number | null
    /** Of each log the oldest file first, so that lines come in the order of time. */
    files: LogFile[]
    /** Damage to the store as a whole. */
    problems: string[]
}

/**
 * Runs `fiberctl flash read`.
 * @throws UsageError when the image cannot be read or holds no flash store, or has no such file
 */
export function readFlash(image: string, options: FlashReadOptions): void {
    const content = readContent(openStore(image))
    const { file, json } = options
    if (file !== undefined) content.files = [findFile(content.files, file)]
    for (const problem of content.problems)
        console.error(`fiberctl: ${printable(problem)}`)
    if (json) console.log(printableJson(file ? content.files[0] : content))
    else if (file !== undefined) showFile(content.files[0])
    else showContent(content)
}

function openStore(image: string): FlashStore {
    const bytes = readInput(image, MAX_IMAGE_BYTES)
    try {
        return FlashStore.parse(bytes)
    } catch (error) {
        if (!(error instanceof FlashImageError)) throw error
        throw new UsageError(`"${image}": ${error.message}`)
    }
}

function readContent(store: FlashStore): Content {
    const settings: Record<string, string> = {}
    const slots: Record<string, number> = {}
    const values = new Map<string, Buffer>()
    for (const storeKey of store.keys()) {
        if (storeKey.startsWith("*")) continue
        const value = store.get(storeKey)!
        const key = storeKey.replace(SETTING_PREFIX, "")
        values.set(key, value)
        if (isSettingKey(key))
            settings[key] = isSecret(key) ? MASK : settingText(value)
        else slots[key] = value.length
    }
    return {
        settings,
        slots,
        program: store.program()?.length ?? null,
        files: olderFirst(readLogFiles(values)),
        problems: store.problems,
    }
}

/** The files of each log, which come newest first, the other way round. */
function olderFirst(files: LogFile[]): LogFile[] {
    const logs: LogFile[][] = []
    for (const file of files)
        if (/\.\d+$/.test(file.name) && logs.length) logs.at(-1)!.unshift(file)
        else logs.push([file])
    return logs.flat()
}

/** A setting's text: its JSON string, or what lies there instead. */
function settingText(value: Buffer): string {
    const text = value.toString()
    try {
        const parsed: unknown = JSON.parse(text)
        return typeof parsed === "string" ? parsed : text
    } catch {
        return text
    }
}

function findFile(files: LogFile[], name: string): LogFile {
    const found = files.find(file => file.name === name)
    if (found) return found
    const names = files.map(file => file.name).join(", ") || "none"
    throw new UsageError(`no file "${name}" in the image (files: ${names})`)
}

function showFile({ name, lines, problems }: LogFile): void {
    for (const line of lines) console.log(printable(line))
    for (const problem of problems)
        console.error(`fiberctl: ${printable(`${name}: ${problem}`)}`)
}

function showContent({ settings, slots, program, files }: Content): void {
    const paint = paintFor(process.stdout)
    const title = (text: string) => console.log(paint("bold", text))
    title(
        program === null
            ? "no program, or a damaged one"
            : `program: ${program} bytes`
    )
    title("settings")
    for (const [key, value] of Object.entries(settings).sort())
        console.log(`  ${printable(`${key}=${value}`)}`)
    title("other slots")
    for (const [key, size] of Object.entries(slots).sort())
        console.log(`  ${printable(key)}: ${size} bytes`)
    for (const file of files) {
        title(`${printable(file.name)}: ${file.lines.length} lines`)
        showFile(file)
    }
}
