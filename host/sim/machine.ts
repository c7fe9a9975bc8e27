import { resolve } from "node:path"
import type { Settings } from "../env/index.ts"
import { FirmwareError } from "../errors.ts"
import type { FlashCounts } from "../flash/index.ts"
import { BoardState } from "./state.ts"
import { Vm } from "./vm.ts"

/** Lines of the tool about itself: its version, and a bus port that is not the one in use. */
const OWN_WORDS = /\b(using|musing) devs: |\bconnected to 127\.0\.0\.1:8082\b/

/** What a machine tells. */
export interface MachineListener {
    /** A line of the VM's log, with its marker. */
    line(line: string): void
    /** The account of flash writes since this machine was made. */
    flash(counts: FlashCounts): void
    panic(code: number): void
    /** The VM ran for another `ms` of its own time. */
    ran(ms: number): void
    /** The VM process ended by itself, and not after a reset that the firmware asked for. */
    death(error: FirmwareError): void
}

/** How a machine is switched on. */
export interface PowerOptions {
    /** Port of the bus on 127.0.0.1. */
    busPort: number
    cutAfterWrite?: number
    fastBoot?: boolean
    /** Spare the program its waits until its first line. */
    spareWaits?: boolean
}

/** The board's core: its flash, and the VM process while the power is on. */
export class Machine {
    readonly state: BoardState
    private readonly listener: MachineListener
    private readonly caFile: string | undefined
    private vm: Vm | undefined
    /** A process that has loaded its tool, for the next power-on. */
    private spare: Vm | undefined
    private power: PowerOptions | undefined
    private fault: string | undefined
    /** Memory of the VM process as last reported, in bytes. */
    memory = 0
    private before: FlashCounts = { writes: 0, bytes: 0, erases: 0 }
    private current: FlashCounts = { writes: 0, bytes: 0, erases: 0 }

    /** @throws UsageError when the state folder cannot be used or another machine uses it */
    constructor(
        folder: string,
        listener: MachineListener,
        options: { fresh?: boolean; caFile?: string }
    ) {
        this.state = new BoardState(folder, options)
        this.listener = listener
        this.caFile = options.caFile
    }

    /** Process id of the VM; undefined while the power is off. */
    get pid(): number | undefined {
        return this.vm?.pid
    }

    /** Flash account of all VM processes together. */
    get flashCounts(): FlashCounts {
        return sum(this.before, this.current)
    }

    /** Starts the VM process, which then loads its tool; `powerOn` may follow at once or later. */
    prepare(): void {
        this.before = this.flashCounts
        this.current = { writes: 0, bytes: 0, erases: 0 }
        this.vm = this.spare ?? this.newVm()
        this.spare = undefined
    }

    /** Has a process ready for the next `prepare`. */
    keepSpare(): void {
        this.spare ??= this.newVm()
    }

    private newVm(): Vm {
        const vm: Vm = new Vm(
            {
                line: line => this.listener.line(line),
                flash: counts => this.account(counts),
                panic: code => code && this.listener.panic(code),
                ran: (ms, memory) => {
                    this.memory = memory
                    this.listener.ran(ms)
                },
                fault: problem => (this.fault = problem),
                exit: (code, signal) => this.ended(vm, code, signal),
            },
            { caFile: this.caFile }
        )
        return vm
    }

    /** Writes program and settings to flash, while the power is off. */
    deploy(bytecode: Buffer, settings: Settings): void {
        this.state.deploy(bytecode, settings)
    }

    /** Puts a whole store in place of what flash held, while the power is off. */
    replaceFlash(store: Buffer): void {
        this.state.replace(store)
    }

    /** Boots from flash. */
    async powerOn(power: PowerOptions): Promise<void> {
        this.power = power
        const { deviceId, flashFile } = this.state
        await this.vm?.boot({
            ...power,
            deviceId,
            flashFile: resolve(flashFile),
        })
    }

    /** Cuts the power, at any point (SIGKILL). */
    async cut(): Promise<void> {
        const { vm } = this
        this.vm = undefined
        await vm?.kill()
    }

    /** Settles when the power is off, as after `cutAfterWrite`. */
    async off(): Promise<void> {
        await this.vm?.exited
    }

    /** Ends the VM between two flash writes and unlocks the state. */
    async close(): Promise<void> {
        const { vm, spare } = this
        this.vm = undefined
        this.spare = undefined
        await Promise.all([vm?.stop(), spare?.kill()])
        this.state.close()
    }

    private account({ writes, bytes, erases }: FlashCounts): void {
        this.current = { writes, bytes, erases }
        this.listener.flash(this.flashCounts)
    }

    private ended(
        vm: Vm,
        code: number | null,
        signal: NodeJS.Signals | null
    ): void {
        if (vm === this.spare) this.spare = undefined
        if (vm !== this.vm) return
        this.vm = undefined
        const { power } = this
        if (signal === "SIGKILL" && power?.cutAfterWrite !== undefined) return
        if (code === 0 && power) this.reset(power)
        else if (this.fault !== undefined)
            this.listener.death(new FirmwareError(this.fault))
        else
            this.listener.death(
                new FirmwareError(
                    `the VM process died (${signal ?? `exit code ${code}`})`,
                    vm.output
                        .split("\n")
                        .filter(line => !OWN_WORDS.test(line))
                        .join("\n")
                        .trim()
                )
            )
    }

    /** The firmware asked for a reset of the whole board: the same flash, nothing deployed again. */
    private reset(power: PowerOptions): void {
        this.prepare()
        void this.powerOn({ ...power, cutAfterWrite: undefined })
    }
}

function sum(a: FlashCounts, b: FlashCounts): FlashCounts {
    return {
        writes: a.writes + b.writes,
        bytes: a.bytes + b.bytes,
        erases: a.erases + b.erases,
    }
}
