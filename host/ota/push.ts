import { setTimeout as sleep } from "node:timers/promises"
import {
    CHECKING,
    ON_PROBATION,
    PART_MISSING,
    RECEIVING,
    RESTARTING,
    STARTING,
} from "../../src/ota/probation.ts"
import { FirmwareError, TimeoutError, UsageError } from "../errors.ts"
import { hashOf, parseFile } from "./file.ts"
import type { BoardReport } from "./serve.ts"

/** Time between two questions for the state, in ms. */
const ASK_MS = 1000
/** Why a board takes no file now, but may take it later. */
const BUSY = [CHECKING, RESTARTING, STARTING, RECEIVING, PART_MISSING]

/** What of a board's client is needed; `Board` of host/client has it. */
export interface PushTarget {
    /** The state of the configuration. @throws when the board does not answer */
    config(): Promise<unknown>
    /** Offers a file. @throws what the board says */
    offer(file: Uint8Array): Promise<void>
}

/** A signed file, with the name that errors give it. */
export interface NamedFile {
    name: string
    bytes: Buffer
}

/** The state of a board's configuration. @throws FirmwareError when it is none */
export async function readState(target: PushTarget): Promise<BoardReport> {
    const state = (await target.config()) as Partial<BoardReport> | null
    if (typeof state?.version !== "number" || typeof state.state !== "string")
        throw new FirmwareError("the board tells no state of a configuration")
    const { device = "", version, hash = "", reason = "" } = state
    return { device, version, hash, state: state.state, reason }
}

/**
 * Brings a signed file to a board and waits for the verdict. While the board is busy with another one,
 * it is offered again.
 * @param onState called with each new state on the way
 * @param timeoutMs longest wait: the board restarts, and proves the file for OTA_PROBATION
 * @throws UsageError when it is no signed file; FirmwareError with the board's reason when it is
 * refused, taken back, or nothing is heard in time
 */
export async function pushFile(
    target: PushTarget,
    { name, bytes }: NamedFile,
    onState: (state: BoardReport) => void,
    timeoutMs: number,
    askMs = ASK_MS
): Promise<BoardReport> {
    const file = parseFile(bytes)
    if (typeof file === "string") throw new UsageError(`"${name}": ${file}`)
    const { version, body } = file
    const hash = hashOf(body)
    return new Push({
        target,
        bytes,
        version,
        hash,
        onState,
        timeoutMs,
        askMs,
    }).toVerdict()
}

/** One file on its way to one board. */
interface Delivery {
    target: PushTarget
    bytes: Buffer
    version: number
    hash: string
    onState: (state: BoardReport) => void
    timeoutMs: number
    askMs: number
}

/** Offers a file, and follows what the board does with it. */
class Push {
    private readonly delivery: Delivery
    private readonly startedAt = performance.now()
    private shown = ""
    private hasAnswered = false

    constructor(delivery: Delivery) {
        this.delivery = delivery
    }

    /** Brings the file, and waits for what the board says. */
    async toVerdict(): Promise<BoardReport> {
        await this.offer()
        for (;;) {
            const state = await this.look()
            if (state && this.isDelivered(state)) {
                // after a roll-back it is the version that runs again
                if (/^(active|rolled-back)$/.test(state.state)) return state
                // the board tells of somebody else's file: this one shows the state of its own again
                if (state.state === "refused") await this.offer()
            } else if (state) checkState(state, this.delivery.version)
            await this.pause(this.shown && `last seen: version ${this.shown}`)
        }
    }

    /** Offers the file until the board takes it, or has it from elsewhere. */
    private async offer(): Promise<void> {
        const { target, bytes } = this.delivery
        let busy = ""
        for (;;) {
            try {
                return await target.offer(bytes)
            } catch (error) {
                const { name, message } = error as Error
                const isLost = name === "TimedOutError"
                // the board may have it from its source, and restarts with it
                const state = await this.ask()
                if (state?.state === "probation" && this.isDelivered(state))
                    return
                if (!isLost && !isBusy(message, state))
                    throw new FirmwareError(`refused: ${message}`)
                // a board that was there restarts, and has lost what it got
                if (isLost && !busy && !this.hasAnswered) throw error
                busy = message
                if (state) this.show(state)
                await this.pause(busy)
            }
        }
    }

    /** Whether what the board tells of is this file. */
    private isDelivered({ version, hash }: BoardReport): boolean {
        const { delivery } = this
        return version === delivery.version && hash === delivery.hash
    }

    /** The board's state, also shown. */
    private async look(): Promise<BoardReport | undefined> {
        const state = await this.ask()
        if (state) this.show(state)
        return state
    }

    /** The board's state; `undefined` while it does not answer, as for some seconds of a restart. */
    private async ask(): Promise<BoardReport | undefined> {
        const state = await readState(this.delivery.target).catch(
            () => undefined
        )
        if (state) this.hasAnswered = true
        return state
    }

    private show(state: BoardReport): void {
        const now = shownAs(state)
        if (now !== this.shown) this.delivery.onState(state)
        this.shown = now
    }

    /** Waits until it is time to ask again. @throws TimeoutError with `why` when none is left */
    private async pause(why: string): Promise<void> {
        const { timeoutMs, askMs } = this.delivery
        if (performance.now() > this.startedAt + timeoutMs) {
            const seconds = Math.round(timeoutMs / 1000)
            throw new TimeoutError(
                `no verdict within ${seconds} s` + (why && `, ${why}`)
            )
        }
        await sleep(askMs)
    }
}

/** @throws FirmwareError when a board with another file cannot get `version` any more */
function checkState({ version, state, reason }: BoardReport, wanted: number) {
    if (version > wanted)
        throw new FirmwareError(
            `version ${wanted} was replaced by version ${version}`
        )
    if (state === "rolled-back")
        throw new FirmwareError(`version ${wanted} was taken back: ${reason}`)
    if (state === "refused") throw new FirmwareError(`refused: ${reason}`)
}

/** Whether a board that does not take a file may take it later. */
function isBusy(why: string, state: BoardReport | undefined): boolean {
    if (BUSY.includes(why)) return true
    // a probation that nobody watches has a reason, and no end
    const isStuck = state?.state === "probation" && state.reason !== ""
    return why.endsWith(ON_PROBATION) && !isStuck
}

/** A state in one line; a probation that nobody watches has a reason. */
function shownAs({ version, state, reason }: BoardReport): string {
    return `${version} ${state}` + (reason && `: ${reason}`)
}
