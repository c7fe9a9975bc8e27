import { readFile } from "../../../src/settings"
import * as ds from "@devicescript/core"
import { expect } from "@devicescript/test"
import {
    MAX_PART_BYTES,
    otaStatus,
    parseFile,
    Pieces,
    SignedFile,
    TrustedKeys,
    verifyLms,
} from "../../../src/ota"
import { FlashSlots, piecesText } from "../../../src/platform"
import { MemoryFlash } from "../../../src/testing"
import { OTA_KEY } from "../../vectors/ota"
import { hold, OtaBoard, signed, startedBoard } from "./ota"

/** Makes a file several parts long. */
const LONG =
    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"

/** Flash that takes a number of writes, then none. */
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

/** Cuts the power of one board repeatedly, each time at a random write of an update. */
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
        const stored = await readFile(board.file)
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

/** Delivers the current version and an older one, each repeatedly. */
export async function deliverAgain(count: number): Promise<void> {
    const board = await startedBoard()
    await hold(board, 7, "HOSTNAME=a\n")
    const { stats } = board.flash
    const { writes } = stats
    for (let i = 0; i < count; i++)
        expect((await board.offer(signed(7, "HOSTNAME=a\n"))).state).toBe(
            "active"
        )
    for (let i = 0; i < count; i++)
        expect((await board.offer(signed(6, "HOSTNAME=a\n"))).state).toBe(
            "refused"
        )
    console.log(`${2 * count} deliveries: ${stats.writes - writes} writes`)
    expect(stats.writes).toBe(writes)
    const refusals = board.records.filter(r => r.meta["state"] === "refused")
    expect(refusals.length).toBe(1)
}

/** Whether a board takes a damaged file for a good one. */
async function isTaken(bytes: Buffer, keys: TrustedKeys): Promise<boolean> {
    await ds.sleep(0) // the steps without a wait are limited
    const pieces = new Pieces()
    pieces.add(bytes)
    let file: SignedFile
    try {
        file = parseFile(pieces)
    } catch (e: any) {
        return false
    }
    return await verifyLms(file, keys)
}

/** Flips each `everyBit`-th bit of a signed file, and cuts it at each `everyLength`-th length. */
export async function damageFile(
    text: string,
    keys: TrustedKeys,
    everyBit: number,
    everyLength: number
): Promise<void> {
    const bytes = Buffer.from(text)
    let taken = 0
    for (let bit = 0; bit < bytes.length * 8; bit += everyBit) {
        bytes[bit >> 3] ^= 1 << (bit & 7)
        if (await isTaken(bytes, keys)) taken++
        bytes[bit >> 3] ^= 1 << (bit & 7)
    }
    for (let length = 0; length < bytes.length; length += everyLength)
        if (await isTaken(bytes.slice(0, length), keys)) taken++
    expect(taken).toBe(0)
    expect(await isTaken(bytes, keys)).toBe(true)
}

/** Boards of a fleet, by their identifiers, and the ones among them that are in a share of 25%. */
const FIRST_BOARD = 29
const IN_SHARE = [31, 35, 39, 41, 48]
/** Part of the messages that are lost, in percent. */
const LOST = 30
/** By then all parts have arrived, and a report. */
const MOST_ROUNDS = 20

/**
 * Brings versions to the boards of a fleet by messages of which 30% are lost, both ways: first one
 * for all boards, then two for a share of 25%. One board after another, as they share a heap.
 */
export async function updateFleet(count: number): Promise<void> {
    const traffic: Traffic = { seed: 11, messages: 0 }
    let inShare = 0
    for (let i = 0; i < count; i++) {
        const id = FIRST_BOARD + i
        const hex = Buffer.from([id]).toString("hex")
        const board = new OtaBoard(new MemoryFlash(), "00000000000000" + hex)
        await board.build("OTA_KEY", OTA_KEY)
        await board.build("OTA_PROBATION", "30s")
        await board.start()
        expect(await bring(board, 1, 100, traffic)).toBe(true)
        const isIn = IN_SHARE.indexOf(id) >= 0
        expect(await bring(board, 2, 25, traffic)).toBe(isIn)
        expect(await bring(board, 3, 25, traffic)).toBe(isIn)
        expect(board.record().version).toBe(isIn ? 3 : 1)
        if (isIn) inShare++
    }
    console.log(
        `${traffic.messages} messages, ${LOST}% lost: version 1 on ${count} boards, versions 2 and 3 on the same ${inShare}`
    )
}

/** Messages to and from boards, of which some are lost: the same ones each time. */
interface Traffic {
    seed: number
    messages: number
}

function isLost(traffic: Traffic): boolean {
    traffic.messages++
    traffic.seed = (traffic.seed * 75 + 74) % 65537
    return traffic.seed % 100 < LOST
}

/**
 * Sends a version to a board until the board reports it, up to a number of attempts.
 * @returns whether the board reported it
 */
async function bring(
    board: OtaBoard,
    version: number,
    share: number,
    traffic: Traffic
): Promise<boolean> {
    const body = `HOSTNAME=v${version}\n_LONG=${LONG}\n`
    const file = signed(version, body, `share=${share}%`)
    const whole = Buffer.from(piecesText(file.list))
    const { length } = whole
    for (let round = 0; round < MOST_ROUNDS; round++) {
        for (let at = 0; at < length; at += MAX_PART_BYTES) {
            if (isLost(traffic)) continue
            const part = whole.slice(at, Math.min(at + MAX_PART_BYTES, length))
            const all = board.parts.add(version, at, length, part)
            if (!all) continue
            const { restarts } = board
            await board.offer(all)
            if (board.restarts > restarts) await board.start()
        }
        await board.pass(31)
        const { state, version: has } = otaStatus(board.ota)
        const isReported = !isLost(traffic)
        if (isReported && has === version && state === "active") return true
    }
    return false
}
