import { type FlashMap, flashMap } from "../../flash/index.ts"
import type { Collector, Simulator } from "../../sim/index.ts"
import type { SimulatorAction, SimulatorState } from "../protocol.ts"

/** The part of a simulator that the console controls; `Simulator` has it. */
type Worked = Pick<
    Simulator,
    "kill" | "restart" | "setNetwork" | "readFlash" | "flashCounts" | "vmPid"
>

/** A simulated board, with the buttons that a real one does not have. */
export class SimulatedBoard {
    private readonly sim: Worked
    private readonly collector: Collector | undefined
    private readonly began = performance.now()
    private readonly listeners = new Set<() => void>()
    private isLinkUp = true
    private isCollectorUp = true

    private readonly onPower: () => void

    /**
     * @param collector the embedded one that the board sends to, if it does
     * @param onPower called before the power is switched on
     */
    constructor(
        sim: Worked,
        collector: Collector | undefined,
        onPower: () => void = () => {}
    ) {
        this.sim = sim
        this.collector = collector
        this.onPower = onPower
    }

    get state(): SimulatorState {
        const { collector } = this
        return {
            power: this.sim.vmPid !== undefined,
            link: this.isLinkUp,
            collector: collector ? this.isCollectorUp : undefined,
            connections: collector?.connections ?? 0,
        }
    }

    get flashCounts(): Simulator["flashCounts"] {
        return this.sim.flashCounts
    }

    /** What lies where in flash. @throws FlashImageError */
    readFlash(): FlashMap {
        const { sim, began } = this
        return flashMap(
            sim.readFlash(),
            sim.flashCounts,
            performance.now() - began
        )
    }

    /** Calls `listener` after each action. */
    onChange(listener: () => void): void {
        this.listeners.add(listener)
    }

    async act(action: SimulatorAction): Promise<void> {
        await this.carryOut(action)
        for (const listener of this.listeners) listener()
    }

    private async carryOut(action: SimulatorAction): Promise<void> {
        const { sim, collector } = this
        if (action === "power-cut") await sim.kill()
        else if (action === "power-on") {
            if (this.state.power) return
            this.onPower()
            await sim.restart()
        } else if (action === "collector-down") {
            this.isCollectorUp = false
            await collector?.stop()
        } else if (action === "collector-up") {
            if (!this.isCollectorUp) await collector?.start()
            this.isCollectorUp = true
        } else {
            this.isLinkUp = action === "link-up"
            sim.setNetwork(this.isLinkUp)
        }
    }
}
