import { addServer, type JDServiceServer } from "jacdac-ts"
import { writeBusFile } from "../bus/index.ts"
import type { Settings } from "../env/index.ts"
import type { FlashStore } from "../flash/index.ts"
import { panicMeaning } from "../panic.ts"
import { addBoard, type Board } from "./board.ts"
import { checkProgram } from "./build.ts"
import { settingsFor, startCollector } from "./board-collector.ts"
import { Bus } from "./bus.ts"
import { Collector } from "./collector.ts"
import { isProgramStart, readConsoleLine } from "./console.ts"
import { EventLog } from "./events.ts"
import { FlashReporter } from "./flash-reporter.ts"
import { LoadedProgram } from "./loaded-program.ts"
import { Machine } from "./machine.ts"
import type { SimulatorOptions } from "./options.ts"
import { defaultStateFolder } from "./paths.ts"
import type { FlashCounts } from "../flash/index.ts"

const DEFAULT_HISTORY = 100_000
/** Names the state of boards that boot an image, and not a program that was built. */
const IMAGE = "image"
/** What changes at a restart. */
interface PowerChanges {
    settings?: Settings
    cutAfterWrite?: number
}

const NO_WRITES: FlashCounts = { writes: 0, bytes: 0, erases: 0 }

/**
 * One simulated board: a VM process that boots from its flash, a bus with LED, buzzer and clock,
 * and a syslog collector. Several may live in one process or side by side.
 *
 *     const sim = new Simulator({ main: "src/main.ts", settings: { LOG_LEVEL: "debug" } })
 *     await sim.start()
 *     await sim.waitFor("syslog", e => e.line.includes("ready"))
 *     await sim.stop()
 */
export class Simulator extends EventLog {
    /** The embedded collector; `pause`, `stop` and `start` it to play its absence. */
    readonly collector: Collector
    private readonly options: SimulatorOptions
    private readonly flash: FlashReporter
    private readonly bus = new Bus()
    private readonly program: LoadedProgram
    private machine: Machine | undefined
    private board: Board | undefined
    private port = 0
    private ended = false
    private hasNetwork = true
    /** The end of the last restart. */
    private restarted: Promise<unknown> = Promise.resolve()
    /** Takes back where the bus is. */
    private leaveBus = () => {}

    constructor(options: SimulatorOptions) {
        super(options.history ?? DEFAULT_HISTORY, options.startedAt)
        this.options = { ...options }
        this.program = new LoadedProgram(this.options)
        this.flash = new FlashReporter(({ writes, bytes }) =>
            this.emit("flash", { writes, bytes })
        )
        this.collector = new Collector({
            syslog: message => this.emit("syslog", message),
            malformed: problem => options.onMalformed?.(problem),
        })
    }

    /** Where the board's flash and device id lie. */
    get stateFolder(): string {
        const { state, image, main } = this.options
        return state ?? defaultStateFolder(image ? IMAGE : main)
    }

    /** The board's device id, once started: 16 hex digits. */
    get deviceId(): string | undefined {
        return this.machine?.state.deviceId
    }

    /** Port of the bus on 127.0.0.1, which clients may join; 0 before the start. */
    get busPort(): number {
        return this.port
    }

    /**
     * Puts a part on the bus, which a program binds by its service: a server of jacdac-ts.
     * @param name of the part, for those who look at the bus
     */
    addPart(name: string, part: JDServiceServer): void {
        addServer(this.bus.jacdac, name, part)
    }

    /** The debug information of the build, once started. */
    get debugFile(): string | undefined {
        return this.program.debugFile
    }

    /** Process id of the VM; undefined while the power is off. */
    get vmPid(): number | undefined {
        return this.machine?.pid
    }

    /** Bytes of memory that the VM process takes; 0 before it has told. */
    get vmMemory(): number {
        return this.machine?.memory ?? 0
    }

    /** Flash writes, bytes programmed and pages erased since this simulator started. */
    get flashCounts(): FlashCounts {
        return this.machine?.flashCounts ?? NO_WRITES
    }

    /** A line of the program with file and line in place of its stack frames. */
    resolveFrames(line: string): string {
        return this.program.resolveFrames(line)
    }

    /**
     * Builds the program, writes it to flash with the settings and switches the power on.
     * @throws UsageError, FirmwareError
     */
    async start(): Promise<void> {
        const { main, board, cutAfterWrite } = this.options
        try {
            if (!this.options.image) checkProgram(main, board)
            this.machine = this.newMachine(this.stateFolder)
            this.machine.prepare()
            const [port] = await Promise.all([
                this.bus.start(),
                this.firstBuild(),
                startCollector(this.collector, this.options),
            ])
            if (this.ended) return await this.release()
            this.port = port
            this.addBoard()
            this.leaveBus = writeBusFile(this.machine.state.folder, {
                port,
                pid: process.pid,
                main,
                boards: [this.machine.state.deviceId],
                debugFile: this.debugFile,
            })
            await this.boot(cutAfterWrite)
        } catch (error) {
            this.ended = true
            await this.release()
            throw error
        }
    }

    /**
     * Ends everything; `end` is the last event, unless the start had failed.
     * Safe to call twice, and while `start` has not finished.
     */
    async stop(reason = "stopped"): Promise<void> {
        if (this.ended) return
        this.ended = true
        await this.release()
        this.flash.stop()
        this.emit("end", { reason })
    }

    /**
     * Takes the board off its Wi-Fi, or back: it has no IP address and learns of it. Connections that
     * are open stay so; the `collector` simulates the loss of its connections.
     */
    setNetwork(up: boolean): void {
        this.hasNetwork = up
        this.board?.setNetwork(up)
    }

    /** The board's settings, as they were given last. */
    get settings(): Settings {
        return this.options.settings ?? {}
    }

    /** Whether the board has an IP address. */
    get isLinkUp(): boolean {
        return this.hasNetwork
    }

    /** Sets the board's real-time clock to a time, or moves it by some ms. */
    setClock(to: Date | number): void {
        this.board?.setClock(to)
    }

    /** Presses the board's button (a Jacdac button service), or lets it go. */
    async setButton(down: boolean): Promise<void> {
        await this.board?.setButton(down)
    }

    /** Cuts the power of the board (SIGKILL); `restart` switches it on again. */
    async kill(): Promise<void> {
        await this.machine?.cut()
    }

    /**
     * Switches the power off and on again, with the same flash. One that is asked for during another
     * follows it.
     * @param changes settings given again, and where to cut the power this time
     */
    restart(changes: PowerChanges = {}): Promise<void> {
        const done = this.restarted.then(() => this.cyclePower(changes))
        this.restarted = done.catch(() => {})
        return done
    }

    /**
     * Builds the program again and starts the board with it; what flash holds stays.
     * @returns false when neither program nor settings have changed
     * @throws UsageError, FirmwareError when it does not build, or does not fit into flash: the board
     *     goes on as it is
     */
    async reload(settings: Settings): Promise<boolean> {
        const wanted = { ...this.options, settings }
        const isAnother = await this.program.build(bytecode => {
            const { state } = this.machine!
            state.tryDeploy(bytecode, settingsFor(this.collector, wanted))
        })
        if (this.ended || this.options.image) return false
        const before = JSON.stringify(this.options.settings)
        if (!isAnother && JSON.stringify(settings) === before) return false
        await this.restart({ settings })
        return true
    }

    /** Waits until the power is off, as after `cutAfterWrite`. */
    async waitForPowerOff(): Promise<void> {
        await this.machine?.off()
    }

    /** The board's flash store as saved last. */
    readFlash(): FlashStore {
        if (!this.machine) throw new Error("the simulator was never started")
        return this.machine.state.readStore()
    }

    /** Builds the program, again for as long as `onFailedStart` says so. */
    private async firstBuild(): Promise<void> {
        const { onFailedStart } = this.options
        for (;;) {
            try {
                await this.program.build()
                return
            } catch (error) {
                if (!onFailedStart || this.ended) throw error
                this.options.settings = await onFailedStart(error)
            }
        }
    }

    private async cyclePower({
        settings,
        cutAfterWrite,
    }: PowerChanges): Promise<void> {
        await this.kill()
        if (this.ended) return
        if (settings) this.options.settings = settings
        this.machine!.prepare()
        await this.boot(cutAfterWrite)
    }

    private newMachine(folder: string): Machine {
        return new Machine(
            folder,
            {
                line: line => this.takeLine(line),
                flash: counts => this.flash.update(counts),
                panic: code =>
                    this.emit("panic", {
                        code,
                        meaning: panicMeaning(code),
                    }),
                ran: ms => this.countTime(ms),
                death: error => this.options.onDeath?.(error),
            },
            this.options
        )
    }

    private async boot(cutAfterWrite: number | undefined): Promise<void> {
        const { fastBoot, quickRestart } = this.options
        this.program.deploy(
            this.machine!,
            settingsFor(this.collector, this.options)
        )
        this.markPowerOn()
        await this.machine!.powerOn({
            busPort: this.port,
            cutAfterWrite,
            fastBoot,
            spareWaits: quickRestart,
        })
        if (quickRestart && !this.ended) this.machine?.keepSpare()
    }

    private addBoard(): void {
        this.board = addBoard(
            this.bus.jacdac,
            this.deviceId!,
            {
                led: brightness => this.emit("led", { brightness }),
                tone: (hz, ms) => this.emit("tone", { hz, ms }),
            },
            { clock: this.options.clock ?? true }
        )
    }

    private takeLine(line: string): void {
        this.options.onVmLine?.(line)
        if (isProgramStart(line))
            this.emit("boot", {
                deviceId: this.deviceId!,
                program: this.options.main,
            })
        const console = readConsoleLine(line)
        if (console) this.emit("console", { text: console.text })
    }

    private async release(): Promise<void> {
        this.leaveBus()
        await this.machine?.close()
        await this.collector.stop()
        await this.bus.stop()
    }
}
