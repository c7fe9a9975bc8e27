import { flashError, replaceAll } from "../platform"
import { matches } from "../log"
import { lineText, StoredLine } from "./format"
import { LineVisitor, readLog } from "./reader"
import { FlashLog } from "./state"
import { call, nothing } from "./worker"

/** Most lines that `tail` returns. */
export const MAX_TAIL = 200

/** A file of the log as it is in flash. */
export interface FileInfo {
    name: string
    /** Bytes of text that can be read, one for each line end included. */
    size: number
    /** First line, undefined when there is none. */
    first: StoredLine | undefined
    /** Last line, undefined when there is none. */
    last: StoredLine | undefined
}

/**
 * Reads the stored files while logging continues. Lines that are still in RAM are not seen: call
 * `flush` first. A file that is rotated away while it is read ends early. Methods that return
 * lines give them as `TIME [LEVEL] text`; a visitor gets a StoredLine, which `lineText` formats
 * like that. Each method throws a FlashError when the log cannot be read.
 * @devsWhenUsed
 */
export class LogFiles {
    constructor(protected readonly log: FlashLog) {}

    /** The files, newest first. */
    async list(): Promise<FileInfo[]> {
        const infos: FileInfo[] = []
        const names = await fileNames(this.log)
        // a file that is begun meanwhile shifts the others
        const starts = this.log.starts.slice()
        for (const name of names) {
            const start = starts[infos.length]
            infos.push({ name, size: 0, first: undefined, last: undefined })
            await readFile(this.log, start, async line => {
                const info = infos[infos.length - 1]
                info.size += line.text.byteLength + 1
                if (!info.first) info.first = line
                info.last = line
            })
        }
        return infos
    }

    /**
     * Visits the lines of one file, oldest first, with one segment in RAM at a time.
     * @param visit may wait; `false` ends the reading
     * @throws RangeError when there is no such file
     */
    async read(name: string, visit: LineVisitor): Promise<void> {
        const names = await fileNames(this.log)
        const index = names.indexOf(name)
        if (index < 0)
            throw new RangeError(
                `no log file "${name}", there are: ${names.join(", ")}`
            )
        await readFile(this.log, this.log.starts[index], visit)
    }

    /** The lines of one file. @throws RangeError when there is no such file */
    async cat(name: string): Promise<string[]> {
        const lines: string[] = []
        await this.read(name, async line => {
            lines.push(lineText(line))
        })
        return lines
    }

    /** The last `count` lines of all files together, at most MAX_TAIL. */
    async tail(count: number): Promise<string[]> {
        const most = Math.min(count, MAX_TAIL)
        const lines: string[] = []
        await this.since(-1, async line => {
            lines.push(lineText(line))
            if (lines.length > most) lines.shift()
        })
        return lines
    }

    /**
     * Visits the lines of all files that contain one of `patterns`, oldest first.
     * @param patterns texts in which `*` matches any characters
     * @param visit as for `read`
     */
    async grep(patterns: string | string[], visit: LineVisitor): Promise<void> {
        const list = typeof patterns === "string" ? [patterns] : patterns
        const wanted = list.map(pattern => `*${pattern}*`)
        await this.since(-1, async line => {
            const text = lineText(line)
            for (const pattern of wanted)
                if (matches(pattern, text)) return await visit(line)
            return true
        })
    }

    /**
     * Visits the lines of all files after the one at `cursor`, oldest first. A cursor stays valid
     * over resets; when its line is gone, reading starts with the oldest line.
     * @param cursor that of the last line processed, -1 for none
     * @param visit as for `read`
     */
    async since(cursor: number, visit: LineVisitor): Promise<void> {
        await fileNames(this.log)
        await readLog(this.log, this.log.oldest, Infinity, cursor + 1, visit)
    }
}

/** Names of the files, newest first; opens the log if need be. @throws FlashError if that fails */
async function fileNames(log: FlashLog): Promise<string[]> {
    if (!log.starts.length && !(await call(log, nothing)))
        throw flashError(log.options.filename, "the log cannot be read")
    return log.starts.map((start, i) => fileName(log, i))
}

/**
 * Name of file `index`, 0 for the current one: the number replaces each `%` in the name; without
 * a `%` it is appended to the names of older files, as in `error.log.1`.
 */
function fileName({ options }: FlashLog, index: number): string {
    const { filename } = options
    const size = Math.max(options.digits, index < 10 ? 1 : 2)
    const number = ("00" + index).slice(-size)
    const name = replaceAll(filename, "%", number)
    return name === filename && index > 0 ? `${name}.${number}` : name
}

async function readFile(
    log: FlashLog,
    start: number,
    visit: LineVisitor
): Promise<void> {
    await readLog(log, start, start + 1, -1, visit)
}
