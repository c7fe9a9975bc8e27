import { type FSWatcher, watch } from "node:fs"
import { dirname } from "node:path"
import { isFolder } from "../files.ts"
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
        this.hashes = new Map(
            paths.map(path => [path, known.get(path) ?? fileHash(path)])
        )
        this.touch()
    }

    /** Ends the watch. */
    close(): void {
        clearTimeout(this.timer)
        for (const watcher of this.watchers.splice(0)) watcher.close()
    }

    /** Watches the folders as they are now: one may be new, or another one of the same name. */
    private watchFolders(): void {
        this.close()
        const folders = [...this.hashes.keys()].map(watchedFolder)
        for (const folder of new Set(folders)) this.watchFolder(folder)
    }

    private watchFolder(folder: string): void {
        try {
            this.watchers.push(watch(folder, () => this.touch()))
        } catch {
            // it was removed meanwhile
        }
    }

    private touch(): void {
        clearTimeout(this.timer)
        this.timer = setTimeout(() => {
            this.watchFolders()
            const isSame = [...this.hashes].every(
                ([path, hash]) => fileHash(path) === hash
            )
            if (!isSame) this.changed()
        }, QUIET_MS)
    }
}

/** The hashes of files as they are now. */
export function hashesOf(paths: string[]): Map<string, string> {
    return new Map(paths.map(path => [path, fileHash(path)]))
}

/** The folder whose changes say that the file at `path` has changed, or may soon be there. */
function watchedFolder(path: string): string {
    let folder = dirname(path)
    while (!isFolder(folder) && folder !== dirname(folder))
        folder = dirname(folder)
    return folder
}
