import { FirmwareError, UsageError } from "../errors.ts"
import { complain, printLive } from "../output.ts"
import { printable, printableJson } from "../printable.ts"
import {
    buildProgram,
    Fleet,
    gatherSettings,
    MAX_BOARDS,
    type SimEvent,
    type Simulator,
    type SyslogLine,
} from "../sim/index.ts"
import {
    Account,
    type FleetSummary,
    fleetText,
    JsonView,
    KINDS,
    makeFilter,
    sumUp,
    TextView,
    type View,
} from "../view/index.ts"
import { checkBoardSettings } from "./settings-checks.ts"
import { Checks } from "./sim-checks.ts"
import { type End, Ending } from "./sim-ending.ts"
import { readEvent } from "./sim-event.ts"
import { Health } from "./sim-health.ts"
import { BOOT_TIMEOUT_MS, judge, limitRun } from "./sim-limits.ts"
import type { SimCommandOptions } from "./sim-options.ts"

/** What works on one board only. */
const FOR_ONE = ["scenario", "watch", "image"] as const
/** The host's name in a message of RFC 5424. */
const SENDER = /^<\d{1,3}>1 \S+ (\S+) /

type FleetCommandOptions = SimCommandOptions & { count: number }

/** A board of the fleet, as the command keeps it. */
interface Member {
    sim: Simulator
    account: Account
    health: Health
    view: View
}

/**
 * Runs `fiberctl sim --count N` until the time is over, what is expected was seen, a signal comes,
 * or a VM dies.
 * @returns the exit code: 0, or 128 and the number of the signal
 * @throws UsageError, FirmwareError, TimeoutError as `runSim`
 */
export async function runFleet(options: FleetCommandOptions): Promise<number> {
    const { count } = options
    if (count > MAX_BOARDS)
        throw new UsageError(`--count ${count}: at most ${MAX_BOARDS}`)
    for (const name of FOR_ONE)
        if (options[name] !== undefined)
            throw new UsageError(`--${name} is for one board, not for --count`)
    const gathered = gatherSettings(options)
    const checks = new Checks(options.expect, options.failOn)
    for (const warning of gathered.warnings) complain(warning)
    const { bytecode } = await buildProgram(options.main, options)
    await checkBoardSettings(bytecode, gathered)
    const run = new FleetRun(options, gathered, checks)
    const end = await run.toItsEnd()
    judge(end, checks, options, run.illness())
    return end.exitCode
}

/** A run of a fleet: shows it, counts what comes, and ends it. */
class FleetRun {
    private readonly options: FleetCommandOptions
    private readonly checks: Checks
    private readonly fleet: Fleet
    private readonly ending = new Ending()
    private readonly members = new Map<string, Member>()
    /** Takes the messages of hosts that have been given another name. */
    private readonly others = new Account()
    /** When all boards had started, and what had come by then. */
    private from = { at: performance.now(), lines: 0, messages: 0 }
    private allRun = () => {}
    private endWeb = async () => {}

    constructor(
        options: FleetCommandOptions,
        { settings, collectorPort }: ReturnType<typeof gatherSettings>,
        checks: Checks
    ) {
        this.options = options
        this.checks = checks
        this.fleet = new Fleet({
            ...options,
            image: undefined,
            settings,
            collectorPort,
            startedAt: 0,
            history: 0,
            onMalformed: problem => complain(`collector: ${problem}`),
            onDeath: error => this.ending.fail(error),
            onBoard: (sim, hostname) => this.add(sim, hostname),
            onSyslog: message => this.takeMessage(message),
        })
    }

    /** @throws UsageError, FirmwareError, TimeoutError */
    async toItsEnd(): Promise<End> {
        try {
            await Promise.race([this.start(), this.ending.promise])
            const end = await this.ending.promise
            await this.stop(end.reason)
            return end
        } catch (error) {
            await this.stop((error as Error).message)
            throw error
        } finally {
            await this.endWeb()
        }
    }

    /** The fault of the program on the first board that has one; undefined when none has. */
    illness(): string | undefined {
        for (const [hostname, { sim, health }] of this.members) {
            const problem = health.problem(sim.at)
            if (problem) return `${hostname}: "${this.options.main}" ${problem}`
        }
        return undefined
    }

    private async start(): Promise<void> {
        const { fleet, ending, options, from } = this
        const began = from.at
        const allBooted = new Promise<void>(done => (this.allRun = done))
        await fleet.start()
        ending.after(BOOT_TIMEOUT_MS, () => this.failIfLate())
        if (options.web !== undefined) {
            const { startSimWeb } = await import("./sim-web.ts")
            const { url, close } = await startSimWeb(options.web, fleet)
            this.endWeb = close
            console.error(`fiberctl: console at ${url}`)
        }
        await allBooted
        const at = performance.now()
        const { lines, messages } = this.summary()
        this.from = { at, lines, messages }
        this.say(
            `${options.count} boards run after ${((at - began) / 1000).toFixed(1)} s; times are seconds since the start of fiberctl, the boards' states lie in ${fleet.folder}`
        )
        limitRun(options, ending)
    }

    private add(sim: Simulator, hostname: string): void {
        const { options } = this
        const account = new Account()
        const view = options.json
            ? new JsonView(makeFilter(options, KINDS), account, hostname)
            : new TextView({
                  filter: makeFilter(options, ["log", "board"]),
                  account,
                  frame: false,
                  board: hostname,
                  isOneOfMany: true,
                  state: sim.stateFolder,
                  tasks: () => undefined,
                  isLinkUp: () => sim.isLinkUp,
              })
        const member = { sim, account, health: new Health(), view }
        this.members.set(hostname, member)
        sim.onEvent(event => this.take(member, event))
    }

    private take(member: Member, event: SimEvent): void {
        const { sim, account, health, view } = member
        const { checks, ending, options } = this
        const [record, line] = readEvent(event, sim)
        health.see(event)
        account.see(event, record)
        // to people the end of a fleet is told once
        if (options.json || event.event !== "end")
            view.show(event, record, line)
        const failure = checks.see(event, record, line)
        if (failure) ending.fail(new FirmwareError(failure))
        else if (checks.isAsked && checks.missing.length === 0)
            ending.end("all that was expected was seen")
        if (event.event === "boot" && this.late().length === 0) this.allRun()
    }

    private takeMessage(message: SyslogLine): void {
        const at = Math.round(performance.now())
        const event: SimEvent = { event: "syslog", at, ...message }
        const hostname = SENDER.exec(message.line)?.[1] ?? ""
        const member = this.members.get(hostname)
        if (member) this.take(member, event)
        else this.others.see(event)
    }

    /** Hostnames of the boards that have not started their program. */
    private late(): string[] {
        const { members, options } = this
        const late = [...members]
            .filter(([, { account }]) => account.get().boots === 0)
            .map(([hostname]) => hostname)
        const unknown = options.count - members.size
        return unknown > 0 ? [...late, `${unknown} more`] : late
    }

    private failIfLate(): void {
        const late = this.late()
        if (late.length)
            this.ending.fail(
                new FirmwareError(
                    `${late.join(", ")} did not boot within ${BOOT_TIMEOUT_MS / 1000} s`
                )
            )
    }

    /** Ends the boards and shows the summary of the run. */
    private async stop(reason: string): Promise<void> {
        // measured before the boards end, one after the other
        const { seconds, linesPerSecond, messagesPerSecond } = this.summary()
        await this.fleet.stop(reason)
        const rates = { seconds, linesPerSecond, messagesPerSecond }
        const summary = { ...this.summary(), ...rates }
        if (summary.boots === 0) return
        this.say(`${reason}: ${fleetText(summary)}`)
        const { json, quiet } = this.options
        if (json && !quiet)
            printLive(printableJson({ event: "summary", reason, ...summary }))
    }

    private summary(): FleetSummary {
        const { fleet, members, others, from, options } = this
        const accounts = [...members.values()].map(({ account }) => account)
        const sum = sumUp([...accounts, others].map(account => account.get()))
        const seconds = (performance.now() - from.at) / 1000
        const memory = fleet.sims.reduce((all, sim) => all + sim.vmMemory, 0)
        return {
            ...sum,
            boards: options.count,
            seconds,
            linesPerSecond: (sum.lines - from.lines) / seconds,
            messagesPerSecond: (sum.messages - from.messages) / seconds,
            memory: Math.round(memory / Math.max(1, fleet.sims.length)),
        }
    }

    private say(text: string): void {
        const { json, quiet } = this.options
        if (!json && !quiet) printLive(printable(text))
    }
}
