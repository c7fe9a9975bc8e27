import { expect } from "@devicescript/test"
import { FlashSlots } from "../../../src/platform"
import { MemoryFlash } from "../../../src/testing"
import { OTA_KEY } from "../../vectors/ota"
import { OtaBoard, signed } from "./ota"

/** Flash that takes so many writes, then none. */
export class CutFlash implements FlashSlots {
    private readonly memory = new MemoryFlash()
    readonly stats = this.memory.stats
    /** Writes that it still takes; -1: all. */
    left = -1

    async read(key: string): Promise<Buffer | undefined> {
        return await this.memory.read(key)
    }

    async write(key: string, value: Buffer): Promise<void> {
        if (this.left === 0) throw new Error("no power")
        if (this.left > 0) this.left--
        await this.memory.write(key, value)
    }
}

/** Cuts the power of one board so many times, each at a random write of its life with updates. */
export async function cutAtRandom(count: number): Promise<void> {
    let seed = 7
    const random = (below: number) => {
        seed = (seed * 48271) % 65521
        return seed % below
    }
    const flash = new CutFlash()
    const board = new OtaBoard(flash)
    await board.build("OTA_KEY", OTA_KEY)
    await board.start()
    let highest = 0
    let kept = 0
    const textOf = (version: number) => `_V=${version}\nHOSTNAME=a\n`
    for (let cut = 0; cut < count; cut++) {
        const before = board.record()
        const next = highest + 1 + random(2)
        flash.left = random(7)
        // an update that holds, is taken back, or is met by the cut
        await board.offer(signed(next, textOf(next)))
        for (let i = random(4); i > 0; i--) await board.start()
        try {
            if (random(2) === 0) await board.pass(181)
        } catch (e: any) {
            // the flash does not take the proof
        }
        flash.left = -1
        await board.start()
        const { version } = board.record()
        const stored = await board.file.read()
        const text = stored ? stored.text : ""
        expect(text).toBe(version > 0 ? textOf(version) : "")
        expect(version === before.version || version === next).toBe(true)
        if (version === next) kept++
        highest = Math.max(highest, board.record().highest)
        try {
            await board.pass(181)
        } catch (e: any) {
            throw new Error("the flash is whole again")
        }
    }
    console.log(`${count} random cuts: ${kept} times the new version, 0 mixed`)
    expect(kept > 0 && kept < count).toBe(true)
}
