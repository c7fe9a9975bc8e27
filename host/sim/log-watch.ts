import { type FlashStore, type LogFile, readLogFiles } from "../flash/index.ts"

/** Looks at the log files in flash after each change, for what people want to know of them. */
export class LogWatch {
    private before = new Map<string, LogFile>()

    /** @returns what has changed since the last look, in words; nothing when nothing has */
    look(store: FlashStore): string[] {
        const slots = new Map(store.keys().map(key => [key, store.get(key)!]))
        const files = readLogFiles(slots)
        const words = files.flatMap(file => this.change(file))
        this.before = new Map(files.map(file => [file.name, file]))
        return words
    }

    private change(file: LogFile): string[] {
        const old = this.before.get(file.name)
        const count = `${file.name}: ${file.lines.length} lines`
        if (old && sameLines(old, file)) return []
        if (/\.\d+$/.test(file.name))
            // a rotated file is written no more: it changes when another takes its place
            return old || this.before.size ? [`rotated; ${count}`] : [count]
        return [count]
    }
}

function sameLines(a: LogFile, b: LogFile): boolean {
    return (
        a.lines.length === b.lines.length &&
        a.lines.every((line, i) => line === b.lines[i])
    )
}
