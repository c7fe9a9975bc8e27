import { type FSWatcher, watch } from "node:fs"
import { dirname } from "node:path"
import { fileHash } from "./build-cache.ts"

/** Editors write a file in several steps: a change counts after this time without another, in ms. */
const QUIET_MS = 50

/** Watches files by their bytes: also those that are replaced, or are not there yet. */
export class FileWatch {
    private readonly changed: () => void
    private readonly watchers: FSWatcher[] = []
    private hashes = new Map<string, string>()
    private timer: NodeJS.Timeout | undefined

    /** @param changed called once for changes that follow one another closely */
    constructor(changed: () => void) {
        this.changed = changed
    }

    /**
     * Watches these files, and no others.
     * @param known hashes of the bytes that were built: a file that differs by now has changed
     */
    follow(paths: string[], known: ReadonlyMap<string, string>): void {
        this.close()
        this.hashes = new Map(
            paths.map(path => [path, known.get(path) ?? fileHash(path)])
        )
        for (const folder of new Set(paths.map(path => dirname(path))))
            this.watchFolder(folder)
        this.touch()
    }

    /** The hashes of the watched files as they are now. */
    look(): Map<string, string> {
        return new Map(
            [...this.hashes.keys()].map(path => [path, fileHash(path)])
        )
    }

    /** Ends the watch. */
    close(): void {
        clearTimeout(this.timer)
        for (const watcher of this.watchers.splice(0)) watcher.close()
    }

    private watchFolder(folder: string): void {
        try {
            this.watchers.push(watch(folder, () => this.touch()))
        } catch {
            // the folder of a file that was looked for does not exist
        }
    }

    private touch(): void {
        clearTimeout(this.timer)
        this.timer = setTimeout(() => {
            const isSame = [...this.hashes].every(
                ([path, hash]) => fileHash(path) === hash
            )
            if (!isSame) this.changed()
        }, QUIET_MS)
    }
}
