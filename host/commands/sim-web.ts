import type { Collector, Simulator } from "../sim/index.ts"
import { SimulatedBoard, startWeb, type WebConsole } from "../web/index.ts"

/** The simulators that a console is for. */
interface Simulated {
    /** Port of the bus that all of them can be reached on. */
    busPort: number
    sims: Simulator[]
    /** The embedded collector. */
    collector: Collector
    /** Called before a board is switched on from the console. */
    onPower?: () => void
}

/**
 * Starts the console of simulators that run in this process.
 * @param port where it listens; true for the usual one
 */
export function startSimWeb(
    port: number | true,
    { busPort, sims, collector, onPower }: Simulated
): Promise<WebConsole> {
    // an own collector is not ours to stop: the embedded one has no port then
    const own = collector.port > 0 ? collector : undefined
    const boards = new Map(
        sims.map(sim => [sim.deviceId, new SimulatedBoard(sim, own, onPower)])
    )
    return startWeb(
        { bus: `127.0.0.1:${busPort}` },
        { port: port === true ? undefined : port },
        {
            find: device => boards.get(device),
            debugFile: () => sims[0]?.debugFile,
        }
    )
}
