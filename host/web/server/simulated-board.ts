import type { FlashStore } from "../../flash/index.ts"
import type { Collector, SimEvent, Simulator } from "../../sim/index.ts"
import type {
    FlashView,
    Light,
    SimulatorAction,
    SimulatorState,
} from "../protocol.ts"
import { flashView } from "./flash-view.ts"
import { LightReader } from "./light-reader.ts"

/** What of a simulator is worked from the console; `Simulator` has it. */
type Worked = Pick<
    Simulator,
    | "kill"
    | "restart"
    | "setNetwork"
    | "onEvent"
    | "readFlash"
    | "flashCounts"
    | "vmPid"
>

/** What LED and buzzer do. */
export interface PartListener {
    light(light: Light): void
    tone(tone: { hz: number; ms: number }): void
}

/** A simulated board, with the buttons that a real one does not have. */
export class SimulatedBoard {
    private readonly sim: Worked
    private readonly collector: Collector | undefined
    private readonly began = Date.now()
    private readonly listeners = new Set<() => void>()
    private readonly lightReader = new LightReader()
    private readonly partListeners = new Set<PartListener>()
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
        sim.onEvent(event => this.take(event))
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
    readFlash(): FlashView {
        const store: FlashStore = this.sim.readFlash()
        return flashView(store, this.flashCounts, Date.now() - this.began)
    }

    /** Calls `listener` after each action. */
    onChange(listener: () => void): void {
        this.listeners.add(listener)
    }

    /** The LED as it is now. */
    get light(): Light {
        return this.lightReader.light
    }

    /** Calls `listener` when the LED changes and the buzzer plays. @returns how to stop that */
    onPart(listener: PartListener): () => void {
        this.partListeners.add(listener)
        return () => this.partListeners.delete(listener)
    }

    async act(action: SimulatorAction): Promise<void> {
        await this.carryOut(action)
        for (const listener of this.listeners) listener()
    }

    private take(event: SimEvent): void {
        if (event.event === "led") {
            this.lightReader.see(event.at, event.brightness)
            for (const { light } of this.partListeners) light(this.light)
        } else if (event.event === "tone") {
            const { hz, ms } = event
            for (const { tone } of this.partListeners) tone({ hz, ms })
        }
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
