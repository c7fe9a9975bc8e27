/**
 * The DeviceScript VM for a board, built by Microsoft: one file for each board. fiberd does not
 * ship it; it is read from the cache. It is pinned to the release with the compiler's byte code
 * version and, from its first use on, to its SHA-256.
 */
import { existsSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import { inBuildDir } from "../build-dir.ts"
import { UsageError } from "../errors.ts"
import { makeFolder, readInput, withPath } from "../files.ts"
import { hashOf } from "../hash.ts"
import { type BoardInfo, STORE_OFFSET } from "./boards.ts"

/** The release of microsoft/devicescript-esp32: the last one with byte code 2.16. */
export const RELEASE = "v2.16.1"
const RELEASES =
    "https://github.com/microsoft/devicescript-esp32/releases/download"
/** First byte of every image that an ESP32 boots. */
const IMAGE_MAGIC = 0xe9
const MAX_BYTES = STORE_OFFSET

/** Where to get the VM for `board`. */
export function runtimeUrl(board: BoardInfo): string {
    return `${RELEASES}/${RELEASE}/${fileName(board)}`
}

/** Where the VM for `board` is kept. */
export function runtimeFile(board: BoardInfo): string {
    return inBuildDir("runtime", RELEASE, fileName(board))
}

/**
 * Reads the VM for `board`.
 * @param file another file than the one in the cache
 * @throws UsageError when it is missing, is no ESP32 image, or differs from the one used before
 */
export function findRuntime(
    board: BoardInfo,
    file = runtimeFile(board)
): Buffer {
    if (!existsSync(file))
        throw new UsageError(
            `the VM for ${board.id} is wanted: download ${runtimeUrl(board)} to ${file}`
        )
    const most = MAX_BYTES - board.chip.imageOffset
    const bytes = readInput(file, most)
    if (bytes[0] !== IMAGE_MAGIC)
        throw new UsageError(
            `"${file}" is no image for an ESP32: its first byte is not 0xe9`
        )
    if (file === runtimeFile(board)) checkPin(file, bytes)
    return bytes
}

/** Holds the file to the hash that it had when it was used first. */
function checkPin(file: string, bytes: Buffer): void {
    const pin = `${file}.sha256`
    const hash = hashOf(bytes)
    if (!existsSync(pin)) {
        withPath(pin, () => {
            makeFolder(dirname(pin))
            writeFileSync(pin, `${hash}\n`)
        })
        return
    }
    const known = readInput(pin, 1000).toString().trim()
    if (known !== hash)
        throw new UsageError(
            `"${file}" is not what it was: its SHA-256 is ${hash}, ${pin} says ${known}`
        )
}

function fileName({ id, chip }: BoardInfo): string {
    return `devicescript-${chip.name}-${id}-0x${chip.imageOffset.toString(16)}.bin`
}
