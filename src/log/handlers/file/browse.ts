import { matches } from "../../pattern"
import { StoredFile } from "./files"
import { StoredLine } from "./line"
import { FlashLog } from "./log"
import { LineVisitor } from "./reader"
import { FlashLogError } from "./ring"
import { LogWorker } from "./worker"

/** Most lines that `tail` gives. */
export const MAX_TAIL = 200

/** A file of the log as it stands in flash. */
export interface FileInfo {
    name: string
    /** Bytes of text, line ends included; part of it may still wait in RAM. */
    size: number
    /** Segments it takes. */
    segments: number
    /** First line, undefined when there is none. */
    first: StoredLine | undefined
    /** Last line, undefined when there is none. */
    last: StoredLine | undefined
}

/**
 * Reads the stored files while logging goes on. What waits in RAM is not seen: `flush` first.
 * A file that is rotated away while it is read ends early, and `problems` says so.
 */
export class LogFiles {
    constructor(
        private readonly filename: string,
        private readonly log: FlashLog,
        private readonly worker: LogWorker
    ) {}

    /** The files there are, newest first. */
    async list(): Promise<FileInfo[]> {
        await this.open()
        const infos: FileInfo[] = []
        const { files } = this.log.list
        for (let i = 0; i < files.length; ++i)
            infos.push(await this.describe(files[i], this.nameOf(i)))
        return infos
    }

    /**
     * Visits the lines of one file, oldest first, with one segment in RAM at a time.
     * @param visit may wait; `false` ends it
     * @throws RangeError when there is no such file
     */
    async read(name: string, visit: LineVisitor): Promise<void> {
        await this.open()
        await this.log.reader.readFile(this.find(name), visit)
    }

    /** The lines of one file. @throws RangeError when there is no such file */
    async cat(name: string): Promise<string[]> {
        const lines: string[] = []
        await this.read(name, async line => {
            lines.push(line.text)
        })
        return lines
    }

    /** The last `count` lines of all files together, at most MAX_TAIL. */
    async tail(count: number): Promise<string[]> {
        const most = Math.min(count, MAX_TAIL)
        const lines: string[] = []
        await this.since(-1, async line => {
            lines.push(line.text)
            if (lines.length > most) lines.shift()
        })
        return lines
    }

    /**
     * Visits the lines of all files that contain one of `patterns`, oldest first.
     * @param patterns substrings, in which `*` stands for any run of characters
     */
    async grep(patterns: string | string[], visit: LineVisitor): Promise<void> {
        const list = typeof patterns === "string" ? [patterns] : patterns
        const wanted = list.map(pattern => `*${pattern}*`)
        await this.since(-1, async line => {
            for (const pattern of wanted)
                if (matches(pattern, line.text)) return await visit(line)
            return true
        })
    }

    /**
     * Visits the lines after the one at `cursor`, of all files, oldest first. A cursor stays
     * good over resets; when its line is gone, reading starts with the oldest there is.
     * @param cursor of the last line that was dealt with, -1 for none
     */
    async since(cursor: number, visit: LineVisitor): Promise<void> {
        await this.open()
        await this.log.reader.readAll(visit, cursor + 1)
    }

    private async open(): Promise<void> {
        if (this.log.isOpen || (await this.worker.call(async () => {}))) return
        throw new FlashLogError(`${this.filename} cannot be read`)
    }

    private nameOf(index: number): string {
        return index ? `${this.filename}.${index}` : this.filename
    }

    private find(name: string): StoredFile {
        const { files } = this.log.list
        const names: string[] = []
        for (let i = 0; i < files.length; ++i) names.push(this.nameOf(i))
        const at = names.indexOf(name)
        if (at >= 0) return files[at]
        throw new RangeError(
            `no log file "${name}", there are: ${names.join(", ")}`
        )
    }

    private async describe(file: StoredFile, name: string): Promise<FileInfo> {
        const segments = file.end - file.start + 1
        const info: FileInfo = {
            name,
            size: file.size,
            segments,
            first: undefined,
            last: undefined,
        }
        await this.log.reader.readFile(file, async line => {
            if (!info.first) info.first = line
            info.last = line
        })
        return info
    }
}
