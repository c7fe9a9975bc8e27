import { type FSWatcher, readFileSync, watch } from "node:fs"
import { join } from "node:path"
import {
    type FlashCounts,
    type FlashMap,
    flashMap,
    FlashStore,
} from "../../flash/index.ts"
import { FlashAccount } from "../../sim/index.ts"

/** Name of the flash in the state folder of a simulated board. */
const FLASH_FILE = "flash.bin"

/** The flash of a board that another process simulates: its file, which is replaced at each write. */
export class SavedFlash {
    private readonly file: string
    private readonly account: FlashAccount
    private readonly watcher: FSWatcher
    private readonly began = performance.now()

    /** @throws when there is no such file */
    constructor(folder: string) {
        this.file = join(folder, FLASH_FILE)
        this.account = new FlashAccount(readFileSync(this.file))
        this.watcher = watch(folder, { persistent: false }, (_, name) => {
            if (name === FLASH_FILE) this.look()
        })
        this.watcher.on("error", () => {
            // the folder is gone, and with it the board
        })
    }

    /** What was written since this was made. */
    get counts(): FlashCounts {
        return this.account.counts
    }

    /** @throws FlashImageError */
    map(): FlashMap {
        const store = FlashStore.parse(this.account.image)
        return flashMap(store, this.counts, performance.now() - this.began)
    }

    close(): void {
        this.watcher.close()
    }

    private look(): void {
        try {
            this.account.take(readFileSync(this.file))
        } catch {
            // it has just been taken away, by a start with a fresh flash
        }
    }
}
