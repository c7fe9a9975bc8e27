import type { FileInfo, SettingInfo } from "../../client/index.ts"
import {
    ENTRY_BYTES,
    ESP32_STORE_SIZE,
    headerPagesFor,
    PAGE_SIZE,
} from "../../flash/index.ts"
import type { ToldFlash } from "../protocol.ts"
import { yearsAt } from "./flash-view.ts"
import type { BoardClient } from "./session.ts"

/** Bytes of one of the two areas of an ESP32's store. */
const AREA_BYTES = headerPagesFor(ESP32_STORE_SIZE / PAGE_SIZE) * PAGE_SIZE

/** What a program can tell of its flash: it cannot list the store. @throws RemoteError, TimedOutError */
export async function toldFlash(board: BoardClient): Promise<ToldFlash> {
    const { flash, uptime } = await board.info()
    const files = await orNone<FileInfo>(board.files())
    const settings = await orNone<SettingInfo>(board.settings())
    const stored = settings.filter(({ origin }) => origin === "file")
    const lines = stored.map(({ key, text }) => `${key}=${text}\n`)
    const bytes = flash && flash.bytes + flash.writes * ENTRY_BYTES
    return {
        files: files.map(({ name, size }) => ({ name, size })),
        settings: {
            count: stored.length,
            bytes: Buffer.byteLength(lines.join("")),
        },
        areaBytes: AREA_BYTES,
        // half of the area is what the firmware keeps at most
        years: bytes ? yearsAt(bytes, uptime, AREA_BYTES / 2) : undefined,
    }
}

/** A list, empty for a firmware without that part. */
async function orNone<T>(list: Promise<T[]>): Promise<T[]> {
    try {
        return await list
    } catch (error) {
        if ((error as Error).name === "UnsupportedError") return []
        throw error
    }
}
