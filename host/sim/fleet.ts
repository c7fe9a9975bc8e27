import { join } from "node:path"
import { partDevice, programDevice, writeBusFile } from "../bus/index.ts"
import { Collector } from "./collector.ts"
import type { SyslogLine } from "./framing.ts"
import { Hub } from "./hub.ts"
import type { SimulatorOptions } from "./options.ts"
import { defaultStateFolder } from "./paths.ts"
import { Simulator } from "./simulator.ts"

/** Most boards of a fleet: each is a process of some 100 MB. */
export const MAX_BOARDS = 64
/** Boards that start at a time: each takes a core for a moment. */
const STARTS_AT_ONCE = 4

/** What a fleet is made of. */
export interface FleetOptions extends SimulatorOptions {
    count: number
    /** Called with each board, before it starts. */
    onBoard?: (sim: Simulator, hostname: string) => void
    /** Called with each message that the collector of all boards takes. */
    onSyslog?: (message: SyslogLine) => void
}

/**
 * Several simulated boards that run one program: each with an id, a flash and a hostname of its
 * own, one bus for clients, one collector.
 */
export class Fleet {
    readonly sims: Simulator[] = []
    /** Where the boards' states lie, and where clients find the bus. */
    readonly folder: string
    /** The collector of all boards. */
    readonly collector: Collector
    private readonly options: FleetOptions
    private readonly hub = new Hub()
    private leaveBus = () => {}
    private ended = false
    private port = 0

    constructor(options: FleetOptions) {
        this.options = options
        this.folder =
            options.state ?? `${defaultStateFolder(options.main)}-fleet`
        this.collector = new Collector({
            syslog: message => options.onSyslog?.(message),
            malformed: problem => options.onMalformed?.(problem),
        })
    }

    /** Port of the bus on 127.0.0.1, once started. */
    get busPort(): number {
        return this.port
    }

    /** Starts the boards, some at a time. @throws UsageError, FirmwareError */
    async start(): Promise<void> {
        const { main, count } = this.options
        try {
            this.port = await this.hub.start()
            const collectorPort = await this.startCollector()
            const left = Array.from({ length: count }, (_, i) => i)
            // the first one builds, the others find its build
            await this.startBoard(left.shift()!, collectorPort)
            const work = async () => {
                for (let i = left.shift(); i !== undefined; i = left.shift())
                    if (!this.ended) await this.startBoard(i, collectorPort)
            }
            await Promise.all(Array.from({ length: STARTS_AT_ONCE }, work))
            if (this.ended) return
            this.leaveBus = writeBusFile(this.folder, {
                port: this.port,
                pid: process.pid,
                main,
                boards: this.sims.map(sim => sim.deviceId!),
                debugFile: this.sims[0]!.debugFile,
            })
        } catch (error) {
            await this.stop()
            throw error
        }
    }

    /** Ends all boards. Safe to call twice, and while `start` has not finished. */
    async stop(reason?: string): Promise<void> {
        if (this.ended) return
        this.ended = true
        this.leaveBus()
        await Promise.all(this.sims.map(sim => sim.stop(reason)))
        await this.hub.stop()
        await this.collector.stop()
    }

    private async startBoard(
        index: number,
        collectorPort: number | undefined
    ): Promise<void> {
        const { settings = {}, onBoard } = this.options
        const number = index + 1
        const hostname = settings.HOSTNAME
            ? `${settings.HOSTNAME}-${number}`
            : `board-${number}`
        const collector: Record<string, string> =
            collectorPort === undefined
                ? {}
                : {
                      SYSLOG_HOST: "127.0.0.1",
                      SYSLOG_PORT: String(collectorPort),
                  }
        const sim = new Simulator({
            ...this.options,
            state: join(this.folder, `board-${number}`),
            settings: { ...settings, ...collector, HOSTNAME: hostname },
            collector: false,
        })
        this.sims.push(sim)
        onBoard?.(sim, hostname)
        await sim.start()
        const device = sim.deviceId!
        this.hub.addBoard(sim.busPort, [
            programDevice(device),
            partDevice(device, "led"),
            partDevice(device, "buzzer"),
        ])
    }

    private async startCollector(): Promise<number | undefined> {
        const { collector, settings, collectorPort } = this.options
        if (collector === false || settings?.SYSLOG_HOST) return undefined
        return this.collector.start(collectorPort)
    }
}
