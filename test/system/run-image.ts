/**
 * Runs an image in a VM of this process, under a clock of its own: a wait takes no time, and the
 * same image runs the same each time, however busy this machine is.
 */
import { createRequire } from "node:module"
import { setImmediate } from "node:timers/promises"
import { loadVm } from "../../host/tool/index.ts"
import { Random } from "../vectors/random.ts"

/** What an image runs under. */
export interface Conditions {
    /**
     * Seed of a clock that jumps by random steps, so that fibers overtake one another in ways that
     * a steady clock never shows.
     */
    race?: number | undefined
    /** Whether garbage is collected at each allocation, and not when the heap is full. */
    collects?: boolean
    /** How long the VM has been up when the program starts, in ms. */
    uptimeMs?: number
    /**
     * Is called when the VM has ended the program, with the code of the panic, 0 for a restart on
     * purpose: then the VM starts it again. Without it the run ends there.
     */
    ended?: (code: number) => void
    /** Longest run, in ms of the VM's clock. */
    limitMs: number
    /** Takes a line of the VM's log. @returns true to end the run */
    line: (line: string) => boolean | void
}

/** How a run ended. */
export interface End {
    /** Code of the panic, 0 when the program has ended itself. */
    panic: number | undefined
    /** Whether the limit came first. */
    isLate: boolean
}

const require = createRequire(import.meta.url)
const DEVICE = "12abdd2289421234"
/** When each run begins, in Unix time, in ms. */
const START = Date.UTC(2026, 0, 1)
/** What a look at the clock takes, in ms: a program that waits for it without a pause has to end. */
const LOOK_MS = 0.01
/** The same while garbage is collected at each allocation: some twenty times slower. */
const COLLECTING_LOOK_MS = 0.2
/** Of a clock that jumps: one look in RACE_ODDS moves it, by less than RACE_STEP_MS. */
const RACE_ODDS = 4
const RACE_STEP_MS = 4
/** Longest step of the clock that the VM takes. */
const LONGEST_STEP_MS = 4_000_000
/** How long the VM may keep this process from anything else, in ms. */
const TURN_MS = 20

/** Runs an image until it ends, panics or its time is over. */
export async function runImage(
    image: Uint8Array,
    { race, collects = false, uptimeMs = 0, limitMs, line, ended }: Conditions
): Promise<End> {
    const random = new Random(race ?? 1)
    let now = START
    const look = () => {
        now += collects ? COLLECTING_LOOK_MS : LOOK_MS
        if (race !== undefined && random.next() * RACE_ODDS < 1)
            now += random.next() * RACE_STEP_MS
        return Math.floor(now)
    }
    let panic: number | undefined
    let isDone = false
    const vm = await loadVm(
        name => (name === "crypto" ? seededCrypto(random) : require(name)),
        { now: look, print: () => {} }
    )
    vm.sendPacket = () => {}
    vm.error = (...problem) => line(problem.join(" "))
    vm.dmesg = text => {
        if (line(text)) isDone = true
    }
    vm.panicHandler = code => {
        panic = code
        if (ended) ended(code)
        else isDone = true
    }
    vm.devsSetDeviceId(DEVICE)
    // the VM counts the time between two looks in 32 bits, in microseconds
    if (uptimeMs > 0) vm.devsInit()
    for (let left = uptimeMs; left > 0; left -= LONGEST_STEP_MS) {
        now += Math.min(left, LONGEST_STEP_MS)
        vm._jd_em_process()
    }
    const began = now
    vm.devsGcStress(collects)
    vm.devsDeploy(image)
    for (let turn = performance.now(); !isDone && now - began < limitMs;) {
        const us = vm._jd_em_process()
        now += us / 1000
        if (performance.now() - turn < TURN_MS) continue
        await setImmediate()
        turn = performance.now()
    }
    return { panic, isLate: !isDone }
}

/** What the VM takes from `crypto`: the source of its random numbers. */
function seededCrypto(random: Random) {
    return {
        randomBytes: (count: number) =>
            Buffer.from(
                Array.from({ length: count }, () => random.next() * 256)
            ),
    }
}
