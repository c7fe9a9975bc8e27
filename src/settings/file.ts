import { Exclusive, FlashSlots } from "../platform"
import { FileState, stateOf } from "./commit"
import {
    changeState,
    commitText,
    LARGE_FILE_BYTES,
    openSets,
    readPrevious,
    restorePrevious,
    Sets,
    StagedFile,
    stageText,
    StoredFile,
} from "./sets"

/**
 * The settings file of a board, `settings.env`, in its flash. What is asked of it is done one
 * after another, whoever asks, and to its end, also when the asking fiber is terminated.
 * @devsWhenUsed
 */
export class SettingsFile {
    private readonly turns = new Exclusive("the settings file")
    private readonly sets: Sets

    /**
     * @param flash the store
     * @param maxBytes longest text: `LARGE_FILE_BYTES`, or `SMALL_FILE_BYTES` where the flash
     * store has 8 KB only
     */
    constructor(flash: FlashSlots, maxBytes: number = LARGE_FILE_BYTES) {
        this.sets = { flash, maxBytes, problems: [], idle: 0 }
    }

    /**
     * Reads the file that counts. One that is damaged gives way to the one before, and
     * `problems` tells so.
     * @returns undefined when there is none
     * @throws FlashError when the flash does not answer
     */
    async read(): Promise<StoredFile | undefined> {
        return await this.run(openSets)
    }

    /**
     * Reads the file that `rollBack` brings back.
     * @returns undefined when there is none
     * @throws FlashError when the flash does not answer
     */
    async previous(): Promise<StoredFile | undefined> {
        return await this.run(readPrevious)
    }

    /**
     * Writes a text to the set that does not count, and reads it back. Pieces that are in flash
     * already are not written again; a text that counts already is not written at all.
     * @throws SettingsError when the text is longer than `maxBytes`, when the previous file must
     * be kept, or when the flash does not keep what is written
     * @throws FlashError when the flash does not answer
     */
    async stage(text: string): Promise<StagedFile> {
        return await this.run(stageText, text)
    }

    /**
     * Makes a staged text count, with its state, in one write; in none when neither is new.
     * @param state what changes of the state; the rest stays
     * @throws SettingsError when something else was staged or committed since, or when the
     * flash does not keep the record: then the file before still counts
     */
    async commit(
        staged: StagedFile,
        state?: Partial<FileState>
    ): Promise<void> {
        await this.run(commitText, staged, state)
    }

    /** Stages and commits a text with nothing in between. @throws as `stage` and `commit` */
    async replace(
        text: string,
        state?: Partial<FileState>
    ): Promise<StagedFile> {
        return await this.run(replaceText, text, state)
    }

    /**
     * Changes the state of the file that counts, in one write; in none when nothing is new.
     * @throws SettingsError as `commit`
     */
    async setState(state: Partial<FileState>): Promise<void> {
        await this.run(changeState, state)
    }

    /**
     * Makes the previous file count again, or an empty one when there is none, in one write.
     * Version and note are those it had, unless `state` says otherwise.
     * @throws SettingsError as `commit`
     */
    async rollBack(state?: Partial<FileState>): Promise<void> {
        await this.run(restorePrevious, state)
    }

    /** State of the file that counts, as read or written last; version 0 without a file. */
    stateInForce(): FileState {
        return stateOf(this.sets.commit)
    }

    /** What was found damaged in flash, in order of discovery. */
    problems(): string[] {
        return this.sets.problems.slice()
    }

    private async run<A, B, T>(
        job: (sets: Sets, a: A, b: B) => Promise<T>,
        a?: A,
        b?: B
    ): Promise<T> {
        const { sets, turns } = this
        return await turns.run(async () => {
            if (!sets.opened && job !== openSets) await openSets(sets)
            return await job(sets, a, b)
        })
    }
}

async function replaceText(
    sets: Sets,
    text: string,
    state: Partial<FileState>
): Promise<StagedFile> {
    const staged = await stageText(sets, text)
    await commitText(sets, staged, state)
    return staged
}
