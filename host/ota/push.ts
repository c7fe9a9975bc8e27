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
    const { version } = file
    const hash = hashOf(file.body)
    const has = (state: BoardReport) =>
        state.version === version && state.hash === hash
    const until = performance.now() + timeoutMs
    let shown = ""
    let hasAnswered = false
    const ask = async () => {
        // a board that restarts does not answer for some seconds
        const state = await readState(target).catch(() => undefined)
        if (state) hasAnswered = true
        return state
    }
    const show = (state: BoardReport) => {
        const now = shownAs(state)
        if (now !== shown) onState(state)
        shown = now
    }
    const checkTime = (why = shown && `last seen: version ${shown}`) => {
        if (performance.now() <= until) return
        const seconds = Math.round(timeoutMs / 1000)
        throw new TimeoutError(
            `no verdict within ${seconds} s` + (why && `, ${why}`)
        )
    }
    const offer = async () => {
        let busy = ""
        for (;;) {
            try {
                return await target.offer(bytes)
            } catch (error) {
                const { name, message } = error as Error
                const isLost = name === "TimedOutError"
                // the board may have it from its source, and restarts with it
                const state = await ask()
                if (state?.state === "probation" && has(state)) return
                if (!isLost && !isBusy(message, state))
                    throw new FirmwareError(`refused: ${message}`)
                // a board that was there restarts, and has lost what it got
                if (isLost && !busy && !hasAnswered) throw error
                busy = message
                if (state) show(state)
                checkTime(busy)
                await sleep(askMs)
            }
        }
    }
    await offer()
    for (;;) {
        const state = await ask()
        if (state) show(state)
        if (state && has(state)) {
            // after a roll-back it is the version that runs again
            if (/^(active|rolled-back)$/.test(state.state)) return state
            // the board tells of somebody else's file: this one shows the state of its own again
            if (state.state === "refused") await offer()
        } else if (state && state.version > version)
            throw new FirmwareError(
                `version ${version} was replaced by version ${state.version}`
            )
        else if (state?.state === "rolled-back")
            throw new FirmwareError(
                `version ${version} was taken back: ${state.reason}`
            )
        else if (state?.state === "refused")
            throw new FirmwareError(`refused: ${state.reason}`)
        checkTime()
        await sleep(askMs)
    }
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
