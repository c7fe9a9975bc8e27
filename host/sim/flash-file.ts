import { readFileSync, renameSync, writeFileSync } from "node:fs"
import { ESP32_STORE_SIZE, PAGE_SIZE } from "../flash/index.ts"
import type { FlashCounts } from "./protocol.ts"

const ERASED_PAGE = Buffer.alloc(PAGE_SIZE, 0xff)

/** Writes a flash image so that a reader, or the next start, finds the old or the new one, whole. */
export function writeImage(file: string, image: Uint8Array): void {
    const fresh = `${file}.${process.pid}.new`
    writeFileSync(fresh, image)
    renameSync(fresh, file)
}

/** The board's flash as a file: replaced as a whole at each write, with account of what changed. */
export class FlashFile {
    readonly image: Buffer
    private readonly file: string
    private readonly counts: FlashCounts = { writes: 0, bytes: 0, erases: 0 }

    /** @throws when the file cannot be read */
    constructor(file: string) {
        this.file = file
        this.image = Buffer.alloc(ESP32_STORE_SIZE, 0xff)
        readFileSync(file).copy(this.image)
    }

    /**
     * Takes an image as the VM saves it: without its tail, which stays as it was.
     * @returns the account since start
     */
    save(saved: Uint8Array): FlashCounts {
        for (let at = 0; at < saved.length; at += PAGE_SIZE)
            this.savePage(at, saved.subarray(at, at + PAGE_SIZE))
        this.counts.writes++
        writeImage(this.file, this.image)
        return this.counts
    }

    private savePage(at: number, fresh: Uint8Array): void {
        const page = this.image.subarray(at, at + fresh.length)
        if (page.equals(fresh)) return
        let erased = false
        for (let i = 0; i < fresh.length; ++i) {
            if (page[i] === fresh[i]) continue
            // a bit can only be set again by erasing the whole page
            if (fresh[i] & ~page[i]) erased = true
        }
        this.account(erased ? ERASED_PAGE : page, fresh, erased)
        page.set(fresh)
    }

    private account(before: Buffer, after: Uint8Array, erased: boolean): void {
        if (erased) this.counts.erases++
        for (let i = 0; i < after.length; ++i)
            if (before[i] !== after[i]) this.counts.bytes++
    }
}
