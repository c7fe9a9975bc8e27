import { findPort, flashImage } from "../serial/index.ts"
import { buildImage, type ImageOptions, type MadeImage } from "./image-run.ts"
import { complain } from "../output.ts"
import { printJson } from "./board.ts"
import type { PortOptions } from "./port.ts"

/** Options of `fiberctl flash` as commander gives them. */
export interface FlashOptions extends ImageOptions, PortOptions {
    dryRun?: boolean
}

/** Steps in which progress is printed where a line cannot be redrawn. */
const STEPS = 10

/**
 * Runs `fiberctl flash`.
 * @returns the image that was written
 * @throws UsageError when something is missing: the VM, the board, the port, the permission
 * @throws FirmwareError when the program does not compile, or writing fails
 */
export async function runFlash(options: FlashOptions): Promise<MadeImage> {
    const image = await buildImage(options)
    const { board, bytes, offset } = image
    const what = `${bytes.length} bytes at 0x${offset.toString(16)} for ${board.name}`
    const { json } = options
    // of a program only the last line is wanted, which is JSON
    const say = json ? complain : console.log
    const done = (port?: string) =>
        printJson({ board: board.id, offset, bytes: bytes.length, port })
    if (options.dryRun) {
        if (json) done()
        else console.log(`nothing is written: ${what}`)
        return image
    }
    const port = await findPort(options.port)
    say(`${port}: writing ${what}`)
    const progress = new Progress()
    await flashImage({
        port,
        baud: options.baud,
        chip: board.chip.name,
        image: bytes,
        offset,
        note: text => say(`${port}: ${text}`),
        progress: share => json || progress.show(share),
    })
    if (json) done(port)
    else console.log(`${port}: written, verified, and started`)
    return image
}

/** Shows the progress of writing: on a terminal one line that is redrawn, else a line a step. */
class Progress {
    private step = -1

    show(share: number): void {
        const step = Math.floor(share * (process.stdout.isTTY ? 100 : STEPS))
        if (step === this.step) return
        this.step = step
        const text = `${Math.floor(share * 100)} %`
        if (!process.stdout.isTTY) console.log(text)
        else process.stdout.write(`\r${text}${share < 1 ? "" : "\n"}`)
    }
}
