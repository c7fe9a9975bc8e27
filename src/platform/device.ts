import * as ds from "@devicescript/core"

/** Parameters of the 32-bit FNV-1 hash. */
const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x1000193

/** The board's 64-bit identifier as 16 hexadecimal digits in lower case. */
export function deviceId(): string {
    return ds.deviceIdentifier("self")
}

/**
 * The short name of a board, as `SA11`, that the Jacdac tools show: two letters and two digits from
 * a 30-bit FNV-1 hash of its identifier (`jd_device_short_id` of jacdac-c).
 * @param id 16 hexadecimal digits
 */
export function shortDeviceId(id: string): string {
    let hash = FNV_OFFSET
    const bytes = Buffer.from(id, "hex")
    for (let i = 0; i < bytes.length; i++)
        hash = Math.imul(hash, FNV_PRIME) ^ bytes[i]
    hash = (hash ^ (hash >>> 30)) & 0x3fffffff
    const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return (
        letters[(hash | 0) % 26] +
        letters[Math.idiv(hash, 26) % 26] +
        (Math.idiv(hash, 676) % 10) +
        (Math.idiv(hash, 6760) % 10)
    )
}
