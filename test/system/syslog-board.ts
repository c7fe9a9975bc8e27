/** A board that logs numbered lines to syslog, and the account of them. */
import type { TestContext } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import type { Simulator } from "../../host/sim/index.ts"
import { Bystander } from "../peers/bystander.ts"
import { judge, type Verdict } from "../peers/ledger.ts"
import { finish, type ProgramStats } from "../peers/programs.ts"
import { startSimulator } from "./harness.ts"

/** The figures of a run with a fault. */
export interface Figures extends Verdict {
    fault: string
    lines: number
    stats: ProgramStats
    /** Worst lateness of a task of the board that wakes every 20 ms, ms. */
    jitter: number
    /** Lateness that the machine itself may have caused, ms. */
    machine: number
    /** How often the account was wrong, of one look every 20 ms. */
    miscounts: number
    panics: number
    /** What the board said about its connection. */
    reports: string[]
    /** Longest time from the end of a fault to the next message, ms. */
    recovery: number
    /** Longest that it may take: a period of the backoff, and some for the machine, ms. */
    recoveryLimit: number
}

/** Longest delay between two attempts to connect, unless the fault says otherwise, ms. */
const BACK_MAX_MS = 1000
/** What a recovery may take besides: to connect, to be seen, and on a shared machine, ms. */
const RECOVERY_SLACK_MS = 500
const REPORT = /^(no connection|connected) to /
const PROGRAM = "test/system/programs/syslog-load.ts"

/**
 * Starts `syslog-load.ts`, whose collector is at a port of this machine.
 * @param caFile certificate that the board trusts, for TLS
 */
export function startLoad(
    t: TestContext,
    port: number,
    settings: Record<string, string | number>,
    caFile?: string
): Promise<Simulator> {
    const texts = Object.entries(settings).map(([k, v]) => [k, String(v)])
    return startSimulator(t, {
        main: PROGRAM,
        collector: false,
        ...(caFile ? { caFile } : {}),
        settings: {
            SYSLOG_HOST: "127.0.0.1",
            SYSLOG_PORT: String(port),
            ...Object.fromEntries(texts),
        },
    })
}

/** A board under load, with a bystander that measures how late the machine is. */
export class LoadedBoard {
    readonly sim: Simulator
    /** Longest time to the first message after a fault, ms. */
    private recovery = 0
    private readonly lines: number
    private readonly backMaxMs: number
    private readonly bystander: Bystander

    private constructor(
        sim: Simulator,
        bystander: Bystander,
        settings: Record<string, string | number>
    ) {
        this.sim = sim
        this.bystander = bystander
        this.lines = Number(settings["COUNT"])
        this.backMaxMs = Number(settings["BACK_MAX"] ?? BACK_MAX_MS)
    }

    /** Starts the load; see `startLoad`. */
    static async start(
        t: TestContext,
        port: number,
        settings: Record<string, string | number>,
        caFile?: string
    ): Promise<LoadedBoard> {
        const sim = await startLoad(t, port, settings, caFile)
        return new LoadedBoard(sim, Bystander.start(t, sim.vmPid), settings)
    }

    /**
     * Call it when the network works again: waits for the first message that gets through.
     * @param size grows with each message
     */
    async recovered(size: () => number): Promise<void> {
        const before = size()
        const since = performance.now()
        while (size() === before && performance.now() - since < 20_000)
            await sleep(5)
        const took = Math.round(performance.now() - since)
        this.recovery = Math.max(this.recovery, took)
    }

    /** Waits for the end of the program, and for what is on its way then. */
    async figures(fault: string, messages: () => Buffer[]): Promise<Figures> {
        const { sim, lines, recovery } = this
        const stats = await finish(sim, lines * 20 + 60_000)
        const machine = await this.bystander.worst()
        let seen = -1
        while (messages().length !== seen) {
            seen = messages().length
            await sleep(300)
        }
        return {
            fault,
            lines,
            stats,
            jitter: this.said("jitter"),
            machine,
            miscounts: this.said("wrong"),
            panics: sim.past("panic").length,
            reports: sim.consoleLines.filter(line => REPORT.test(line)),
            recovery,
            recoveryLimit: this.backMaxMs + RECOVERY_SLACK_MS,
            ...judge(messages(), lines),
        }
    }

    private said(word: string): number {
        const { consoleLines } = this.sim
        const line = consoleLines.find(line => line.startsWith(word + " "))
        return Number(line?.slice(word.length))
    }
}
