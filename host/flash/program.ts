import { FlashImageError } from "./layout.ts"

/** Key of the large entry that holds the program. */
export const PROGRAM_KEY = "*prog"

const MAGIC0 = 0x8d8abd53
const MAGIC1 = 0xb27c4b2b
const HEADER_BYTES = 128
const ALIGN = 32

/** FNV-1a, 32 bit, as the VM's device manager hashes a program. */
export function fnv1a(data: Uint8Array): number {
    let hash = 0x811c9dc5
    for (const byte of data) hash = Math.imul(hash ^ byte, 0x01000193)
    return hash >>> 0
}

/**
 * Puts the device manager's header before `bytecode`
 * (microsoft/devicescript `runtime/devicescript/devsmgr.c`).
 * @throws FlashImageError when the size is no multiple of 32, as the VM wants it
 */
export function wrapProgram(bytecode: Buffer): Buffer {
    if (bytecode.length === 0 || bytecode.length % ALIGN)
        throw new FlashImageError(
            `program of ${bytecode.length} bytes: a multiple of ${ALIGN} is wanted`
        )
    const header = Buffer.alloc(HEADER_BYTES, 0)
    header.writeUInt32LE(MAGIC0, 0)
    header.writeUInt32LE(bytecode.length, 4)
    header.writeUInt32LE(MAGIC1, 8)
    header.writeUInt32LE(fnv1a(bytecode), 12)
    return Buffer.concat([header, bytecode])
}

/** Takes the bytecode out of a program entry; undefined when its header or hash is wrong. */
export function unwrapProgram(entry: Buffer): Buffer | undefined {
    if (entry.length < HEADER_BYTES) return undefined
    if (entry.readUInt32LE(0) !== MAGIC0) return undefined
    if (entry.readUInt32LE(8) !== MAGIC1) return undefined
    const size = entry.readUInt32LE(4)
    if (HEADER_BYTES + size > entry.length) return undefined
    const bytecode = entry.subarray(HEADER_BYTES, HEADER_BYTES + size)
    return fnv1a(bytecode) === entry.readUInt32LE(12) ? bytecode : undefined
}
