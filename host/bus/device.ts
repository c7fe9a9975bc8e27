/** The VM's own device and that of its program differ by this. */
const SERVER_DEVICE = 0xdb2249a7751b53f8n
/** A simulated board's device and those of its LED and buzzer differ by these. */
const PART_DEVICES = {
    led: 0x5a1d0c4be3f07291n,
    buzzer: 0x7ce3915d20b8a46fn,
}

/** What of a board its heartbeat drives. */
export type DrivenPart = keyof typeof PART_DEVICES

/** The device that carries the services of the program on the board `device`, and back. */
export function programDevice(device: string): string {
    return differing(device, SERVER_DEVICE)
}

/** The device of the LED or buzzer of a simulated board: on a real one it is the board itself. */
export function partDevice(device: string, part: DrivenPart): string {
    return differing(device, PART_DEVICES[part])
}

function differing(device: string, by: bigint): string {
    const id = Buffer.from(device, "hex").readBigUInt64LE() ^ by
    const bytes = Buffer.alloc(8)
    bytes.writeBigUInt64LE(id)
    return bytes.toString("hex")
}
