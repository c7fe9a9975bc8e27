import type { Lab } from "./lab.ts"

/** Steps of the VM that a slice may take: `DEVS_MAX_STEPS`. */
export const SLICE_STEPS = 131072
/** The VM's panic at the end of a slice that is too long. */
export const TOO_LONG = 60001
/** The smaller number of calls; its steps are subtracted from those of the larger one. */
const FEW_CALLS = 5

/** The calls did not fit into a slice. */
export class SliceTooShort extends Error {
    constructor(name: string, count: number) {
        super(`"${name}" ${count} times takes more than a slice`)
        this.name = "SliceTooShort"
    }
}

/**
 * Measures the VM steps of one round of a loop in a program: the difference between what a few and
 * what `many` rounds leave of the slice, divided by the rounds. Work done once a slice cancels out.
 * @throws SliceTooShort when `many` rounds do not fit
 */
export async function stepsPerRound(
    lab: Lab,
    main: string,
    name: string,
    many: number,
    few = FEW_CALLS
): Promise<number> {
    const whole = await stepsLeft(lab, main, name, 0)
    const fewLeave = await stepsLeft(lab, main, name, few)
    const manyLeave = await stepsLeft(lab, main, name, many)
    // a mark's own steps are a whole number, and nearly all of a slice without calls is marks
    const perMark = Math.floor(SLICE_STEPS / whole)
    return ((fewLeave - manyLeave) * perMark) / (many - few)
}

/** Marks that fit into a slice after `count` rounds. */
async function stepsLeft(
    lab: Lab,
    main: string,
    name: string,
    count: number
): Promise<number> {
    const { panic, marks, lines } = await lab.run(main, `${name} ${count}`)
    if (panic === TOO_LONG && marks > 0) return marks
    if (panic === TOO_LONG) throw new SliceTooShort(name, count)
    throw new Error(
        `"${name}" ${count} times: panic ${panic}, ${marks} marks:\n${lines.join("\n")}`
    )
}
