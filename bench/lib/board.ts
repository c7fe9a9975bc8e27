import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { FirmwareError } from "../../host/errors.ts"
import { Simulator, type SimulatorOptions } from "../../host/sim/index.ts"

/**
 * Runs a simulated board with its own state and hands it to `use`. Stops the board and removes
 * its state in any case.
 */
export async function withBoard<T>(
    options: SimulatorOptions,
    use: (sim: Simulator) => Promise<T>
): Promise<T> {
    const state = mkdtempSync(join(tmpdir(), "fiberd-bench-"))
    const sim = new Simulator({ fastBoot: true, ...options, state })
    try {
        await sim.start()
        return await use(sim)
    } finally {
        await sim.stop()
        rmSync(state, { recursive: true, force: true })
    }
}

/** A port of 127.0.0.1 that nothing listens on: discard, below the ephemeral ports. */
export const CLOSED_PORT = "9"

/** Describes why a program does not build; throws any other error again. */
export function buildFault(error: unknown): string {
    if (!(error instanceof FirmwareError)) throw error
    return error.details.includes("-1051")
        ? "too large for the VM"
        : `does not build: ${error.details.split("\n")[0]}`
}
