import { type BoardInfo, findStateFolder } from "../../client/index.ts"
import type { FlashCounts, FlashMap } from "../../flash/index.ts"
import { AskedFlash } from "./asked-flash.ts"
import { SavedFlash } from "./saved-flash.ts"
import type { BoardClient } from "./board-client.ts"
import type { SimulatedBoard } from "./simulated-board.ts"

/** The flash of a board: of a simulated one as it is read, of another as its firmware tells. */
export class FlashSource {
    private readonly device: string
    private readonly simulated: SimulatedBoard | undefined
    private readonly stateFolder: string | undefined
    private readonly asked: AskedFlash
    private saved: SavedFlash | undefined

    /** @param stateFolder where simulators are looked for besides the default place */
    constructor(
        board: BoardClient,
        simulated?: SimulatedBoard,
        stateFolder?: string
    ) {
        this.device = board.device
        this.simulated = simulated
        this.stateFolder = stateFolder
        this.asked = new AskedFlash(board)
    }

    /** Writes, bytes and erased pages since the console began to count; undefined before it did. */
    get counts(): FlashCounts | undefined {
        return (
            this.simulated?.flashCounts ??
            this.savedFlash()?.counts ??
            this.asked.map?.counts
        )
    }

    /** Asks a board for its slots, if those can only be asked for. @throws TimedOutError */
    async learn(info: BoardInfo): Promise<void> {
        if (!this.simulated && !this.savedFlash()) await this.asked.learn(info)
    }

    /** @returns what is known, or why nothing is @throws FlashImageError */
    read(): FlashMap | string {
        const map = this.simulated?.readFlash() ?? this.savedFlash()?.map()
        return (
            map ??
            this.asked.map ??
            this.asked.failure ??
            "The board has not told yet what lies in its flash."
        )
    }

    close(): void {
        this.saved?.close()
    }

    private savedFlash(): SavedFlash | undefined {
        if (this.saved) return this.saved
        const folder = findStateFolder(this.device, this.stateFolder)
        if (folder === undefined) return undefined
        try {
            this.saved = new SavedFlash(folder)
        } catch {
            // the board has not written yet, or is just ending
        }
        return this.saved
    }
}
