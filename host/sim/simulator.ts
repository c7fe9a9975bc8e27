import { resolve } from "node:path"
import type { Settings } from "../env/index.ts"
import { FirmwareError } from "../errors.ts"
import type { FlashStore } from "../flash/index.ts"
import { addBoard } from "./board.ts"
import { buildProgram } from "./build.ts"
import { Bus } from "./bus.ts"
import { Collector } from "./collector.ts"
import { isProgramStart, readConsoleLine } from "./console.ts"
import { EventLog, type SimEvent, type SimEventName } from "./events.ts"
import { FlashReporter } from "./flash-reporter.ts"
import { defaultStateFolder } from "./paths.ts"
import type { FlashCounts } from "./protocol.ts"
import { BoardState } from "./state.ts"
import { Vm } from "./vm.ts"

/** How many events a simulator keeps for `past` and `waitFor`. */
const DEFAULT_HISTORY = 100_000

/** What a simulator is made of. */
export interface SimulatorOptions {
    /** The program, relative to the working directory. */
    main: string
    /** The board's settings; an empty text is "not set". */
    settings?: Settings
    /** Where the board's flash lives; below `.devicescript/` by default. */
    state?: string
    /** Erase the flash first. */
    fresh?: boolean
    /** Run the embedded syslog collector and point the board to it (default true). */
    collector?: boolean
    /** Port of the embedded collector; a free one by default. */
    collectorPort?: number
    /** Put a real-time clock on the bus (default true). */
    clock?: boolean
    /** PEM file of certificates that the board's TLS trusts besides the built-in ones. */
    caFile?: string
    /** Cut the power right after this many flash writes of the first power-on. */
    cutAfterWrite?: number
    /** How many events are kept. */
    history?: number
    /** Called when a real build starts. */
    onBuild?: () => void
    /** Called when a sender breaks the framing at the collector. */
    onMalformed?: (problem: string) => void
    /** Called when the VM process died by itself: not by `kill`, `stop` or `cutAfterWrite`. */
    onDeath?: (error: FirmwareError) => void
    /** Called for each line of the VM's own log, markers included. */
    onVmLine?: (line: string) => void
}

/**
 * One simulated board: a VM process that boots from its flash, a bus with LED, buzzer and clock,
 * and a syslog collector. Several may live in one process or side by side.
 *
 *     const sim = new Simulator({ main: "src/main.ts", settings: { LOG_LEVEL: "debug" } })
 *     await sim.start()
 *     await sim.waitFor("syslog", e => e.line.includes("ready"))
 *     await sim.stop()
 */
export class Simulator {
    readonly collector: Collector
    private readonly options: SimulatorOptions
    private readonly events: EventLog
    private readonly flashReporter: FlashReporter
    private readonly bus = new Bus()
    private state: BoardState | undefined
    private vm: Vm | undefined
    private busPort = 0
    private bytecode: Buffer | undefined
    private cutAfterWrite: number | undefined
    private ended = false

    constructor(options: SimulatorOptions) {
        this.options = options
        this.cutAfterWrite = options.cutAfterWrite
        this.events = new EventLog(options.history ?? DEFAULT_HISTORY)
        this.flashReporter = new FlashReporter(total =>
            this.events.emit("flash", total)
        )
        this.collector = new Collector({
            syslog: message => this.events.emit("syslog", message),
            malformed: problem => options.onMalformed?.(problem),
        })
    }

    /** Ms since this simulator was made. */
    get at(): number {
        return this.events.at
    }

    /** The board's device id, once started. */
    get deviceId(): string | undefined {
        return this.state?.deviceId
    }

    /** Process id of the VM; undefined while the power is off. */
    get vmPid(): number | undefined {
        return this.vm?.pid
    }

    /** Flash writes, bytes and erases since the simulator started, exact. */
    get flashCounts(): FlashCounts {
        return this.flashReporter.total
    }

    /** The lines of the device's console so far. */
    get consoleLines(): string[] {
        return this.events.past("console").map(event => event.text)
    }

    /** The messages at the embedded collector so far. */
    get syslogLines(): string[] {
        return this.events.past("syslog").map(event => event.line)
    }

    /**
     * Builds the program, writes it to flash with the settings and switches the power on.
     * @throws UsageError, FirmwareError
     */
    async start(): Promise<void> {
        const { main, state, fresh } = this.options
        try {
            this.state = new BoardState(state ?? defaultStateFolder(main), {
                fresh,
            })
            this.vm = this.newVm()
            const [built, port] = await Promise.all([
                buildProgram(main, this.options.onBuild),
                this.bus.start(),
                this.startCollector(),
            ])
            this.busPort = port
            this.bytecode = built.bytecode
            this.addBoard()
            await this.boot()
        } catch (error) {
            await this.release()
            throw error
        }
    }

    /** Ends everything; `end` is the last event. Safe to call twice. */
    async stop(reason = "stopped"): Promise<void> {
        if (this.ended) return
        this.ended = true
        await this.release()
        this.flashReporter.stop()
        this.events.emit("end", { reason })
    }

    /** Cuts the power of the board (SIGKILL); `restart` switches it on again. */
    async kill(): Promise<void> {
        const { vm } = this
        this.vm = undefined
        await vm?.kill()
    }

    /**
     * Switches the power off and on again, with the same flash.
     * @param changes settings given anew, and where to cut the power this time
     */
    async restart(
        changes: { settings?: Settings; cutAfterWrite?: number } = {}
    ): Promise<void> {
        await this.kill()
        this.cutAfterWrite = changes.cutAfterWrite
        if (changes.settings) this.options.settings = changes.settings
        this.vm = this.newVm()
        await this.boot()
    }

    /** Waits until the power is off, as after `cutAfterWrite`. */
    async waitForPowerOff(): Promise<void> {
        await this.vm?.exited
    }

    /** The board's flash store as saved last. */
    readFlash(): FlashStore {
        if (!this.state) throw new Error("the simulator has not been started")
        return this.state.readStore()
    }

    /** Calls `listener` for each event; returns how to stop that. */
    onEvent(listener: (event: SimEvent) => void): () => void {
        return this.events.onEvent(listener)
    }

    /** The events of one kind so far, from `since` (ms, see `at`) on. */
    past<N extends SimEventName>(name: N, since?: number): SimEvent<N>[] {
        return this.events.past(name, since)
    }

    /**
     * Waits for an event that `matches`; one that came before counts, from `since` on.
     * @throws EventTimeout after `timeoutMs` (10 s by default)
     */
    waitFor<N extends SimEventName>(
        name: N,
        matches?: (event: SimEvent<N>) => boolean,
        timeoutMs?: number,
        since?: number
    ): Promise<SimEvent<N>> {
        return this.events.waitFor(name, matches, timeoutMs, since)
    }

    private newVm(): Vm {
        this.flashReporter.nextProcess()
        const vm: Vm = new Vm(
            {
                line: line => this.takeLine(line),
                flash: counts => this.flashReporter.update(counts),
                panic: code => code && this.events.emit("panic", { code }),
                exit: (code, signal) => this.vmEnded(vm, code, signal),
            },
            this.options
        )
        return vm
    }

    private async boot(): Promise<void> {
        const { settings = {} } = this.options
        this.state!.deploy(this.bytecode!, this.withCollector(settings))
        await this.switchOn()
    }

    private async switchOn(): Promise<void> {
        const { deviceId, flashFile } = this.state!
        await this.vm?.boot({
            busPort: this.busPort,
            deviceId,
            flashFile: resolve(flashFile),
            cutAfterWrite: this.cutAfterWrite,
        })
    }

    /** Points the board to the embedded collector, unless it is given one. */
    private withCollector(settings: Settings): Settings {
        if (this.options.collector === false || settings.SYSLOG_HOST)
            return settings
        return {
            ...settings,
            SYSLOG_HOST: "127.0.0.1",
            SYSLOG_PORT: String(this.collector.port),
        }
    }

    private async startCollector(): Promise<void> {
        const { collector, collectorPort, settings } = this.options
        if (collector === false || settings?.SYSLOG_HOST) return
        await this.collector.start(collectorPort)
    }

    private addBoard(): void {
        addBoard(
            this.bus.jacdac,
            {
                led: brightness => this.events.emit("led", { brightness }),
                tone: (hz, ms) => this.events.emit("tone", { hz, ms }),
            },
            { clock: this.options.clock ?? true }
        )
    }

    private takeLine(line: string): void {
        this.options.onVmLine?.(line)
        if (isProgramStart(line)) {
            const { main } = this.options
            this.events.emit("boot", {
                deviceId: this.state!.deviceId,
                program: main,
            })
        }
        const console = readConsoleLine(line)
        if (console) this.events.emit("console", { text: console.text })
    }

    private vmEnded(
        vm: Vm,
        code: number | null,
        signal: NodeJS.Signals | null
    ): void {
        if (this.ended || vm !== this.vm) return
        this.vm = undefined
        if (signal === "SIGKILL" && this.cutAfterWrite !== undefined) return
        if (code === 0) void this.reset()
        else
            this.options.onDeath?.(
                new FirmwareError(
                    `the VM process died (${signal ?? `exit code ${code}`})`,
                    vm.output.trim()
                )
            )
    }

    /** The firmware asked for a reset of the whole board: same flash, no new deployment. */
    private async reset(): Promise<void> {
        this.cutAfterWrite = undefined
        this.vm = this.newVm()
        await this.switchOn()
    }

    private async release(): Promise<void> {
        const { vm } = this
        this.vm = undefined
        await vm?.stop()
        await this.collector.stop()
        await this.bus.stop()
        this.state?.close()
    }
}
