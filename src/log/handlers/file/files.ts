/** One file of the log: a run of segments with consecutive sequence numbers. */
export interface StoredFile {
    /** Sequence number of its first segment. */
    start: number
    /** Sequence number of its last segment written to flash. */
    end: number
    /** Bytes of text, one for each line end included. */
    size: number
    /** Unix time in seconds when the file was begun; undefined when that is not known. */
    since: number | undefined
}

/** The current file and the older ones that count, newest first. */
export class FileList {
    readonly files: StoredFile[] = []
    /** Sequence number of the oldest segment that counts. */
    oldest = 1

    /** Forgets all files. */
    clear(): void {
        while (this.files.pop());
        this.oldest = 1
    }

    /** Puts a new current file in front, which begins with segment `start`. */
    begin(start: number): StoredFile {
        const file = {
            start,
            end: start - 1,
            size: 0,
            since: undefined as number,
        }
        this.files.insert(0, 1)
        this.files[0] = file
        return file
    }

    /** Lets the newest `keep` files before the current one count, and no others. */
    keep(keep: number): void {
        while (this.files.length > keep + 1) this.files.pop()
        const last = this.files[this.files.length - 1]
        if (last && last.start > this.oldest) this.oldest = last.start
    }

    /**
     * Gives up the oldest segment of an older file, to make room.
     * @returns false when only the current file is left
     */
    dropOldest(): boolean {
        const last = this.files[this.files.length - 1]
        if (this.files.length < 2) return false
        this.oldest = Math.max(this.oldest, last.start) + 1
        if (this.oldest > last.end) {
            this.files.pop()
            this.oldest = this.files[this.files.length - 1].start
        }
        return true
    }
}
