// Plays a scenario on a simulated board: waits for the time or the line of each step, then does it.
import { setTimeout as sleep } from "node:timers/promises"
import type { Settings } from "../env/index.ts"
import type { Simulator } from "../sim/index.ts"
import { longSleep } from "../sleep.ts"
import type { Action, Scenario, Step } from "./read.ts"

/** How long a pressed button is held, in ms. */
const PRESS_MS = 100

/** What a scenario has besides the simulator. */
export interface Stage {
    /** Settles when the program has started. */
    started: Promise<void>
    /** Reports what is done. */
    note(text: string): void
    /** Switches the board off and on again, with some settings changed. */
    restart(changes: Settings): Promise<void>
    /** Ends the run. */
    end(): void
}

/**
 * Plays all steps, one after the other, once the program has started. To be called before it starts:
 * its first lines count.
 * @throws what the simulator throws
 */
export async function playScenario(
    sim: Simulator,
    scenario: Scenario,
    stage: Stage
): Promise<void> {
    if (typeof scenario === "function") {
        await stage.started
        await scenario(sim)
        return
    }
    let line = nextLine(sim, scenario[0])
    await stage.started
    const began = sim.at
    for (const [i, { at, after = 0, action }] of scenario.entries()) {
        if (at !== undefined) await longSleep(began + at - sim.at)
        await line
        await longSleep(after)
        // what the action brings about counts for the step behind it
        line = nextLine(sim, scenario[i + 1])
        stage.note(`scenario: ${words(action)}`)
        await act(sim, action, stage)
    }
}

/** Settles with the next line of the program that a step waits for, at once if it waits for none. */
async function nextLine(sim: Simulator, step: Step | undefined): Promise<void> {
    const on = step?.on
    if (!on) return
    await new Promise<void>(resolve => {
        const stop = sim.onEvent(event => {
            if (event.event !== "console" || !on.matches(event.text)) return
            stop()
            resolve()
        })
    })
}

async function act(sim: Simulator, action: Action, stage: Stage) {
    switch (action.kind) {
        case "power":
            if (action.to === "off") return sim.kill()
            return stage.restart({})
        case "collector":
            if (action.to === "down") return sim.collector.stop()
            return sim.collector.start(sim.collector.port)
        case "link":
            return sim.setNetwork(action.to === "up")
        case "button":
            if (action.to !== "press")
                return sim.setButton(action.to === "down")
            await sim.setButton(true)
            await sleep(PRESS_MS)
            return sim.setButton(false)
        case "clock":
            return sim.setClock(action.to)
        case "set":
            return stage.restart(action.to)
        case "end":
            return stage.end()
    }
}

/** What a step does, in words; values of settings stay out, as they may be secret. */
function words(action: Action): string {
    if (action.kind === "end") return "end"
    if (action.kind === "set")
        return `set ${Object.keys(action.to).join(", ")}, and restart`
    if (action.kind !== "clock") return `${action.kind} ${action.to}`
    const { to } = action
    if (to instanceof Date) return `clock ${to.toISOString()}`
    return `clock ${to < 0 ? "" : "+"}${to / 1000} s`
}
