import { readFileSync } from "node:fs"
import { writeOutput } from "../files.ts"
import {
    ESP32_STORE_SIZE,
    GENERATION_OFFSET,
    headerPagesFor,
    PAGE_SIZE,
} from "../flash/index.ts"
import type { FlashCounts } from "../flash/index.ts"

const ERASED = 0xff
/** The two header areas of the store; a compaction erases one as a whole, used or not. */
const AREA_PAGES = headerPagesFor(ESP32_STORE_SIZE / PAGE_SIZE)
const AREA_SIZE = AREA_PAGES * PAGE_SIZE
const AREAS = [0, AREA_SIZE]

/** Counts what changes from one image of a flash to the next. */
export class FlashAccount {
    readonly image: Buffer
    readonly counts: FlashCounts = { writes: 0, bytes: 0, erases: 0 }

    /** @param image the flash as it is to begin with */
    constructor(image: Uint8Array) {
        this.image = Buffer.alloc(ESP32_STORE_SIZE, ERASED)
        this.image.set(image)
    }

    /**
     * Takes the flash as it is after a write; the tail of a shorter image stays as it was.
     * @returns the account since the begin
     */
    take(saved: Uint8Array): FlashCounts {
        const generations = AREAS.map(at => this.generation(at))
        for (let at = 0; at < saved.length; at += PAGE_SIZE)
            this.savePage(at, saved.subarray(at, at + PAGE_SIZE))
        for (const [i, at] of AREAS.entries())
            if (this.generation(at) !== generations[i])
                this.counts.erases += AREA_PAGES
        this.counts.writes++
        return this.counts
    }

    private generation(area: number): number {
        return this.image.readUInt32LE(area + GENERATION_OFFSET)
    }

    private savePage(at: number, fresh: Uint8Array): void {
        const page = this.image.subarray(at, at + fresh.length)
        if (page.equals(fresh)) return
        let erased = false
        for (let i = 0; i < fresh.length; ++i)
            // a bit can only be set again by erasing the whole page
            if (fresh[i] & ~page[i]) erased = true
        if (erased && at >= AREAS.length * AREA_SIZE) this.counts.erases++
        for (let i = 0; i < fresh.length; ++i)
            if (fresh[i] !== (erased ? ERASED : page[i])) this.counts.bytes++
        page.set(fresh)
    }
}

/** The board's flash as a file: replaced as a whole at each write, with account of what changed. */
export class FlashFile {
    private readonly file: string
    private readonly account: FlashAccount

    /** @throws when the file cannot be read */
    constructor(file: string) {
        this.file = file
        this.account = new FlashAccount(readFileSync(file))
    }

    get image(): Buffer {
        return this.account.image
    }

    /**
     * Takes an image as the VM saves it: without its tail, which stays as it was.
     * @returns the account since start
     */
    save(saved: Uint8Array): FlashCounts {
        const counts = this.account.take(saved)
        writeOutput(this.file, this.image)
        return counts
    }
}
