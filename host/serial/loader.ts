import { createHash } from "node:crypto"
import { ESPLoader, Transport } from "esptool-js"
import { FirmwareError, UsageError } from "../errors.ts"
import { WebPort } from "./web-port.ts"

/** The speed that every ROM loader starts with. */
const ROM_BAUD = 115_200

/** What is written, and how. */
export interface FlashJob {
    port: string
    baud: number
    /** The chip that the image is for, as esptool names it: `esp32c3`. */
    chip: string
    image: Uint8Array
    /** Where in flash it starts. */
    offset: number
    /** Called with what the loader reports about the board. */
    note: (text: string) => void
    /** Called with the share of the image, which is sent compressed, that is written: 0 to 1. */
    progress: (share: number) => void
}

/**
 * Writes an image to a board's flash by the loader in its ROM, compares its MD5 and resets the
 * board.
 * @throws UsageError when the port cannot be used, or the board has another chip
 * @throws FirmwareError when no loader answers, or what is in flash is not what was written
 */
export async function flashImage(job: FlashJob): Promise<void> {
    const port = new WebPort(job.port)
    const transport = new Transport(port as never)
    // it reports its end by itself, on stdout
    transport.trace = () => {}
    const loader = new ESPLoader({
        transport,
        baudrate: job.baud,
        romBaudrate: ROM_BAUD,
        terminal: { clean() {}, write() {}, writeLine() {} },
    })
    try {
        const found = await connect(loader, job.port)
        if (chipId(loader.chip.CHIP_NAME) !== job.chip)
            throw new UsageError(
                `the board at ${job.port} has a ${loader.chip.CHIP_NAME}, the image is for ${job.chip}`
            )
        job.note(found)
        await write(loader, job)
        await loader.after("hard_reset")
    } finally {
        await transport.disconnect().catch(() => {})
    }
}

async function connect(loader: ESPLoader, port: string): Promise<string> {
    try {
        return await loader.main()
    } catch (error) {
        if (error instanceof UsageError) throw error
        throw new FirmwareError(
            `no loader answers at ${port}: hold the board's BOOT button while you press RESET, then try again`,
            (error as Error).message
        )
    }
}

async function write(loader: ESPLoader, job: FlashJob): Promise<void> {
    try {
        await loader.writeFlash({
            fileArray: [{ data: job.image, address: job.offset }],
            flashMode: "keep",
            flashFreq: "keep",
            flashSize: "keep",
            eraseAll: false,
            compress: true,
            reportProgress: (_, written, total) =>
                job.progress(written / total),
            calculateMD5Hash: image =>
                createHash("md5").update(image).digest("hex"),
        })
    } catch (error) {
        throw new FirmwareError(
            `writing to ${job.port} failed: ${(error as Error).message}`
        )
    }
}

function chipId(name: string): string {
    return name.toLowerCase().replace(/[^a-z0-9]/g, "")
}
