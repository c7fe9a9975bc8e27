import { UsageError } from "../errors.ts"
import {
    buildProgram,
    Fleet,
    gatherSettings,
    MAX_BOARDS,
} from "../sim/index.ts"
import { printLive } from "../output.ts"
import { printable } from "../printable.ts"
import { checkBoardSettings } from "./settings-checks.ts"
import type { SimCommandOptions } from "./sim-options.ts"

/**
 * Runs `fiberctl sim --count N` until the time is over, a signal comes, or a VM dies.
 * @throws UsageError, FirmwareError
 */
export async function runFleet(
    options: SimCommandOptions & { count: number }
): Promise<void> {
    const { count, json } = options
    if (count > MAX_BOARDS)
        throw new UsageError(`--count ${count}: at most ${MAX_BOARDS}`)
    const gathered = gatherSettings(options)
    const { settings, collectorPort, warnings } = gathered
    for (const warning of warnings) console.error(`fiberctl: ${warning}`)
    const { bytecode } = await buildProgram(options.main, options)
    await checkBoardSettings(bytecode, gathered)
    const began = performance.now()
    let end: (reason: string) => void
    let fail: (error: Error) => void
    const ended = new Promise<string>((resolve, reject) => {
        end = resolve
        fail = reject
    })
    // a failure while the fleet still starts is not unhandled
    ended.catch(() => {})
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
        process.once(signal, () => end(signal))
    process.stdout.on("error", () => end("nobody reads the output"))
    const fleet: Fleet = new Fleet({
        ...options,
        image: undefined,
        settings,
        collectorPort,
        startedAt: 0,
        history: 0,
        onMalformed: problem =>
            console.error(`fiberctl: collector: ${problem}`),
        onDeath: error => fail(error),
        onBoard: (sim, hostname) => {
            sim.onEvent(event => {
                if (json)
                    process.stdout.write(
                        JSON.stringify({ hostname, ...event }) + "\n"
                    )
                else if (event.event === "console")
                    show(event.at, hostname, sim.resolveFrames(event.text))
                else if (event.event === "boot")
                    show(event.at, hostname, `runs ${event.program}`)
                else if (event.event === "panic")
                    show(
                        event.at,
                        hostname,
                        `PANIC ${event.code} (${event.meaning})`
                    )
            })
        },
    })
    let endWeb = async () => {}
    const startWeb = async (port: number | true) => {
        const { startSimWeb } = await import("./sim-web.ts")
        const { url, close } = await startSimWeb(port, fleet)
        endWeb = close
        console.error(`fiberctl: console at ${url}`)
    }
    try {
        await Promise.race([fleet.start(), ended])
        if (options.web !== undefined) await startWeb(options.web)
        if (!json)
            console.error(
                `fiberctl: ${count} boards run after ${((performance.now() - began) / 1000).toFixed(1)} s`
            )
        if (options.for !== undefined)
            setTimeout(
                () => end(`${options.for} s are over`),
                options.for * 1000
            )
        await fleet.stop(await ended)
    } catch (error) {
        await fleet.stop((error as Error).message)
        throw error
    } finally {
        await endWeb()
    }
}

function show(at: number, hostname: string, text: string): void {
    const seconds = (at / 1000).toFixed(2).padStart(8)
    printLive(`${seconds}  ${hostname} ${printable(text)}`)
}
