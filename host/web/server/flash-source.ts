import { findStateFolder } from "../../client/index.ts"
import type { FlashAnswer, FlashView } from "../protocol.ts"
import { SavedFlash } from "./saved-flash.ts"
import type { BoardClient } from "./session.ts"
import type { SimulatedBoard } from "./simulated-board.ts"
import { toldFlash } from "./told-flash.ts"

/** The flash of a board: of a simulated one what lies where, of another what its program tells. */
export class FlashSource {
    private readonly board: BoardClient
    private readonly simulated: SimulatedBoard | undefined
    private readonly stateFolder: string | undefined
    private saved: SavedFlash | undefined

    /** @param stateFolder where simulators are looked for besides the default place */
    constructor(
        board: BoardClient,
        simulated?: SimulatedBoard,
        stateFolder?: string
    ) {
        this.board = board
        this.simulated = simulated
        this.stateFolder = stateFolder
    }

    /** Writes, bytes and erased pages since the console began to count; undefined where nobody can. */
    get counts(): FlashView["counts"] | undefined {
        return this.simulated?.flashCounts ?? this.savedFlash()?.counts
    }

    /** @throws RemoteError, TimedOutError, FlashImageError */
    async read(): Promise<FlashAnswer> {
        const map = this.simulated?.readFlash() ?? this.savedFlash()?.view()
        return map ? { map } : { told: await toldFlash(this.board) }
    }

    close(): void {
        this.saved?.close()
    }

    private savedFlash(): SavedFlash | undefined {
        if (this.saved) return this.saved
        const folder = findStateFolder(this.board.device, this.stateFolder)
        if (folder === undefined) return undefined
        try {
            this.saved = new SavedFlash(folder)
        } catch {
            // the board has not written yet, or is just ending
        }
        return this.saved
    }
}
