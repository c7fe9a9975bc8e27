import { randomBytes } from "node:crypto"
import { existsSync, rmSync } from "node:fs"
import { join } from "node:path"
import type { Settings } from "../env/index.ts"
import { UsageError } from "../errors.ts"
import { makeFolder, readInput, withPath, writeOutput } from "../files.ts"
import {
    applySettings,
    deployProgram,
    FlashImageError,
    FlashStore,
} from "../flash/index.ts"
import { holderOf, tryLock } from "./lock.ts"

/** Largest file that can be a board's id, and its flash. */
const MAX_ID_BYTES = 100
const MAX_FLASH_BYTES = 64 << 20

/** The folder where one simulated board lives: its flash and its device id survive there. */
export class BoardState {
    readonly folder: string
    readonly flashFile: string
    /** 16 hex digits; made up once, kept like a board's own. */
    readonly deviceId: string
    private release: () => void

    /**
     * Opens (or makes) a board's state and locks it for this process.
     * @throws UsageError when another simulator uses it, or the folder cannot be used
     */
    constructor(folder: string, options: { fresh?: boolean } = {}) {
        this.folder = folder
        this.flashFile = join(folder, "flash.bin")
        this.release = open(folder)
        try {
            const { flashFile } = this
            if (options.fresh)
                withPath(flashFile, () => rmSync(flashFile, { force: true }))
            this.deviceId = readDeviceId(join(folder, "device-id"))
        } catch (error) {
            this.close()
            throw error
        }
    }

    /**
     * Writes program and settings to flash as a deployment does. Only what changed is written;
     * settings that are no longer given are deleted; everything else in flash stays.
     * @throws UsageError when the flash file is no flash store, or the settings do not fit
     */
    deploy(bytecode: Buffer, settings: Settings): void {
        const [before, image] = this.tryDeploy(bytecode, settings)
        if (!existsSync(this.flashFile) || !image.equals(before))
            writeOutput(this.flashFile, image)
    }

    /**
     * What flash holds, and would hold after `deploy`.
     * @throws UsageError as `deploy`
     */
    tryDeploy(
        bytecode: Buffer,
        settings: Settings
    ): [before: Buffer, after: Buffer] {
        try {
            const store = this.readStore()
            const before = store.serialize()
            deployProgram(store, bytecode)
            applySettings(store, settings, false)
            return [before, store.serialize()]
        } catch (error) {
            if (!(error instanceof FlashImageError)) throw error
            throw new UsageError(`${this.flashFile}: ${error.message}`)
        }
    }

    /** Puts a whole store in place of what flash held. @throws UsageError */
    replace(store: Buffer): void {
        writeOutput(this.flashFile, store)
    }

    /** The flash store as it is now. */
    readStore(): FlashStore {
        return existsSync(this.flashFile)
            ? FlashStore.parse(readInput(this.flashFile, MAX_FLASH_BYTES))
            : FlashStore.format()
    }

    /** Unlocks the folder. Safe to call twice. */
    close(): void {
        const { release } = this
        this.release = () => {}
        release()
    }
}

function open(folder: string): () => void {
    makeFolder(folder)
    const lock = join(folder, "lock")
    const release = withPath(lock, () => tryLock(lock))
    if (!release)
        throw new UsageError(
            `state folder "${folder}" is in use by another simulator, and --state DIR gives this one a board of its own: it is held by ${holderOf(lock)}`
        )
    return release
}

function readDeviceId(file: string): string {
    if (existsSync(file)) {
        const id = readInput(file, MAX_ID_BYTES).toString().trim()
        if (/^[0-9a-f]{16}$/.test(id)) return id
    }
    const id = randomBytes(8).toString("hex")
    writeOutput(file, id + "\n")
    return id
}
