/** The VM's own device and that of its program differ by this. */
const SERVER_DEVICE = 0xdb2249a7751b53f8n

/** The device that carries the services of the program on the board `device`, and back. */
export function programDevice(device: string): string {
    const id = Buffer.from(device, "hex").readBigUInt64LE() ^ SERVER_DEVICE
    const bytes = Buffer.alloc(8)
    bytes.writeBigUInt64LE(id)
    return bytes.toString("hex")
}
