import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { FirmwareError } from "../../host/errors.ts"
import { Simulator, type SimulatorOptions } from "../../host/sim/index.ts"

/**
 * Runs a simulated board with its own state, hands it to `use`, and clears up whatever
 * comes of it.
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

/** A port of 127.0.0.1 that nobody listens on: discard, below what is given to clients. */
export const CLOSED_PORT = "9"

/** What to say of a program that does not build; any other error goes on. */
export function buildFault(error: unknown): string {
    if (!(error instanceof FirmwareError)) throw error
    return error.details.includes("-1051")
        ? "too large for the VM"
        : `does not build: ${error.details.split("\n")[0]}`
}
