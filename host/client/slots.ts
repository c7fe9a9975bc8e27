import { isSettingKey } from "../env/index.ts"
import { FIRMWARE_SLOTS } from "../flash/slots.ts"
import type { Board } from "./board.ts"

/**
 * What lies in the flash of a board, as far as its firmware knows: its own slots and the settings
 * that were written with the program. The VM's own entries are not among them.
 * @returns bytes by key, in whole words; slots without a value left out
 * @throws RemoteError, TimedOutError
 */
export async function readSlots(
    board: Pick<Board, "slots" | "settings">
): Promise<Map<string, number>> {
    const keys = [...(await settingKeys(board)), ...FIRMWARE_SLOTS]
    const sizes = await board.slots(keys)
    const entries = keys.map((key, i): [string, number] => [key, sizes[i] ?? 0])
    return new Map(entries.filter(([, bytes]) => bytes > 0))
}

/** Keys of the settings that may lie in flash, none for a firmware without any. */
async function settingKeys(board: Pick<Board, "settings">): Promise<string[]> {
    try {
        return (await board.settings())
            .map(({ key }) => key)
            .filter(isSettingKey)
    } catch (error) {
        if ((error as Error).name === "UnsupportedError") return []
        throw error
    }
}
