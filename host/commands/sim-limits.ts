import { FirmwareError, TimeoutError } from "../errors.ts"
import type { Checks } from "./sim-checks.ts"
import type { End, Ending } from "./sim-ending.ts"
import type { SimCommandOptions } from "./sim-options.ts"

/** Longest time from power-on to the start of the program, in ms; 1.1 s are usual. */
export const BOOT_TIMEOUT_MS = 30_000

/** Ends a run by `--for` and `--timeout`, from now on. */
export function limitRun(
    { for: seconds, timeout, expect }: SimCommandOptions,
    ending: Ending
): void {
    if (seconds !== undefined)
        ending.after(seconds * 1000, () => ending.end(`${seconds} s are over`))
    if (timeout !== undefined)
        ending.after(timeout * 1000, () =>
            ending.fail(
                new TimeoutError(
                    expect.length
                        ? `not seen within ${timeout} s: ${expect.join(", ")}`
                        : `the run was not over within ${timeout} s`
                )
            )
        )
}

/**
 * @param problem what is wrong with the program
 * @throws FirmwareError when a run that ended by itself was not a good one
 */
export function judge(
    { exitCode }: End,
    checks: Checks,
    { allowPanics }: SimCommandOptions,
    problem: string | undefined
): void {
    if (exitCode !== 0) return
    if (problem !== undefined && !allowPanics) throw new FirmwareError(problem)
    if (checks.missing.length)
        throw new FirmwareError(`not seen: ${checks.missing.join(", ")}`)
}
